"""Rank statistics of scores against accuracies.

A score of -inf is a valid lowest score; NaN must be removed before.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from scipy import stats

from harness.analysis.pairs import Vector as Vector
from harness.analysis.pairs import sums_over_pairs

#: The number of each item's class, counted from 0 without gaps.
Labels = np.ndarray[Any, np.dtype[np.int64]]
#: Half-width of a 95 % interval in standard errors.
Z = float(stats.norm.ppf(0.975))


@dataclass(frozen=True)
class Tau:
    """Kendall's tau-b with its 95 % confidence interval.

    NaN where it is undefined (fewer than two items, or a constant).
    """

    value: float
    low: float
    high: float


def kendall(
    x: Vector, y: Vector, group: Vector | None = None, classes: Labels | None = None
) -> Tau:
    """Return Kendall's tau-b of two vectors (n,) with a 95 % interval, in O(n log^2 n).

    With *group* (n,) only pairs of one group count: what is left of tau when the group's influence
    is taken out. With *classes* (n,) whole classes of items are the units of the interval
    (:meth:`Influence.by`).

    The standard error is that of the influence function of tau-b as a ratio of U-statistics
    (Hoeffding 1948), the items being a random sample of architectures; the interval is symmetric on
    Fisher's scale atanh(tau), which keeps it inside [-1, 1]. It is NaN where the sample shows no
    variation to estimate it from: fewer than three items, or |tau| = 1.
    """
    influence = tau_influence(x, y, group, classes)
    if influence is None:
        return Tau(math.nan, math.nan, math.nan)
    return Tau(influence.tau, *tau_interval(influence))


def tau_interval(
    influence: Influence, error_of: Callable[[Vector], float] | None = None
) -> tuple[float, float]:
    """Return the 95 % interval of a tau from the influence of its items.

    NaN where these show no variation. *error_of* returns the standard error of influences; None is
    that of items that were all drawn alike (:func:`standard_error`).
    """
    tau = influence.tau
    error_of = error_of or standard_error
    error = error_of(influence.values) if len(influence.values) > 2 else 0.0
    if error < 1e-12 or abs(tau) > 1 - 1e-12:
        return math.nan, math.nan
    half = Z * error / (1 - tau**2)
    return math.tanh(math.atanh(tau) - half), math.tanh(math.atanh(tau) + half)


def tau_b(x: Vector, y: Vector) -> float:
    """Return Kendall's tau-b alone; NaN where it is undefined."""
    return (
        float(stats.kendalltau(stats.rankdata(x), stats.rankdata(y)).statistic)
        if len(x) > 1
        else math.nan
    )


def standard_error(influence: Vector) -> float:
    """Return the standard error of a statistic from the influence (n,) of each item."""
    return float(np.std(influence, ddof=1)) / math.sqrt(len(influence))


@dataclass(frozen=True)
class Influence:
    """Tau-b, and what each item (n,) adds to its error: the values sum to 0."""

    tau: float
    values: Vector

    def by(self, classes: Labels) -> Influence:
        """Return the influence of whole classes (n,) of items, which were drawn together.

        The cluster-robust standard error.

        The values are scaled so that :func:`standard_error` is sqrt(k / (k - 1) sum of squares) / n
        for k classes.
        """
        sums = np.bincount(classes, weights=self.values)
        return Influence(self.tau, sums * len(sums) / len(self.values))


def tau_influence(
    x: Vector, y: Vector, group: Vector | None = None, classes: Labels | None = None
) -> Influence | None:
    """Return tau-b with the influence of each item, or None where it is undefined.

    Fewer than two items, or a constant.

    With *classes* (n,) it is the influence of each class of items (:meth:`Influence.by`).

    With c, u, v the means over pairs of sign(dx) sign(dy), [dx != 0] and [dy != 0], tau-b is c /
    sqrt(u v); c_i, u_i, v_i are the means over the pairs of item i, and the influence is 2 ((c_i -
    c) / sqrt(u v) - tau/2 ((u_i - u) / u + (v_i - v) / v)). With *group* each mean is that of the
    indicator of an equal group times the same.

    Raises:
        ValueError: a value is NaN.
    """
    if len(x) < 2:
        return None
    if np.isnan(x).any() or np.isnan(y).any() or (group is not None and np.isnan(group).any()):
        raise ValueError("NaN has no rank: leave missing values out")
    parts = np.zeros(len(x)) if group is None else group
    c, u, v = _counted(*(np.asarray(values, np.float64).tobytes() for values in (x, y, parts)))
    scale = math.sqrt(u.mean() * v.mean())
    if scale == 0:
        return None
    tau = max(-1.0, min(1.0, float(c.mean()) / scale))
    influence = 2 * ((c - c.mean()) / scale - tau / 2 * (u / u.mean() + v / v.mean() - 2))
    return Influence(tau, influence) if classes is None else Influence(tau, influence).by(classes)


@dataclass(frozen=True)
class Difference:
    """The difference of two taus of the same items with its 95 % interval and two-sided p value.

    NaN where it is undefined.
    """

    value: float
    low: float
    high: float
    p: float


def tau_difference(first: Influence | None, second: Influence | None) -> Difference:
    """Return the difference of two taus that were measured on the same items.

    Its standard error is that of the difference of their influences, which takes into account that
    the items are the same; interval and p value are normal. A difference of 0 that is the same in
    every sample (equal orders) has p = 1 and no interval.
    """
    if first is None or second is None:
        return Difference(*(math.nan,) * 4)
    value = first.tau - second.tau
    error = standard_error(first.values - second.values) if len(first.values) > 2 else 0.0
    if error < 1e-12:
        return Difference(value, math.nan, math.nan, 1.0 if abs(value) < 1e-12 else math.nan)
    return Difference(
        value, value - Z * error, value + Z * error, 2 * float(stats.norm.sf(abs(value) / error))
    )


@lru_cache(maxsize=16)
def _counted(x: bytes, y: bytes, group: bytes) -> tuple[Vector, Vector, Vector]:
    """Return the sums of :func:`sums_over_pairs` for vectors of float64.

    A row of a report asks for the same several times.
    """
    return sums_over_pairs(np.frombuffer(x), np.frombuffer(y), np.frombuffer(group))


def spearman(x: Vector, y: Vector) -> float:
    """Return Spearman's rank correlation; NaN where it is undefined."""
    return pearson(stats.rankdata(x), stats.rankdata(y))


def pearson(x: Vector, y: Vector) -> float:
    """Return Pearson's correlation over the items whose values are both finite.

    NaN where it is undefined.
    """
    finite = np.isfinite(x) & np.isfinite(y)
    x, y = x[finite], y[finite]
    if len(x) < 2 or np.ptp(x) == 0 or np.ptp(y) == 0:
        return math.nan
    return float(stats.pearsonr(x, y).statistic)


def mean_rank(scores: np.ndarray[Any, np.dtype[np.float64]]) -> Vector:
    """Return the mean over seeds of each item's rank: scores (items, seeds) -> (items,).

    NaN where any seed is missing.
    """
    complete = ~np.isnan(scores).any(axis=1)
    result = np.full(len(scores), math.nan)
    if complete.any():
        result[complete] = stats.rankdata(scores[complete], axis=0).mean(axis=1)
    return result
