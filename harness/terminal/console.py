"""The terminal that tables are printed on."""

from __future__ import annotations

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
