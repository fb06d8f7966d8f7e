"""Results as JSON lines: each is written as it comes, so that long work can be stopped and goes on
from there.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec


def path_of(folder: Path, name: str, head: Mapping[str, Any]) -> Path:
    """Return the file of the results that *head* identifies; others have another."""
    digest = hashlib.sha256(json.dumps(head, sort_keys=True).encode()).hexdigest()[:8]
    return folder / f"{name}-{digest}.jsonl"


class _Line(msgspec.Struct, forbid_unknown_fields=True):
    """A result of a journal."""

    key: str
    value: Any


class Journal:
    """A file of results by key; its first line says what they are results of.

    Lines are only ever added, each at once, so that two processes may write to one file. A line
    that cannot be read, such as one that a stop has torn, counts as absent.
    """

    def __init__(
        self,
        path: Path,
        head: dict[str, Any],
        *,
        parse: Callable[[str, Any], Any] = lambda _, value: value,
        fixed: bool = False,
    ) -> None:
        """Read what *path* holds of the same *head*; what is something else is put aside.

        Args:
            path: the file.
            head: what identifies the results, as plain values.
            parse: makes of a key and its plain values what this program works with; raises
                ValueError when they cannot be what it writes.
            fixed: the file is left as it is.
        """
        self.path, self._fixed = path, fixed
        text = _text(path)
        first, *rest = text.splitlines() or [""]
        # The file's name tells whose it is: a head that cannot be read is damaged, not another's.
        self.same = bool(text) and _line(first) in ({"head": head}, {})
        self.known: dict[str, Any] = {}
        for written in rest if self.same else []:
            try:
                line = msgspec.convert(_line(written), _Line)
                self.known[line.key] = parse(line.key, line.value)
            except (ValueError, RecursionError):
                continue
        if fixed:
            return
        if not self.same:
            if text:
                path.replace(path.with_suffix(".other"))
            self._append(f"{json.dumps({'head': head})}\n")
        elif not text.endswith("\n"):
            self._append("\n")

    def get(self, key: str, compute: Callable[[], Any]) -> Any:
        """Return the result of *key*, which is computed and written when it is not known."""
        if key not in self.known:
            self.add(key, compute())
        return self.known[key]

    def add(self, key: str, value: Any) -> None:
        """Write a result, a model or plain values."""
        self.known[key] = value
        if not self._fixed:
            self._append(f"{json.dumps({'key': key, 'value': msgspec.to_builtins(value)})}\n")

    def _append(self, text: str) -> None:
        with self.path.open("ab", buffering=0) as file:
            file.write(text.encode())


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return ""


def _line(text: str) -> dict[str, Any]:
    """Return the object in a line, an empty one where there is none."""
    try:
        line = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return line if isinstance(line, dict) else {}
