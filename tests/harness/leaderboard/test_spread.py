"""How far two scores lie apart."""

import math

import pytest

from harness.leaderboard.spread import allowed, spread_of


def test_the_unit_is_the_width_of_the_middle_half() -> None:
    spread = spread_of([100.0, 101.0, 102.0, 103.0, 104.0, math.nan, -math.inf])
    assert spread == (102.0, 2.0)
    assert spread.distance(100.0, 101.0) == 0.5
    assert spread.distance(math.nan, math.nan) == spread.distance(-math.inf, -math.inf) == 0.0
    assert spread.distance(1.0, math.nan) == spread.distance(math.inf, 1.0) == math.inf


def test_of_what_lies_far_away_it_is_the_distance_from_the_middle() -> None:
    spread = spread_of([1.0, 2.0, 3.0, 4.0, 8.8e5])
    assert spread.distance(8.8e5, 8.8e5 * (1 + 1e-7)) == pytest.approx(1e-7, rel=1e-3)


@pytest.mark.parametrize(
    ("scores", "width"),
    [([5.0, 5.0, -5.0, 5.0, 5.0], 5.0), ([7.0], 7.0), ([0.0, 0.0], 1.0), ([], 1.0)],
)
def test_without_a_width_it_is_their_size(scores: list[float], width: float) -> None:
    assert spread_of(scores).width == width


def test_what_reads_the_architecture_alone_may_not_move() -> None:
    assert [allowed(name, 0.1) for name in ("params", "layers", "zeros")] == [0.0, 0.0, 0.1]
