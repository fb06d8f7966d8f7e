"""What a random order of the architectures reaches.

Expectation and 95 % range of each metric of the top.

They depend on the accuracies alone, which are vectors (n,) without NaN. All but the ranges of the
gain and of the mean regret are closed forms.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import stats
from scipy.special import gammaln

from harness.analysis.metrics import budgets, gain_places
from harness.analysis.statistics import Vector, Z

#: Random orders that the ranges of the gain and of the mean regret are from.
ORDERS = 2000


@dataclass(frozen=True)
class Chance:
    """A metric's expectation under random orders, and the range that 95 % of them are in."""

    mean: float
    low: float
    high: float


NOTHING = Chance(math.nan, math.nan, math.nan)


def tau(accuracy: Vector) -> Chance:
    """Return Kendall's tau-b of random orders without ties with *accuracy*.

    Mean 0, the known variance (Kendall 1970), normal.
    """
    n = len(accuracy)
    _, ties = np.unique(accuracy, return_counts=True)
    pairs, tied = n * (n - 1) / 2, (ties * (ties - 1) / 2).sum()
    if pairs == tied:
        return NOTHING
    variance = (n * (n - 1) * (2 * n + 5) - (ties * (ties - 1) * (2 * ties + 5)).sum()) / 18
    half = min(1.0, Z * math.sqrt(variance / (pairs * (pairs - tied))))
    return Chance(0.0, -half, half)


def precision(items: int, count: int) -> Chance:
    """Return the share of the *count* first of a random order that is among *count* others.

    Hypergeometric.
    """
    low, high = stats.hypergeom(items, count, count).ppf([0.025, 0.975]) / count
    return Chance(count / items, float(low), float(high))


def regret(accuracy: Vector, budget: int) -> Chance:
    """Return the highest accuracy less the highest of *budget* architectures drawn at random.

    Order statistics.

    The i-th lowest is the highest of those drawn when all others are from the i - 1 below it.
    """
    ascending, n = np.sort(accuracy), len(accuracy)
    if budget > n:
        return NOTHING
    i = np.arange(budget, n + 1)
    below = np.exp(
        _log_choose(i, budget) - _log_choose(n, budget)
    )  # the chance that all drawn are among the i lowest
    loss = ascending[-1] - ascending[budget - 1 :]
    low, high = (loss[min(int(np.searchsorted(below, at)), len(loss) - 1)] for at in (0.975, 0.025))
    return Chance(float(np.diff(below, prepend=0.0) @ loss), float(low), float(high))


def mean_regret(accuracy: Vector) -> Chance:
    """Return :func:`harness.analysis.metrics.mean_regret` of random orders.

    The mean is exact, the range is from 2,000 (fixed seed).
    """
    n, each = len(accuracy), budgets(len(accuracy))
    if not each:
        return NOTHING
    stream, last = np.random.default_rng(0), np.array(each) - 1
    drawn = [
        np.maximum.accumulate(accuracy[stream.choice(n, each[-1], replace=False)])[last].mean()
        for _ in range(ORDERS)
    ]
    high, low = accuracy.max() - np.quantile(drawn, [0.025, 0.975])
    mean = np.mean([regret(accuracy, budget).mean for budget in each])
    return Chance(float(mean), float(low), float(high))


def _log_choose(n: Any, k: int) -> Any:
    return gammaln(n + 1.0) - gammaln(k + 1.0) - gammaln(n - k + 1.0)


def gain(accuracy: Vector) -> Chance:
    """Return :func:`harness.analysis.metrics.ndcg` of random orders.

    The mean is exact, the range is from 2,000 (fixed seed).
    """
    n = len(accuracy)
    if not n or accuracy.max() <= 0:
        return NOTHING
    places = gain_places(n)
    discounts, gained = 1 / np.log2(1 + np.arange(1.0, places + 1)), 2.0**accuracy - 1
    best = discounts @ np.sort(gained)[::-1][:places]
    stream = np.random.default_rng(0)
    drawn = [
        discounts @ gained[stream.choice(n, places, replace=False)] / best for _ in range(ORDERS)
    ]
    low, high = np.quantile(drawn, [0.025, 0.975])
    return Chance(float(discounts.sum() * gained.mean() / best), float(low), float(high))
