"""What a score says among networks that are alike in size, depth and number of live operations.

Orders are vectors (n,) without NaN where higher is better; -inf is a valid lowest score.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd
from scipy import stats

from harness.analysis.gain import normal_scores
from harness.analysis.statistics import (
    Labels,
    Tau,
    Vector,
    standard_error,
    tau_influence,
    tau_interval,
)

DEPTH = "layers"
#: In what networks of a stratum are equal: depth, and live operations.
EQUAL = (DEPTH, "live_convs")
#: Strata of neighbouring sizes are merged until they have so many networks.
FEWEST = 10


@dataclass(frozen=True)
class Alike:
    """What a score says within strata of networks that are alike.

    Attributes:
        tau: over pairs of one stratum, of what sizes leave of the target with what they leave of
            the score.
        p: two-sided, of the permutation test: what is left of the score is shuffled within strata.
        networks: how many are in a stratum with another one.
        strata: how many have two networks or more.
    """

    tau: Tau
    p: float
    networks: int
    strata: int


def alike(score: Vector, accuracy: Vector, sizes: pd.DataFrame, classes: Labels) -> Alike | None:
    """Return what a score says among networks that are alike; None where no two can be ordered, or
    they are too few for what is taken out.

    Strata are coarser than sizes, so that a score may still follow size within one. Therefore all
    *sizes* are taken out of score and target before: of their normal scores the least squares' fit
    by the sizes' normal scores, their squares, cubes and products. Of isomorphic architectures,
    those of one of *classes* (n,), the first stands for all, as they are one network.

    The test is Kendall's with a blocking variable (Korn 1984): over all permutations within strata
    the sum of concordances has the mean 0 and a known variance (Kendall 1970, ties included). No
    lot is drawn; p is normal. What is left after a fit of r coefficients has r degrees of freedom
    less than what is shuffled: the variance, and that of the interval, are so much larger.

    Args:
        score, accuracy: (n,) each.
        sizes: (n, k); the first column is that of which strata hold neighbours, EQUAL are those
            that are equal within one, as far as they are there.
        classes: (n,).
    """
    first = np.sort(np.unique(classes, return_index=True)[1])
    sizes = sizes.iloc[first]
    x, y, rank = _left(normal_scores(score[first]), normal_scores(accuracy[first]), sizes)
    equal = sizes[[name for name in EQUAL if name in sizes]].to_numpy(float)
    strata = strata_of(sizes.iloc[:, 0].to_numpy(float), equal)
    members = [rows for rows in _members(strata) if len(rows) > 1]
    influence = tau_influence(x, y, strata.astype(float))
    freedom = sum(len(rows) - 1 for rows in members)
    if influence is None or freedom <= rank:
        return None
    more = math.sqrt(freedom / (freedom - rank))
    untied_x, untied_y, variance = np.sum([_pairs(x[rows], y[rows]) for rows in members], axis=0)
    if variance <= 0:  # wherever the score varies the target is tied
        return None
    concordance = influence.tau * math.sqrt(untied_x * untied_y)
    p = 2 * float(stats.norm.sf(abs(concordance) / math.sqrt(variance) / more))
    ends = tau_interval(influence, lambda values: more * standard_error(values))
    return Alike(Tau(influence.tau, *ends), p, sum(map(len, members)), len(members))


def strata_of(size: Vector, equal: Vector) -> Labels:
    """Return the stratum (n,) of each network.

    Networks of a stratum are equal in all of *equal* (n, k) and neighbours in *size* (n,): sizes
    are merged, from the smallest on, until there are FEWEST networks. Networks of equal size are
    never parted. Where fewer than FEWEST are equal at all, they are one stratum.
    """
    groups = np.unique(equal, axis=0, return_inverse=True)[1].reshape(-1)
    strata = np.empty(len(size), np.int64)
    number = 0
    for members in _members(groups):
        for merged in _merged(size[members]):
            strata[members[merged]] = number
            number += 1
    return strata


def _merged(size: Vector) -> Iterator[Labels]:
    """Yield the positions of neighbouring sizes; the last ones, if too few, join those before."""
    order = np.argsort(size, kind="stable")
    ends = np.flatnonzero(np.diff(size[order])) + 1
    cuts: list[int] = []
    for end in ends:
        enough = end - (cuts[-1] if cuts else 0) >= FEWEST
        if enough and len(size) - end >= FEWEST:
            cuts.append(int(end))
    yield from np.split(order, cuts)


def _members(labels: Labels) -> list[Labels]:
    """Return the positions of each label."""
    order = np.argsort(labels, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(labels[order])) + 1)


def _left(x: Vector, y: Vector, sizes: pd.DataFrame) -> tuple[Vector, Vector, int]:
    """Return x and y (n,) less their fit by sizes (n, k), and how many coefficients beside the
    constant that has.

    They are rounded, so that what is equal in all stays tied.
    """
    columns = [normal_scores(sizes[name].to_numpy(float)) for name in sizes]
    terms = [column**power for column in columns for power in (1, 2, 3)]
    terms += [one * other for one, other in combinations(columns, 2)]
    basis = np.stack([np.ones(len(x)), *terms], axis=1)
    values = np.stack([x, y], axis=1)
    coefficients, _, rank, _ = np.linalg.lstsq(basis, values, rcond=1e-10)
    left = np.round(values - basis @ coefficients, 9)
    return left[:, 0], left[:, 1], int(rank) - 1


def _pairs(x: Vector, y: Vector) -> tuple[float, float, float]:
    """Return how many pairs of a stratum x and y each do not tie, and the variance of the sum over
    pairs of sign(dx) sign(dy) over permutations (Kendall, Rank Correlation Methods, 1970, eq. 4.4).
    """
    n = len(x)
    ties = [np.unique(values, return_counts=True)[1].astype(float) for values in (x, y)]
    twos = [float((count * (count - 1)).sum()) for count in ties]
    threes = [float((count * (count - 1) * (count - 2)).sum()) for count in ties]
    fives = [float((count * (count - 1) * (2 * count + 5)).sum()) for count in ties]
    variance = (n * (n - 1) * (2 * n + 5) - sum(fives)) / 18
    variance += twos[0] * twos[1] / (2 * n * (n - 1))
    if n > 2:
        variance += threes[0] * threes[1] / (9 * n * (n - 1) * (n - 2))
    untied = [(n * (n - 1) - tied) / 2 for tied in twos]
    return untied[0], untied[1], variance
