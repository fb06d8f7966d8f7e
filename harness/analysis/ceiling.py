"""What a score without noise would reach.

The tau of the true expected accuracy with the accuracies of training runs.

Trained accuracies are noisy, so that even the true expected accuracy of each architecture would not
rank them perfectly. Two runs are both noisy: their tau with one another is lower than the tau of
the truth with one of them, and no ceiling. For runs that are independent and alike, and whatever
their noise, the ceiling of a single run lies between the tau t of two runs and sqrt(t).

Where it lies in between is estimated from an attenuation (Spearman 1904) that holds for tau: on a
scale where truth and noise are normal, tau = 2/pi asin(r) (Greiner). With q for the variance of a
run's noise over that of the truth, a mean over m runs has r = 1 / sqrt(1 + q / m) with the truth,
and r = 1 / sqrt((1 + q) (1 + q / m)) with another run. A space holds clumps of nearly equal
architectures, and pairs so far apart that no noise turns them. So a share of the pairs is taken to
follow that law, and all others to be in their true order. Two numbers tell share and q: how far two
runs, and how far a run and the mean of two others, fall short of tau 1. With two runs alone the
share is 1.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd

from benchmarks_data.table import Table
from benchmarks_data.target import Target
from harness.analysis.statistics import Influence, Labels, Tau, Vector, tau_influence, tau_interval

#: Where the mean of a table and that of its single runs differ by more percent than this, one more
#: run is in the mean.
ROUNDING = 0.01
#: Shares of noise q that are considered, from next to none to nothing but noise.
NOISES = np.geomspace(1e-4, 1e3, 300)
#: Fewer architectures with three runs do not tell the share of pairs that noise can turn.
ENOUGH = 30


@dataclass(frozen=True)
class Trainings:
    """The training runs behind a target.

    Single *runs*, a column each, and the number of runs that each value is a mean of.
    """

    runs: pd.DataFrame
    counts: pd.Series

    @classmethod
    def of(cls, table: Table, target: str, indices: Sequence[int]) -> Trainings:
        """Return those that the table has.

        A target's own single runs, or the ones that it is among.
        """
        this = Target.parse(target)
        names = [other.name for other in table.targets if other.is_single_run_of(this)]
        values = (
            table.values[list(dict.fromkeys([*names, target]))].reindex(list(indices)) * this.sign
        )
        runs = values[names]
        counts = (
            pd.Series(1.0, index=values.index)
            if target in names
            else runs_behind(values[target], runs)
        )
        return cls(runs, counts.where(values[target].notna()))

    def at(self, indices: pd.Index) -> Trainings:
        """Return the runs of some architectures."""
        return Trainings(self.runs.loc[indices], self.counts[indices])

    def ceiling(self, classes: Labels | None = None) -> tuple[int, Tau]:
        """Return the number of architectures with a target, and the tau that their true expected
        accuracies would have with it.

        The 95 % interval takes architectures, or their *classes*, and their runs for a sample. All
        is NaN where there are no two single runs, or where these agree no better than by chance.
        """
        known = self.counts.dropna().to_numpy(float)
        estimate = noise_free(list(self.runs.to_numpy(float).T), known)
        if estimate is None:
            return len(known), Tau(math.nan, math.nan, math.nan)
        return len(known), Tau(
            estimate.tau, *tau_interval(estimate if classes is None else estimate.by(classes))
        )


def runs_behind(mean: pd.Series, runs: pd.DataFrame) -> pd.Series:
    """Return how many runs each mean is made of.

    Those listed, and one more where these have another mean.
    """
    another = (runs.mean(axis=1) - mean).abs() > ROUNDING
    return (runs.notna().sum(axis=1) + another).clip(lower=1).astype(float)


def noise_free(runs: Sequence[Vector], counts: Vector) -> Influence | None:
    """Return the tau of the truth with means over *counts* runs, and the influence of each
    architecture on the estimate.

    Args:
        runs: accuracies of single runs, (n,) each, NaN where there is none.
        counts: for each architecture that has one, the number of runs in its mean.

    It is None where no two runs agree better than by chance; where all agree perfectly it is 1,
    without an interval.
    """
    two = between(runs)
    if two is None or two.tau <= 0:
        return None
    if two.tau > 1 - 1e-12:
        return Influence(1.0, np.zeros_like(two.values))
    short, shorter, shortest = _shortfalls(counts)
    complete = ~np.isnan(runs).any(axis=0)
    if len(runs) < 3 or complete.sum() < ENOUGH:
        part, slope = _interpolated(1 - two.tau, short, shortest / short)
        return Influence(1 - (1 - two.tau) * part, (part + (1 - two.tau) * slope) * two.values)
    whole = [np.where(complete, run, math.nan) for run in runs[:3]]
    pair, triple = between(whole), against_mean(whole)
    if pair is None or triple is None or pair.tau > 1 - 1e-12:
        return None
    ratio = (1 - triple.tau) / (1 - pair.tau)
    part, slope = _interpolated(ratio, shorter / short, shortest / short)
    of_ratio = (ratio * pair.values - triple.values) / (1 - pair.tau)
    return Influence(1 - (1 - two.tau) * part, part * two.values - (1 - two.tau) * slope * of_ratio)


def between(runs: Sequence[Vector]) -> Influence | None:
    """Return the mean tau between two of some *runs* (n,), each over the architectures that have
    both; None where undefined.
    """
    return _mean_tau(list(combinations(runs, 2)))


def against_mean(runs: Sequence[Vector]) -> Influence | None:
    """Return the mean tau of one of three *runs* (n,) with the mean of the two others.

    None where it is undefined.
    """
    first, second, third = runs
    return _mean_tau(
        [
            (first, (second + third) / 2),
            (second, (first + third) / 2),
            (third, (first + second) / 2),
        ]
    )


def _mean_tau(pairs: Sequence[tuple[Vector, Vector]]) -> Influence | None:
    taus, values = [], []
    for one, other in pairs:
        both = ~np.isnan(one) & ~np.isnan(other)
        if (pair := tau_influence(one[both], other[both])) is not None:
            taus.append(pair.tau)
            values.append(np.zeros(len(one)))
            values[-1][both] = pair.values * len(one) / both.sum()
    return Influence(float(np.mean(taus)), np.mean(values, axis=0)) if taus else None


def _shortfalls(counts: Vector) -> tuple[Vector, Vector, Vector]:
    """Return 1 - tau for each of NOISES.

    Of two runs, of a run and the mean of two, of the truth and means over *counts* runs.
    """
    runs, number = np.unique(counts, return_counts=True)
    weight = np.outer(number, number) / number.sum() ** 2
    noise = (
        NOISES[:, None, None] * (1 / runs[:, None] + 1 / runs[None, :]) / 2
    )  # of a pair of architectures
    truth = (weight * _shortfall(noise, 0.0)).sum(axis=(1, 2))
    return _shortfall(NOISES, NOISES), _shortfall(NOISES, NOISES / 2), truth


def _shortfall(one: Vector, other: Vector | float) -> Vector:
    """Return 1 - tau of two normal measurements of the same truth, whose noises have these
    variances over the truth's.
    """
    shortfall: Vector = 1 - 2 / math.pi * np.arcsin(1 / np.sqrt((1 + one) * (1 + other)))
    return shortfall


def _interpolated(x: float, at: Vector, values: Vector) -> tuple[float, float]:
    """Return the value and the slope at *x* of a line through points whose *at* ascends, which its
    ends prolong.
    """
    right = int(np.clip(np.searchsorted(at, x), 1, len(at) - 1))
    slope = (values[right] - values[right - 1]) / (at[right] - at[right - 1])
    return float(values[right - 1] + slope * (x - at[right - 1])), float(slope)
