"""What a check says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

#: Free space on a disk, in bytes, below which a run may not end well.
LEAST_FREE = 100 * 2**20


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        text: what it is like, in a line.
        mend: the line that mends it; empty where nothing is wrong.
        fatal: whether harness.run does not work until it is mended.
    """

    text: str
    mend: str = ""
    fatal: bool = False

    @property
    def mark(self) -> str:
        """The verdict in two letters."""
        return "!!" if self.fatal else "--" if self.mend else "ok"


def guarded(check: Callable[[], Iterator[Finding]]) -> Iterator[Finding]:
    """Yield what a check says, and what it raises as a finding: foreign code may raise anything."""
    try:
        yield from check()
    except (Exception, SystemExit) as error:
        said = " ".join(f"{type(error).__name__}: {error}".split())
        yield Finding(said, "see what it names, and install it anew", fatal=True)
