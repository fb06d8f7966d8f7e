"""FreeDARTS' schedules: in which order a supernet's choices are decided by the sensitivities of its
candidates.

``one-shot`` is what the authors' public code does (github.com/anonymous-submission1991/FreeDARTS).
The abstract of arXiv 2106.11542 speaks of an "iterative" manner, which no public code or text that
was at hand spells out: the other schedules are constructions of this project, in which the supernet
is pruned a little and the sensitivities are measured again. A schedule sees nothing but
sensitivities, so it can be replayed from those that were logged.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from benchmarks_data.spaces import SearchSpace
from benchmarks_data.spaces.choice import NONE

#: For every choice, whether each candidate is still there.
Kept = tuple[tuple[bool, ...], ...]
#: For every choice, the sensitivity of each candidate; NaN where it is gone.
Sensitivities = Sequence[Sequence[float]]
#: (number of the choice, number of the candidate).
Candidate = tuple[int, int]


@dataclass(frozen=True)
class Step:
    """One measurement, and what was decided by it."""

    kept: Kept
    sensitivities: tuple[tuple[float, ...], ...]
    removed: tuple[Candidate, ...]


def everything(space: SearchSpace, *, none: bool) -> Kept:
    """Return all candidates, with the operation none or without it."""
    return tuple(
        tuple(none or kind != NONE for kind in choice.operations) for choice in space.choices
    )


@dataclass(frozen=True)
class Schedule:
    """In which order choices are decided; an entry of SCHEDULES is one.

    Attributes:
        description: in one line.
        pending: returns how many decisions the candidates that are left still take.
        remove: returns which candidates some decisions take away, given the candidates that are
            left, their sensitivities, and the number of decisions.
        at_once: everything is decided by one measurement, groups too.
    """

    description: str
    pending: Callable[[Kept], int]
    remove: Callable[[Kept, Sensitivities, int], list[Candidate]]
    at_once: bool = False


def decisions(
    schedule: str,
    space: SearchSpace,
    start: Kept,
    measure: Callable[[Kept], Sensitivities],
    steps: int,
) -> Iterator[Step]:
    """Yield the steps of a schedule, until every choice has one operation and no group has more
    choices than it may keep.

    Args:
        schedule: one of SCHEDULES.
        space: the search space.
        start: the candidates to begin with.
        measure: returns the sensitivities when some candidates are left.
        steps: into how many measurements the decisions are divided, at most one each; what groups
            have too much is taken away in further ones.
    """
    rule, kept = SCHEDULES[schedule], start
    if rule.at_once:
        table = measure(kept)
        chosen = _without(kept, rule.remove(kept, table, rule.pending(kept)))
        yield _step(kept, table, _difference(kept, _limited(space, chosen, table)))
        return
    while _open(kept):
        table = measure(kept)
        removed = rule.remove(kept, table, math.ceil(rule.pending(kept) / max(steps, 1)))
        yield _step(kept, table, removed)
        kept, steps = _without(kept, removed), steps - 1
    while surplus := _surplus(space, kept):
        table = measure(kept)
        removed = [_least_of_groups(surplus, kept, table)]
        yield _step(kept, table, removed)
        kept = _without(kept, removed)


def after(step: Step) -> Kept:
    """Return the candidates that a step leaves."""
    return _without(step.kept, step.removed)


def most_steps(schedule: str, start: Kept) -> int:
    """Return how many measurements a schedule takes when it decides one thing at a time, groups
    aside.
    """
    return 1 if SCHEDULES[schedule].at_once else SCHEDULES[schedule].pending(start)


def group_steps(schedule: str, space: SearchSpace) -> int:
    """Return how many measurements take away what groups have too much."""
    return (
        0
        if SCHEDULES[schedule].at_once
        else sum(len(numbers) - stay for numbers, stay in space.limits)
    )


def chosen_operations(space: SearchSpace, kept: Kept) -> list[str | None]:
    """Return the operation of every choice, None where it was taken away."""
    rows = zip(space.choices, kept, strict=True)
    return [choice.operations[flags.index(True)] if any(flags) else None for choice, flags in rows]


def order_of(last: Step) -> list[float]:
    """Return for every choice the sensitivity of its best operation in the last step, 0 where it
    was taken away before.
    """
    return [
        max((value for value in row if not math.isnan(value)), default=0.0)
        for row in last.sensitivities
    ]


def _step(kept: Kept, table: Sensitivities, removed: Sequence[Candidate]) -> Step:
    return Step(kept, tuple(map(tuple, table)), tuple(removed))


def _open(kept: Kept) -> list[int]:
    return [number for number, row in enumerate(kept) if sum(row) > 1]


def _without(kept: Kept, removed: Sequence[Candidate]) -> Kept:
    gone = set(removed)
    return tuple(
        tuple(flag and (n, k) not in gone for k, flag in enumerate(row))
        for n, row in enumerate(kept)
    )


def _difference(kept: Kept, left: Kept) -> list[Candidate]:
    return [
        (n, k)
        for n, row in enumerate(kept)
        for k, flag in enumerate(row)
        if flag and not left[n][k]
    ]


def _best(kept: Kept, table: Sensitivities, number: int) -> int:
    """Return the most sensitive candidate of a choice, the last of equals.

    None, which is the first, never wins over an equal.
    """
    places = [k for k, flag in enumerate(kept[number]) if flag]
    return max(places, key=lambda k: (table[number][k], k))


def _losers(kept: Kept, table: Sensitivities, number: int) -> list[Candidate]:
    best = _best(kept, table, number)
    return [(number, k) for k, flag in enumerate(kept[number]) if flag and k != best]


def _all_losers(kept: Kept, table: Sensitivities, _: int) -> list[Candidate]:
    """Return the losers of every choice."""
    return [candidate for number in range(len(kept)) for candidate in _losers(kept, table, number)]


def _superfluous(kept: Kept) -> int:
    """Return how many candidates go, all in all."""
    return sum(sum(row) - 1 for row in kept)


def _lowest(kept: Kept, table: Sensitivities, count: int, *, relative: bool) -> list[Candidate]:
    """Return the *count* least sensitive candidates, leaving one of each choice."""

    def value(candidate: Candidate) -> float:
        number, k = candidate
        largest = table[number][_best(kept, table, number)]
        return table[number][k] / largest if relative and largest > 0 else table[number][k]

    candidates = [candidate for number in _open(kept) for candidate in _losers(kept, table, number)]
    return sorted(candidates, key=lambda candidate: (value(candidate), candidate))[:count]


def _decide_confident(kept: Kept, table: Sensitivities, count: int) -> list[Candidate]:
    """Return the losers of the *count* open choices whose winner has the largest share of its
    choice's sensitivity.
    """

    def share(number: int) -> float:
        total = math.fsum(value for value in table[number] if not math.isnan(value))
        return table[number][_best(kept, table, number)] / total if total > 0 else 0.0

    decided = sorted(_open(kept), key=lambda number: (-share(number), number))[:count]
    return [candidate for number in decided for candidate in _losers(kept, table, number)]


def _surplus(space: SearchSpace, kept: Kept) -> list[list[int]]:
    """Return for each group that has more choices than it may keep those that are there."""
    groups = [
        ([number for number in numbers if any(kept[number])], stay)
        for numbers, stay in space.limits
    ]
    return [present for present, stay in groups if len(present) > stay]


def _least_of_groups(
    surplus: Sequence[Sequence[int]], kept: Kept, table: Sensitivities
) -> Candidate:
    """Return the least sensitive choice of groups that have too many, with its operation."""
    value = {
        number: max(v for v in table[number] if not math.isnan(v))
        for numbers in surplus
        for number in numbers
    }
    number = min(value, key=lambda number: (value[number], number))
    return number, kept[number].index(True)


def _limited(space: SearchSpace, kept: Kept, table: Sensitivities) -> Kept:
    """Take away the least sensitive choices of groups that have too many."""
    gone: list[Candidate] = []
    for numbers, stay in space.limits:
        present = [(table[n][_best(kept, table, n)], -n) for n in numbers if any(kept[n])]
        gone += [(-n, kept[-n].index(True)) for _, n in sorted(present, reverse=True)[stay:]]
    return _without(kept, gone)


#: All schedules by name: one more is one entry, and a function that says what goes.
SCHEDULES = {
    "one-shot": Schedule(
        "every choice takes its most sensitive operation, measured once",
        pending=len,
        remove=_all_losers,
        at_once=True,
    ),
    "lowest": Schedule(
        "the least sensitive operation of all goes, again and again",
        pending=_superfluous,
        remove=partial(_lowest, relative=False),
    ),
    "lowest-relative": Schedule(
        "the operation that is least sensitive relative to the best of its choice goes, again and "
        "again",
        pending=_superfluous,
        remove=partial(_lowest, relative=True),
    ),
    "confident": Schedule(
        "the choice whose best operation has the largest share of the choice's sensitivity is "
        "decided, again and again",
        pending=lambda kept: len(_open(kept)),
        remove=_decide_confident,
    ),
}
