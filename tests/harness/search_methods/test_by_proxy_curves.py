"""Curves of searches by proxy, and the exact curve of random search."""

import itertools

import numpy as np
import pytest

from harness.search_methods.by_proxy.chance import draws_needed, expected_best
from harness.search_methods.by_proxy.course import Course
from harness.search_methods.by_proxy.curves import curve_of, needed_rows

VALUES = np.array([3.0, 1.0, 4.0, 1.0, 5.0, 9.0, 2.0, 6.0, 5.0])


def over_all_draws(count: int) -> float:
    return float(np.mean([max(draw) for draw in itertools.combinations(VALUES, count)]))


@pytest.mark.parametrize("count", range(1, len(VALUES) + 1))
def test_the_expected_best_is_the_mean_over_all_draws(count: int) -> None:
    assert expected_best(VALUES, count) == pytest.approx(over_all_draws(count), rel=1e-12)


def test_the_expected_best_of_many() -> None:
    values = np.arange(1, 15626, dtype=float)
    # Of 1 to n the highest of k draws is expected at k (n + 1) / (k + 1).
    for count in (1, 10, 500, 15625):
        expected = count * 15626 / (count + 1)
        assert expected_best(values, count) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("wanted", [1.0, 3.99, 4.0, 4.01, 6.5, 8.9, 9.0])
def test_draws_needed_are_the_fewest(wanted: float) -> None:
    fewest = next(k for k in range(1, 10) if over_all_draws(k) >= wanted - 1e-12)
    assert draws_needed(VALUES, wanted) == fewest


def course(seed: int, scored: dict[int, float], trained: list[int]) -> Course:
    table = dict(enumerate(VALUES.tolist()))
    return Course(seed, None, table, scored, {index: table[index] for index in trained})


#: Accuracies in the order of scoring: 3, 9, 1, 6 and 2, 4, 5, 5.
COURSES = [
    course(0, {0: 2.0, 5: 1.0, 1: 3.0, 7: 3.0}, [1, 7]),
    course(1, {6: 4.0, 2: 4.0, 4: 5.0, 8: -np.inf}, [4, 6]),
]


def test_a_curve_by_hand() -> None:
    curve = curve_of(COURSES, VALUES, by_score=True)
    trained = curve[curve["by"] == "trained"]
    assert trained["trained"].tolist() == [1, 2]
    assert trained["scored"].tolist() == [4, 4]
    assert trained["mean"].tolist() == [(1 + 5) / 2, (6 + 5) / 2]
    assert trained["low"].tolist() == [2.0, 5.25]
    assert trained["high"].tolist() == [4.0, 5.75]
    assert trained["random"].tolist() == pytest.approx([over_all_draws(1), over_all_draws(2)])
    assert set(curve["optimum"]) == {9.0}
    one = curve[(curve["by"] == "scored") & (curve["highest"] == 1)]
    # The highest score so far: 3, 3, 1, 1 and 2, 2, 5, 5.
    assert one["mean"].tolist() == [2.5, 2.5, 3.0, 3.0]
    two = curve[(curve["by"] == "scored") & (curve["highest"] == 2)]
    # The best of the two highest scores so far: 3, 9, 3, 6 and 2, 4, 5, 5.
    assert two["mean"].tolist() == [2.5, 6.5, 4.0, 5.5]
    assert two["trained"].tolist() == [1, 2, 2, 2]


def test_a_search_that_ended_early_keeps_what_it_found() -> None:
    short = course(2, {0: 1.0}, [0])
    curve = curve_of([COURSES[0], short], VALUES, by_score=True)
    assert curve[curve["by"] == "trained"]["mean"].tolist() == [(1 + 3) / 2, (6 + 3) / 2]


def test_points_have_what_random_search_needs() -> None:
    rows = needed_rows(curve_of(COURSES, VALUES, by_score=False), VALUES)
    assert rows["trained"].tolist() == [1, 2]
    assert rows["needed"].tolist() == [draws_needed(VALUES, 3.0), draws_needed(VALUES, 5.5)]
