"""What numbers on the candidates of all choices decide."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks_data.spaces import SearchSpace
from benchmarks_data.spaces.choice import NONE
from harness.search_methods.schedules import after, chosen_operations, decisions, order_of


@dataclass(frozen=True)
class Chosen:
    """What was decided.

    Attributes:
        operations: of every choice, None where it was taken away.
        order: for every choice the number of its operation.
    """

    operations: tuple[str | None, ...]
    order: tuple[float, ...]


def chosen_by(
    space: SearchSpace, values: Sequence[Sequence[float]], kept: Sequence[Sequence[bool]]
) -> Chosen:
    """Return the candidate with the largest number in each choice, and in groups that have too many
    choices those with the largest.

    In a space that takes choices away the operation none is never chosen, as Liu et al. (ICLR 2019)
    do; elsewhere it is a candidate like others.

    Args:
        space: the search space.
        values: by choice and candidate.
        kept: which candidates there are.
    """
    none = not space.limits
    start = tuple(
        tuple(flag and (none or kind != NONE) for kind, flag in zip(c.operations, row, strict=True))
        for c, row in zip(space.choices, kept, strict=True)
    )
    table = [
        [value if flag else math.nan for value, flag in zip(row, flags, strict=True)]
        for row, flags in zip(values, start, strict=True)
    ]
    (step,) = decisions("one-shot", space, start, lambda _: table, 1)
    return Chosen(tuple(chosen_operations(space, after(step))), tuple(order_of(step)))
