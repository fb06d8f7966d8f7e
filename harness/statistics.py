"""Rank statistics of scores against accuracies. A score of -inf is a valid lowest score; NaN must be removed before."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import stats

Vector = np.ndarray[Any, np.dtype[np.float64]]
#: Half-width of a 95 % interval in standard errors.
Z = float(stats.norm.ppf(0.975))


@dataclass(frozen=True)
class Tau:
    """Kendall's tau-b with its 95 % confidence interval; NaN where it is undefined (fewer than two items, or a constant)."""

    value: float
    low: float
    high: float


def kendall(x: Vector, y: Vector) -> Tau:
    """Return Kendall's tau-b of two vectors (n,) with a 95 % interval, in O(n log^2 n).

    The standard error is that of the influence function of tau-b as a ratio of U-statistics (Hoeffding 1948), the items
    being a random sample of architectures; the interval is symmetric on Fisher's scale atanh(tau), which keeps it inside [-1, 1].
    It is NaN where the sample shows no variation to estimate it from: fewer than three items, or |tau| = 1.
    """
    x, y = stats.rankdata(x), stats.rankdata(y)
    tau = float(stats.kendalltau(x, y).statistic) if len(x) > 1 else math.nan
    if math.isnan(tau) or len(x) < 3 or abs(tau) > 1 - 1e-12:
        return Tau(tau, math.nan, math.nan)
    error = float(np.std(tau_influence(x, y), ddof=1)) / math.sqrt(len(x))
    if error < 1e-12:
        return Tau(tau, math.nan, math.nan)
    half = Z * error / (1 - tau**2)
    return Tau(tau, math.tanh(math.atanh(tau) - half), math.tanh(math.atanh(tau) + half))


def tau_influence(x: Vector, y: Vector) -> Vector:
    """Return the influence (n,) of each item on tau-b, without NaN, neither vector being constant.

    With c, u, v the means over pairs of sign(dx) sign(dy), [dx != 0] and [dy != 0], tau-b is c / sqrt(u v); c_i, u_i, v_i
    are the means over the pairs of item i, and the influence is 2 ((c_i - c) / sqrt(u v) - tau/2 ((u_i - u) / u + (v_i - v) / v)).
    """
    others = len(x) - 1
    concordant = _dominated(x, y) + _dominated(-x, -y)
    discordant = _dominated(x, -y) + _dominated(-x, y)
    c = (concordant - discordant) / others
    u, v = (1 - (_multiplicity(values) - 1) / others for values in (x, y))
    scale = math.sqrt(u.mean() * v.mean())
    tau = c.mean() / scale
    influence: Vector = 2 * ((c - c.mean()) / scale - tau / 2 * (u / u.mean() + v / v.mean() - 2))
    return influence


def _multiplicity(values: Vector) -> Vector:
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    return counts[inverse].astype(float)


def _dominated(x: Vector, y: Vector) -> Vector:
    """Count for each item the items that are smaller in both x and y."""
    order = np.lexsort((-y, x))  # among equal x the larger y first, so that equals are not counted
    counts = np.empty(len(x))
    counts[order] = _earlier_and_smaller(stats.rankdata(y[order], method="dense").astype(np.int64))
    return counts


def _earlier_and_smaller(values: np.ndarray[Any, np.dtype[np.int64]]) -> Vector:
    """Count for each item the smaller ones that stand before it: a merge sort that counts, all blocks of a level at once."""
    n = len(values)
    position = np.arange(n)
    counts = np.zeros(n)
    width = 1
    while width < n:
        pair = position // (2 * width) * (n + 1)  # offsets the values of each pair of blocks, so that pairs do not mix
        is_left = position // width % 2 == 0
        left = np.sort((pair + values)[is_left])
        pair_right = pair[~is_left]
        counts[~is_left] += np.searchsorted(left, pair_right + values[~is_left]) - np.searchsorted(left, pair_right)
        width *= 2
    return counts


def spearman(x: Vector, y: Vector) -> float:
    """Return Spearman's rank correlation; NaN where it is undefined."""
    return pearson(stats.rankdata(x), stats.rankdata(y))


def pearson(x: Vector, y: Vector) -> float:
    """Return Pearson's correlation over the items whose values are both finite; NaN where it is undefined."""
    finite = np.isfinite(x) & np.isfinite(y)
    x, y = x[finite], y[finite]
    if len(x) < 2 or np.ptp(x) == 0 or np.ptp(y) == 0:
        return math.nan
    return float(stats.pearsonr(x, y).statistic)


def mean_rank(scores: np.ndarray[Any, np.dtype[np.float64]]) -> Vector:
    """Return the mean over seeds of each item's rank: scores (items, seeds) -> (items,); NaN where any seed is missing."""
    complete = ~np.isnan(scores).any(axis=1)
    result = np.full(len(scores), math.nan)
    if complete.any():
        result[complete] = stats.rankdata(scores[complete], axis=0).mean(axis=1)
    return result
