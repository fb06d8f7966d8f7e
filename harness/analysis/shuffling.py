"""Tau against a null of scores that are shuffled among architectures of equal size.

Orders are vectors (n,) without NaN where higher is better; -inf is a valid lowest score.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import stats

from harness.analysis.statistics import (
    Difference,
    Influence,
    Labels,
    Tau,
    Vector,
    tau_difference,
    tau_influence,
)

#: With more groups of equal size than this, hardly any architecture has another to be shuffled
#: with.
MOST_GROUPS = 1000


@dataclass(frozen=True)
class Shuffled:
    """Tau of scores that are shuffled within groups, and how far the scores' own tau lies above it.

    Attributes:
        null: mean and 95 % range of the tau of shuffled scores.
        excess: tau less the null's mean, with its interval; ``p`` is the two-sided one of the
            permutation test.
    """

    null: Tau
    excess: Difference


UNKNOWN = Shuffled(Tau(*(math.nan,) * 3), Difference(*(math.nan,) * 4))


def shuffled(
    score: Vector, accuracy: Vector, group: Vector, classes: Labels | None = None
) -> Shuffled:
    """Return what is left of tau when scores are shuffled within each *group* (n,), which destroys
    all that they say beyond it.

    The mean over all permutations is exact: tied pairs stay as many, and a pair of architectures of
    groups g and h counts the mean sign of all pairs of the two groups. The variance is that of the
    permutation's first-order part, group by group (Hoeffding 1951), and range and p value are
    normal. All is NaN where no scores can be shuffled, or groups are too many.

    Where groups are small, a shuffled score is often the old one: the excess is then too near to 0.
    """
    influence = tau_influence(score, accuracy)
    numbers = (stats.rankdata(group, method="dense") - 1).astype(np.int64)
    sizes = np.bincount(numbers).astype(float)
    if influence is None or not 1 < len(sizes) <= MOST_GROUPS:
        return UNKNOWN
    x, y = _signs(score, numbers, sizes), _signs(accuracy, numbers, sizes)
    scale = math.sqrt(_untied(score).sum() * _untied(accuracy).sum())
    null = _null(x, y, numbers, sizes, _untied(score), _untied(accuracy))
    spread = 2 * math.sqrt(_variance(x, y, numbers, sizes)) / scale
    if spread < 1e-12:
        return UNKNOWN
    excess = tau_difference(
        *(one if classes is None else one.by(classes) for one in (influence, null))
    )
    p = 2 * float(stats.norm.sf(abs(excess.value) / spread))
    half = float(stats.norm.ppf(0.975)) * spread
    return Shuffled(
        Tau(null.tau, null.tau - half, null.tau + half),
        Difference(excess.value, excess.low, excess.high, p),
    )


def _untied(values: Vector) -> Vector:
    """Return for each item (n,) the number of others with another value."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    return len(values) - counts[inverse].astype(float)


def _signs(values: Vector, group: Labels, sizes: Vector) -> Vector:
    """Return (n, groups): the sum over the items of each group of the sign of an item's value less
    theirs.
    """
    unique, place = np.unique(values, return_inverse=True)
    groups = len(sizes)
    counts = np.bincount(place * groups + group, minlength=len(unique) * groups)
    equal = counts.reshape(len(unique), groups)
    up_to = equal.cumsum(axis=0)
    return (2.0 * up_to - equal - sizes)[place]


def _by_group(rows: Vector, group: Labels, count: int) -> Vector:
    """Return (groups, groups): the sums of rows (n, groups) over each group."""
    return np.stack(
        [np.bincount(group, weights=column, minlength=count) for column in rows.T], axis=1
    )


def _null(
    x: Vector, y: Vector, group: Labels, sizes: Vector, untied_x: Vector, untied_y: Vector
) -> Influence:
    """Return the mean tau of shuffled scores with the influence of each item.

    It is a function of the sums over pairs of groups, N = sum X_gh Y_gh / (n_g n_h), that is
    homogeneous of degree 2 in the items' weights, as the concordance of tau is: the derivative by
    an item's weight stands in its place.
    """
    whole_x, whole_y = _by_group(x, group, len(sizes)), _by_group(y, group, len(sizes))
    pairs = np.outer(sizes, sizes)
    own = (whole_x * whole_y / pairs).sum(axis=1) / sizes
    c = (
        (x * (whole_y / pairs)[group]).sum(axis=1) + (y * (whole_x / pairs)[group]).sum(axis=1)
    ) - own[group]
    scale = math.sqrt(untied_x.mean() * untied_y.mean())
    tau = float(c.mean()) / scale
    tied = untied_x / untied_x.mean() + untied_y / untied_y.mean() - 2
    return Influence(tau, 2 * ((c - c.mean()) / scale - tau / 2 * tied))


def _variance(x: Vector, y: Vector, group: Labels, sizes: Vector) -> float:
    """Return the variance over permutations of the sum over pairs of sign(dx) sign(dy), to first
    order.

    When item i of a group takes the score of item k, it gains the sum over groups of y's signs of i
    times the mean of x's of k.
    """
    total = 0.0
    order = np.argsort(group, kind="stable")
    ends = np.cumsum(sizes).astype(int)
    for number, (members, size) in enumerate(zip(np.split(order, ends[:-1]), sizes, strict=True)):
        if size < 2:
            continue
        others = sizes - (np.arange(len(sizes)) == number)
        gains_x, gains_y = x[members] / np.maximum(others, 1), y[members]
        centred_x, centred_y = gains_x - gains_x.mean(axis=0), gains_y - gains_y.mean(axis=0)
        total += _squares(centred_x, centred_y) / (size - 1)
    return total


def _squares(one: Vector, other: Vector) -> float:
    """Return the sum of squares of one @ other.T, two matrices (n, m), by whichever product is
    smaller: that one, or two of (m, m).
    """
    n, m = one.shape
    if n < m:
        return float(((one @ other.T) ** 2).sum())
    return float(((one.T @ one) * (other.T @ other)).sum())
