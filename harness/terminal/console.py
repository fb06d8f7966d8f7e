"""The terminal that tables are printed on."""

from __future__ import annotations

import re
import shutil

from rich.console import Console

#: Columns that no table has.
WIDE = 10_000


class Wide(Console):
    """Standard output on which a table is as wide as it needs.

    A narrow terminal breaks its lines, and no name is cut or lost.
    """

    def __init__(self) -> None:
        super().__init__(width=WIDE)

    def on_broken_pipe(self) -> None:
        """Leave it to the command that nobody reads any more, where rich ends the process with
        status 1.
        """
        raise BrokenPipeError


def folded(text: str, indent: int = 2) -> str:
    """Return a line broken where the terminal ends, the further ones indented.

    It is broken after a space, or in an architecture's string after a comma or a plus. Where
    standard output is no terminal it stays whole.
    """
    width = shutil.get_terminal_size((WIDE, 0)).columns
    lines = [""]
    for piece in re.split(r"(?<=[ ,+])", text):
        if lines[-1].strip() and len(lines[-1]) + len(piece.rstrip()) > width:
            lines.append(" " * indent)
        lines[-1] += piece
    return "\n".join(line.rstrip() for line in lines)
