"""Schedules decide by sensitivities alone."""

import itertools
import math
import random
from collections.abc import Callable

import pytest

from benchmarks_data import spaces
from benchmarks_data.spaces.choice import NONE
from harness.search_methods.schedules import (
    SCHEDULES,
    Kept,
    Sensitivities,
    Step,
    after,
    chosen_operations,
    decisions,
    everything,
    group_steps,
    most_steps,
    order_of,
)

NB201, DARTS = spaces.get("nb201"), spaces.get("darts")


def drawn(seed: int) -> Callable[[Kept], Sensitivities]:
    """Sensitivities that depend on the candidates that are left, and are 0 for none."""

    def measure(kept: Kept) -> list[list[float]]:
        choices = NB201.choices if len(kept) == 6 else DARTS.choices
        stream = random.Random(f"{seed} {kept}")
        return [
            [
                math.nan if not flag else 0.0 if kind == NONE else stream.random()
                for kind, flag in zip(c.operations, row, strict=True)
            ]
            for c, row in zip(choices, kept, strict=True)
        ]

    return measure


def constant(rows: list[list[float]]) -> Callable[[Kept], Sensitivities]:
    """The same sensitivities, whatever is left."""
    return lambda kept: [
        [v if flag else math.nan for v, flag in zip(r, k, strict=True)]
        for r, k in zip(rows, kept, strict=True)
    ]


def run(
    schedule: str,
    measure: Callable[[Kept], Sensitivities],
    space: spaces.SearchSpace = NB201,
    none: bool = True,
) -> list[Step]:
    start = everything(space, none=none)
    return list(decisions(schedule, space, start, measure, most_steps(schedule, start)))


@pytest.mark.parametrize("none", [True, False])
@pytest.mark.parametrize("space", [NB201, DARTS], ids=["nb201", "darts"])
@pytest.mark.parametrize("schedule", SCHEDULES)
def test_every_schedule_ends_with_an_architecture_after_its_steps(
    schedule: str, space: spaces.SearchSpace, none: bool
) -> None:
    steps = run(schedule, drawn(1), space, none)
    start = everything(space, none=none)
    assert len(steps) == most_steps(schedule, start) + group_steps(schedule, space)
    assert steps[0].kept == start
    for one, following in itertools.pairwise(steps):
        assert following.kept == after(one)
        assert one.removed
    left = after(steps[-1])
    assert all(sum(row) <= 1 for row in left)
    assert all(
        sum(any(left[number]) for number in numbers) == stay for numbers, stay in space.limits
    )
    space.decode(chosen_operations(space, left), order_of(steps[-1]))
    assert NONE not in chosen_operations(space, left)


def test_one_shot_takes_the_largest_of_each_choice() -> None:
    rows = [list(row) for row in drawn(5)(everything(NB201, none=True))]
    (step,) = run("one-shot", constant(rows))
    best = [
        choice.operations[row.index(max(row))]
        for choice, row in zip(NB201.choices, rows, strict=True)
    ]
    assert chosen_operations(NB201, after(step)) == best


def test_with_the_same_sensitivities_all_along_every_schedule_finds_the_same() -> None:
    rows = [list(row) for row in drawn(7)(everything(NB201, none=True))]
    found = {
        tuple(chosen_operations(NB201, after(run(schedule, constant(rows))[-1])))
        for schedule in SCHEDULES
    }
    assert len(found) == 1


def test_the_orders_of_removal() -> None:
    """Choice 0 has the smallest values, choice 1 the most even ones, choice 2 a clear winner."""
    rows = [
        [0, 1, 2, 3, 4],
        [0, 90, 91, 92, 93],
        [0, 1000, 20, 30, 40],
        *[[0, 500, 600, 700, 800]] * 3,
    ]
    everything_removed = [step.removed for step in run("lowest", constant(rows))]
    assert everything_removed[:6] == [((n, 0),) for n in range(6)], "none first"
    assert everything_removed[6:10] == [((0, 1),), ((0, 2),), ((0, 3),), ((2, 2),)]
    relative = [step.removed[0] for step in run("lowest-relative", constant(rows))]
    assert relative[6:10] == [(2, 2), (2, 3), (2, 4), (0, 1)]
    confident = [step.removed[0][0] for step in run("confident", constant(rows))]
    assert confident[:2] == [2, 0]
    assert confident[-1] == 1


def test_steps_divide_the_decisions_evenly() -> None:
    start = everything(NB201, none=True)
    for steps in (1, 4, 7, 24):
        found = list(decisions("lowest", NB201, start, drawn(2), steps))
        assert len(found) == steps
        assert (
            max(len(step.removed) for step in found) - min(len(step.removed) for step in found) <= 1
        )
    assert [len(step.removed) for step in decisions("confident", NB201, start, drawn(2), 2)] == [
        12,
        12,
    ]


def test_an_edge_that_goes_is_the_least_sensitive_of_nodes_with_too_many() -> None:
    steps = run("lowest", drawn(3), DARTS)
    for step in steps[most_steps("lowest", steps[0].kept) :]:
        ((number, _),) = step.removed
        present = {
            n: max(v for v in row if not math.isnan(v))
            for n, row in enumerate(step.sensitivities)
            if any(step.kept[n])
        }
        surplus = [
            n
            for numbers, stay in DARTS.limits
            if sum(n in present for n in numbers) > stay
            for n in numbers
            if n in present
        ]
        assert number == min(surplus, key=present.__getitem__)


def test_one_shot_keeps_the_two_most_sensitive_edges_of_each_node() -> None:
    rows = drawn(11)(everything(DARTS, none=True))
    (step,) = run("one-shot", drawn(11), DARTS)
    left = after(step)
    for numbers, stay in DARTS.limits:
        best = sorted(numbers, key=lambda n: max(rows[n]))[-stay:]
        assert [number for number in numbers if any(left[number])] == sorted(best)


def test_none_wins_no_tie() -> None:
    for schedule in SCHEDULES:
        steps = run(schedule, constant([[0.0] * 5] * 6))
        assert NONE not in chosen_operations(NB201, after(steps[-1]))
