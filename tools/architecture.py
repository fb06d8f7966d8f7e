"""Draw the rooms from the contracts of pyproject.toml: ``python -m tools.architecture [--check]``.

The layers are those that ``make lint`` holds, and the sentences those of the packages themselves,
so that the picture cannot say anything else than the code. ``--check`` draws nothing, and fails
when ``docs/figures/architecture.svg`` is not what would be drawn.
"""

from __future__ import annotations

import ast
import sys
import textwrap
import tomllib
from collections.abc import Sequence
from html import escape
from pathlib import Path

PICTURE = Path("docs/figures/architecture.svg")
WIDTH, MARGIN, GAP, LINE = 1000, 20, 10, 16
STYLE = (
    "text{font-family:sans-serif;font-size:12px;fill:#222}.n{font-weight:bold;font-size:14px}"
    ".f{font-size:13px;fill:#555}rect{stroke:#888;rx:5}"
)
#: Fill of the doors, the rooms, and the floors below.
DOOR, ROOM, FLOOR = "#FCE8D5", "#DCEBF7", "#E5F2E4"


def layers() -> tuple[list[list[str]], list[str]]:
    """Return the layers of the harness from top to bottom, as lists of modules, and the floors."""
    settings = tomllib.loads(Path("pyproject.toml").read_text())["tool"]["importlinter"]
    floors, rooms = (one["layers"] for one in settings["contracts"] if one["type"] == "layers")
    return [[name.strip() for name in layer.split("|")] for layer in rooms], floors


def sentence(package: str) -> str:
    """Return the first sentence of a module's docstring."""
    path = Path(package.replace(".", "/"))
    source = (path / "__init__.py" if path.is_dir() else path.with_suffix(".py")).read_text()
    text = " ".join((ast.get_docstring(ast.parse(source)) or "").split())
    return text.partition(". ")[0].rstrip(".") + "."


def draw() -> str:
    """Return the picture as SVG."""
    rooms, floors = layers()
    y, parts = MARGIN, [_text(MARGIN, MARGIN + 12, f"{floors[0]}: {sentence(floors[0])}", "f")]
    y += 24
    for layer in rooms:
        is_door = not Path("harness", layer[0]).is_dir()
        boxes = [
            (name, "" if is_door else sentence(f"harness.{name}"), DOOR if is_door else ROOM)
            for name in layer
        ]
        y = _row(parts, boxes, y)
    y += 14
    for floor in floors[1:]:
        y = _row(parts, [(floor, sentence(floor), FLOOR)], y)
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y + 10}" width="{WIDTH}">'
    )
    return "\n".join([head, f"<style>{STYLE}</style>", *parts, "</svg>", ""])


def _row(parts: list[str], boxes: Sequence[tuple[str, str, str]], y: int) -> int:
    """Append a row of boxes (name, sentence, fill) at *y*; return where the next one begins."""
    width = (WIDTH - 2 * MARGIN - GAP * (len(boxes) - 1)) // len(boxes)
    wrapped = [textwrap.wrap(said, max(8, (width - 16) // 6)) for _, said, _ in boxes]
    height = 28 + LINE * max(map(len, wrapped))
    for number, ((name, _, fill), lines) in enumerate(zip(boxes, wrapped, strict=True)):
        x = MARGIN + number * (width + GAP)
        parts.append(f'<rect x="{x}" y="{y}" width="{width}" height="{height}" fill="{fill}"/>')
        parts.append(_text(x + 8, y + 19, name, "n"))
        parts += [_text(x + 8, y + 37 + LINE * row, line) for row, line in enumerate(lines)]
    return y + height + GAP


def _text(x: int, y: int, text: str, kind: str = "") -> str:
    return f'<text x="{x}" y="{y}" class="{kind}">{escape(text)}</text>'


if __name__ == "__main__":
    if sys.argv[1:] == ["--check"]:
        same = PICTURE.is_file() and PICTURE.read_text() == draw()
        sys.exit(None if same else f"{PICTURE} is out of date: run python -m tools.architecture")
    PICTURE.write_text(draw())
