"""Intervals and verdicts of a family of comparisons from one procedure, and the letters that sum
the verdicts up.

An estimate is 0 where there is no effect, and comes with a vector (items,): what each item adds to
its error. These sum to 0, and the root of the sum of their squares is the standard error. Estimates
from parts of the items have zeros for the others.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from string import ascii_letters
from typing import Any

import numpy as np
from scipy import stats

from harness.analysis.statistics import Vector, Z

Array = np.ndarray[Any, Any]
#: Below this p value, corrected for the family, a difference counts.
SIGNIFICANT = 0.05
#: Draws of the largest statistic, so many at a time.
DRAWS, AT_ONCE = 9_999, 500
#: A standard error below this is none: every item adds the same.
NONE = 1e-12


@dataclass(frozen=True)
class Family:
    """Simultaneous 95 % intervals and p values of m estimates.

    All intervals cover with 95 % probability.

    Attributes:
        low, high: the ends (m,), NaN where an estimate has no standard error.
        p: p values (m,) corrected for the family; below .05 exactly where the interval excludes 0.
        critical: how many standard errors the intervals reach in large samples.
        count: how many different estimates the family has.
    """

    low: Vector
    high: Vector
    p: Vector
    critical: float
    count: int


def errors(influence: Vector, used: Array) -> Vector:
    """Return what each item adds to the error of an estimate, from the *influence* of those that
    are *used* (items,).
    """
    n = len(influence)
    values = np.zeros(len(used))
    values[used] = influence / math.sqrt(n * (n - 1))
    return values


def simultaneous(
    estimates: Vector,
    vectors: Array,
    first: Sequence[int],
    second: Sequence[int] | None,
    items: Vector,
    count: int | None = None,
) -> Family:
    """Return the simultaneous intervals of a family by the largest statistic (single-step max-t).

    Under the null hypothesis the estimates divided by their standard errors are drawn together, by
    multiplying what each item adds to them with standard normal numbers (the multiplier bootstrap
    of Chernozhukov, Chetverikov and Kato 2013; with normal multipliers it is the multivariate
    normal of Hothorn, Bretz and Westfall 2008 with the estimated covariance). Observed statistics
    have Student's distribution, as their standard errors are estimates, and are put on the normal
    scale before. A p value is the share of draws whose largest absolute statistic is at least the
    one observed, kept between the p value of a single comparison and Bonferroni's, which hold
    whatever the correlations. The draws have a fixed seed.

    Args:
        estimates: (m,).
        vectors: (vectors, items), what each item adds to an error.
        first: (m,) the vector of each estimate.
        second: (m,) the vector to subtract, where estimates are differences.
        items: (m,) how many items each estimate is from.
        count: how many of the estimates are different ones; all of them by default.
    """
    factor: Array = (
        np.asarray(np.linalg.qr(vectors.T, mode="r"))
        if vectors.size
        else np.zeros((0, len(vectors)))
    )
    i, j = np.asarray(first, int), None if second is None else np.asarray(second, int)

    def contrasts(values: Array) -> Array:
        return values[:, i] if j is None else values[:, i] - values[:, j]

    error = np.linalg.norm(contrasts(factor), axis=0)
    tested = np.isfinite(estimates) & (error > NONE)
    count = min(int(tested.sum()), len(estimates) if count is None else count)
    # One comparison is kept at its own p value: it needs no draw.
    largest = _largest(factor, contrasts, error, tested) if count > 1 else np.zeros(DRAWS)
    critical, freedom = _critical(largest, count), np.maximum(items - 1.0, 1.0)
    size = np.divide(np.abs(estimates), error, out=np.full(len(estimates), math.nan), where=tested)
    alone: Vector = np.asarray(2 * stats.t.sf(size, freedom))
    p = _corrected(alone, largest, count)
    half = np.where(tested, stats.t.isf(stats.norm.sf(critical), freedom) * error, math.nan)
    return Family(estimates - half, estimates + half, p, critical, count)


def _critical(largest: Vector, count: int) -> float:
    """Return how many standard errors the intervals of *count* estimates reach, from ascending
    draws of the largest statistic.
    """
    bonferroni = float(stats.norm.isf(SIGNIFICANT / 2 / max(count, 1)))
    # p < .05 needs fewer than 500 of 9,999 draws, one being added for the sample itself.
    drawn = largest[-int(SIGNIFICANT * (DRAWS + 1) - 1)]
    return max(Z, min(bonferroni, float(drawn)))


def _corrected(alone: Vector, largest: Vector, count: int) -> Vector:
    """Return the p values (m,) of a family from those of single comparisons (m,), between these and
    Bonferroni's.
    """
    share = (1 + DRAWS - np.searchsorted(largest, stats.norm.isf(alone / 2))) / (DRAWS + 1)
    corrected: Vector = np.maximum(alone, np.minimum(share, np.minimum(1.0, count * alone)))
    return corrected


def _largest(factor: Array, contrasts: Any, error: Vector, tested: Array) -> Vector:
    """Return DRAWS of the largest absolute statistic of the family, ascending."""
    stream = np.random.default_rng(0)
    largest = []
    for start in range(0, DRAWS, AT_ONCE):
        draws = stream.standard_normal((min(AT_ONCE, DRAWS - start), len(factor))) @ factor
        largest.append((np.abs(contrasts(draws)[:, tested]) / error[tested]).max(axis=1))
    return np.sort(np.concatenate(largest))


def holm(p: Vector) -> Vector:
    """Return p values (m,) corrected for their number (Holm 1979), whatever their correlations.

    NaN where there is none, which counts as no comparison.
    """
    known = np.flatnonzero(~np.isnan(p))
    order = known[np.argsort(p[known], kind="stable")]
    corrected = np.full(len(p), math.nan)
    steps = p[order] * np.arange(len(order), 0, -1)
    corrected[order] = np.minimum(np.maximum.accumulate(steps), 1.0)
    return corrected


def letters(names: Sequence[str], different: Collection[tuple[str, str]]) -> dict[str, str]:
    """Return the compact letter display of *names*, the best first.

    Those that share a letter do not differ significantly.

    It is the insert-and-absorb algorithm of Piepho (2004): one group of all is split at each
    significant pair, and groups within others are dropped. The letter a is that of the group that
    reaches highest.

    Args:
        names: the names in order.
        different: the pairs that differ significantly, in any order.
    """
    place = {name: number for number, name in enumerate(names)}
    groups = [frozenset(names)]
    # Pair by pair in the order of the names, so that groups stay few on the way.
    for one, other in sorted(
        different, key=lambda pair: sorted((place[pair[0]], place[pair[1]]), reverse=True)
    ):
        split = [
            part
            for group in groups
            if {one, other} <= group
            for part in (group - {one}, group - {other})
        ]
        kept = [group for group in groups if not {one, other} <= group]
        for part in sorted(set(split), key=len, reverse=True):
            if not any(part <= group for group in kept):
                kept.append(part)
        groups = kept
    ordered = sorted(groups, key=lambda group: sorted(place[name] for name in group))
    return {
        name: "".join(_letter(number) for number, group in enumerate(ordered) if name in group)
        for name in names
    }


def _letter(number: int) -> str:
    return ascii_letters[number % 52] + (str(number // 52 + 1) if number >= 52 else "")
