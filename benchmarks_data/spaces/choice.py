"""What a search space leaves open. Needs no torch."""

from __future__ import annotations

from dataclasses import dataclass

#: The operation that puts out zeros.
NONE = "none"


@dataclass(frozen=True)
class Choice:
    """A place where one of several operations is to be chosen.

    Attributes:
        name: for people, such as ``0-1`` or ``normal 0-2``.
        edge: (source node, target node) in its cell.
        operations: the candidates.
        group: the kind of cell that the choice belongs to.
    """

    name: str
    edge: tuple[int, int]
    operations: tuple[str, ...]
    group: str = ""
