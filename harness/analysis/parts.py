"""Tau by part of a benchmark, and weighted to the shares that the parts have of it.

A table may list far more of one part of its benchmark than of another: of NAS-Bench-101's random
sample 2 % have seven vertices, of the benchmark 85 %. Tau over such a sample is that of no
population. Nor is a mean of the taus of parts, as pairs across parts count too.

The tau of the benchmark is c / sqrt(u v), where c, u, v are the means over pairs of
sign(dx) sign(dy), [dx != 0] and [dy != 0]. Each mean is the sum over parts h and k of share_h
share_k times the mean over the pairs of an architecture of h and one of k, which is known from the
sample (a U-statistic of several samples; Hoeffding 1948).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

import benchmarks_data
from benchmarks_data.benchmark import HasParts
from harness.analysis.pairs import sums_over_pairs
from harness.analysis.statistics import (
    Influence,
    Labels,
    Vector,
    Z,
    standard_error,
    tau_influence,
    tau_interval,
)
from harness.analysis.units import Units

#: The difference of a tau to that of BASELINE on the same architectures.
LESS = ("less_params", "less_params_low", "less_params_high")
PART_COLUMNS = ["part", "share", "proxy", "n", "tau", "tau_low", "tau_high", *LESS]
#: The part that stands for all of them, weighted.
WEIGHTED = "weighted"
#: What a tau is set beside, where it was scored.
BASELINE = "params"
#: A weighted tau stands for the benchmark where the parts that it is of have this share at least.
COVERED = 0.5
#: So many architectures of a part are needed to weight it.
LEAST = 2


@dataclass(frozen=True)
class Sample:
    """A sample of a population that has parts.

    Attributes:
        parts: the part of each item (n,), counted from 0 without gaps; each has LEAST at least.
        shares: of the population that each part has (parts,), which sum to 1.
    """

    parts: Labels
    shares: Vector

    def standard_error(self, influence: Vector) -> float:
        """Return the standard error of a statistic from the influence (n,) of each item, items
        being drawn within parts.
        """
        values = [influence[self.parts == part] for part in range(len(self.shares))]
        variances = [float(np.var(one, ddof=1)) / len(one) for one in values]
        return math.sqrt(float(self.shares**2 @ variances))


def parts_of(
    orders: Mapping[str, pd.Series], accuracy: pd.Series, benchmark: str, units: Units
) -> pd.DataFrame:
    """Return tau by part of a benchmark, and weighted to the shares of its parts.

    A frame of PART_COLUMNS, which is empty where the benchmark has no parts. ``share`` is that of
    all architectures of the benchmark; in the row WEIGHTED it is that of the parts that the sample
    has LEAST of, to which the others' share then goes in proportion. ``less_params`` is the tau
    less that of BASELINE on the same architectures.

    Intervals are for other architectures drawn within each part. In a census the weighted tau is
    that of all and has none.
    """
    space = benchmarks_data.get(benchmark)
    if not isinstance(space, HasParts):
        return pd.DataFrame(columns=PART_COLUMNS)
    values = accuracy.dropna()
    frame = pd.DataFrame({"y": values, "part": [space.part(index) for index in values.index]})
    base = orders.get(BASELINE)
    rows = []
    for proxy, order in orders.items():
        known = frame.assign(x=order, base=order if base is None else base).dropna()
        rows += [{"proxy": proxy, **row} for row in _rows(known, space.shares(), units)]
    made = pd.DataFrame(rows, columns=PART_COLUMNS)
    return made.assign(**dict.fromkeys(LESS, math.nan)) if base is None else made


def _rows(known: pd.DataFrame, shares: Mapping[str, float], units: Units) -> list[dict[str, Any]]:
    """Return the rows of a proxy: the weighted one, then one for each part that has any.

    *known* has the columns ``x`` and ``base`` (scores), ``y`` (the target) and ``part``.
    """
    counts = known["part"].value_counts()
    enough = [name for name in shares if counts.get(name, 0) >= LEAST]
    covered = sum(shares[name] for name in enough)
    members = known[known["part"].isin(enough)]
    labels = pd.Categorical(members["part"], categories=enough).codes.astype(np.int64)
    sample = Sample(labels, np.array([shares[name] / covered for name in enough]))
    error_of = (lambda _: math.nan) if units.census else sample.standard_error
    numbers = _numbers(members, partial(weighted_tau, sample=sample), error_of)
    rows = [{"part": WEIGHTED, "share": covered, "n": len(members), **numbers}]
    for name in shares:
        part = known[known["part"] == name]
        if len(part):
            tau_of = partial(tau_influence, classes=units.of(part.index))
            numbers = _numbers(part, tau_of, standard_error)
            rows.append({"part": name, "share": shares[name], "n": len(part), **numbers})
    return rows


def _numbers(
    known: pd.DataFrame,
    tau_of: Callable[[Vector, Vector], Influence | None],
    error_of: Callable[[Vector], float],
) -> dict[str, float]:
    """Return a tau with its interval, and what it has more than that of the baseline."""
    x, base, y = (known[name].to_numpy(float) for name in ("x", "base", "y"))
    tau, other = tau_of(x, y), tau_of(base, y)
    if tau is None:
        return {}
    low, high = tau_interval(tau, error_of)
    numbers = {"tau": tau.tau, "tau_low": low, "tau_high": high}
    if other is None:
        return numbers
    difference = tau.tau - other.tau
    half = Z * error_of(tau.values - other.values) if len(x) > LEAST else math.nan
    half = half if half > 1e-12 else math.nan
    ends = (difference, difference - half, difference + half)
    return numbers | dict(zip(LESS, ends, strict=True))


def weighted_tau(x: Vector, y: Vector, sample: Sample) -> Influence | None:
    """Return the tau-b of a population of parts, from a sample of each part, with the influence of
    each item; None where it is undefined.

    *x* and *y* are values (n,) without NaN. The influences of a part tell how the tau varies with
    the items that are drawn of it (:meth:`Sample.standard_error`).
    """
    if not len(x):
        return None
    c, u, v = _expected(x, y, sample)
    weights = (sample.shares / np.bincount(sample.parts))[sample.parts]
    mean_c, mean_u, mean_v = (float(weights @ each) for each in (c, u, v))
    scale = math.sqrt(mean_u * mean_v)
    if scale == 0:
        return None
    tau = max(-1.0, min(1.0, mean_c / scale))
    return Influence(tau, 2 * (c / scale - tau / 2 * (u / mean_u + v / mean_v)))


def _expected(x: Vector, y: Vector, sample: Sample) -> tuple[Vector, Vector, Vector]:
    """Return for each item the means of sign(dx) sign(dy), [dx != 0] and [dy != 0] over partners
    drawn from the population.
    """
    parts, shares = sample.parts, sample.shares
    counts = np.bincount(parts)
    within = np.array(sums_over_pairs(x, y, parts.astype(float)))
    means = within * (shares / (counts - 1))[parts]
    for one in range(len(shares)):
        for other in range(one):
            both = np.flatnonzero((parts == one) | (parts == other))
            across = np.array(sums_over_pairs(x[both], y[both], np.zeros(len(both))))
            partner = np.where(parts[both] == one, other, one)
            means[:, both] += (across - within[:, both]) * (shares / counts)[partner]
    return means[0], means[1], means[2]
