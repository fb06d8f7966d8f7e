import itertools
import math

import numpy as np
import pytest
from scipy import stats

from harness.analysis.metrics import partial_tau, precision_top, regret, tau_top

SCORE = np.array([5.0, 1.0, 4.0, 4.0, -math.inf, 2.0])
ACCURACY = np.array([90.0, 50.0, 95.0, 60.0, 10.0, 70.0])


def orders_of_the_tied(score: np.ndarray) -> list[np.ndarray]:
    """All ways to order the items by score, highest first, ties in any order."""
    items = range(len(score))
    return [
        np.array(p)
        for p in itertools.permutations(items)
        if all(score[a] >= score[b] for a, b in itertools.pairwise(p))
    ]


@pytest.mark.parametrize("budget", [1, 2, 3, 4, 6])
def test_regret_is_the_mean_over_all_orders_of_the_tied(budget: int) -> None:
    for score in (SCORE, np.zeros(6)):
        expected = np.mean(
            [95 - ACCURACY[order[:budget]].max() for order in orders_of_the_tied(score)]
        )
        assert regret(score, ACCURACY, budget) == pytest.approx(expected)


def test_regret_by_hand_and_with_too_few() -> None:
    assert regret(SCORE, ACCURACY, 1) == pytest.approx(5)
    assert regret(SCORE, ACCURACY, 2) == pytest.approx(
        2.5
    )  # the better or the worse of the two that are tied
    assert math.isnan(regret(SCORE, ACCURACY, 7))


@pytest.mark.parametrize("share", [1 / 6, 1 / 3, 0.5, 1.0])
def test_precision_is_the_mean_over_all_orders_of_the_tied(share: float) -> None:
    count = math.ceil(share * 6)
    best = set(np.argsort(-ACCURACY)[:count])
    expected = np.mean(
        [len(best.intersection(order[:count])) / count for order in orders_of_the_tied(SCORE)]
    )
    assert precision_top(SCORE, ACCURACY, share) == pytest.approx(expected)
    assert math.isnan(precision_top(SCORE, ACCURACY, 0.1)), "a tenth of 6 is less than one"


def test_tau_among_the_top_looks_at_the_most_accurate_only() -> None:
    assert tau_top(SCORE, ACCURACY, 0.5) == pytest.approx(
        stats.kendalltau([5, 4, 2], [90, 95, 70]).statistic
    )
    assert math.isnan(tau_top(SCORE, ACCURACY, 0.1))


def test_partial_tau_by_the_textbook_formula_with_ties_and_infinity() -> None:
    stream = np.random.default_rng(0)
    z = stream.integers(0, 5, 60).astype(float)
    x, y = (z + stream.integers(0, 5, 60) for _ in range(2))
    x[:3] = -math.inf
    xy, xz, yz = (
        stats.kendalltau(stats.rankdata(a), b).statistic for a, b in ((x, y), (x, z), (y, z))
    )
    assert partial_tau(x, y, z) == pytest.approx(
        (xy - xz * yz) / math.sqrt((1 - xz**2) * (1 - yz**2))
    )
    assert math.isnan(partial_tau(z, y, z)), "a score that is the other quantity leaves nothing"
