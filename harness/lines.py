"""Results as JSON lines: each is written as it comes, so that long work can be stopped and goes on from there."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from harness.files import write_text


class Lines:
    """A file of results by key; its first line says what they are results of."""

    def __init__(self, path: Path, head: dict[str, Any], *, fixed: bool = False) -> None:
        """Read what *path* holds of the same *head*; begin it anew where it holds something else.

        With *fixed* the file is left as it is.
        """
        self.path, self._fixed = path, fixed
        lines = read_lines(path)
        self.same = lines[:1] == [{"head": head}]
        self.known: dict[str, Any] = {line["key"]: line["value"] for line in lines[1:]} if self.same else {}
        if not fixed:  # anew, without a line that a stop may have torn
            kept = [{"head": head}, *({"key": key, "value": value} for key, value in self.known.items())]
            write_text(path, "".join(f"{json.dumps(line)}\n" for line in kept))

    def get(self, key: str, compute: Callable[[], Any]) -> Any:
        """Return the result of *key*, which is computed and written when it is not known."""
        if key not in self.known:
            self.add(key, compute())
        return self.known[key]

    def add(self, key: str, value: Any) -> None:
        """Write a result."""
        self.known[key] = value
        if not self._fixed:
            with self.path.open("a") as file:
                file.write(f"{json.dumps({'key': key, 'value': value})}\n")


def read_lines(path: Path) -> list[dict[str, Any]]:
    """Return the whole lines of a file; none when there is no such file or it is another."""
    try:
        text = path.read_text()
        lines = [json.loads(line) for line in text[: text.rfind("\n") + 1].splitlines()]
    except (OSError, ValueError, RecursionError):
        return []
    whole = all(isinstance(line, dict) for line in lines) and all({"key", "value"} <= line.keys() for line in lines[1:])
    return lines if whole else []
