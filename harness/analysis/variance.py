"""Variance components of a crossed design: mean squares, pseudo-values, intervals."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import stats

from harness.analysis.statistics import Vector, mean_rank, tau_influence

Array = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True)
class Draws:
    """Scores under each draw: *scores* (n, weights, batches), or (n, seeds, 1) where seeds drew
    both and nothing is *crossed*.
    """

    scores: Array
    crossed: bool


@dataclass(frozen=True)
class _Squares:
    """Mean squares of tables (weights, batches).

    Of rows' means, of columns' means, and of what these leave.
    """

    rows: float
    columns: float
    rest: float


def values_by_draw(draws: Draws, target: Vector) -> Array | None:
    """Return tau plus influence of each architecture under each draw, (n, weights, batches).

    None where a tau is undefined.
    """
    n, *shape = draws.scores.shape
    influences = [tau_influence(scores, target) for scores in draws.scores.reshape(n, -1).T]
    known = [influence.tau + influence.values for influence in influences if influence is not None]
    return np.stack(known, axis=1).reshape(n, *shape) if len(known) == len(influences) else None


def _squares(table: Array) -> _Squares:
    """Return the mean squares of tables (..., weights, batches), summed over all but the last two
    axes.
    """
    centred = table - table.mean(axis=(-2, -1), keepdims=True)
    rows, columns = centred.mean(axis=-1, keepdims=True), centred.mean(axis=-2, keepdims=True)
    n, m = table.shape[-2:]
    sums = [float((part**2).sum()) for part in (rows, columns, centred - rows - columns)]
    freedom = (n - 1, m - 1, (n - 1) * (m - 1))
    return _Squares(
        *(total / max(degrees, 1) for total, degrees in zip(sums, freedom, strict=True))
    )


def deviations_of(table: Array | None, crossed: bool) -> dict[str, float]:
    """Return the standard deviations of tau under one draw of each kind.

    Negative estimates of variances are 0.
    """
    if table is None:
        return {}
    squares, (_, rows, columns) = _squares(table.mean(axis=0)), table.shape
    if not crossed:
        return {"seeds": math.sqrt(squares.rows)} if rows > 1 else {}
    variances = {}
    if rows > 1:
        variances["weights"] = squares.rows - squares.rest / columns
    if columns > 1:
        variances["batches"] = squares.columns - squares.rest / rows
    if min(rows, columns) > 1:
        variances["both"] = squares.rest
    return {name: math.sqrt(max(0.0, variance)) for name, variance in variances.items()}


def parts_of_mean(
    draws: Draws, table: Array, target: Vector
) -> tuple[list[tuple[float, int]], float]:
    """Return the parts of the variance of the mean rank's tau that draws make, and how much of it
    is noise of single architectures.

    Weights and batches have a part each, with its degrees of freedom, from a jackknife: the mean
    rank without each of them (Tukey 1958). What a pair of both adds is in either, and taken off
    once.
    """
    n, rows, columns = draws.scores.shape
    parts, own = [], 0.0
    for axis, count in ((1, rows), (2, columns)):
        values = _pseudo_values(draws.scores, axis, target) if count > 1 else None
        if values is not None:
            taus = values.mean(axis=0)
            parts.append((float(np.var(taus, ddof=1)) / count, count - 1))
            own += float(np.var(values - taus, axis=1, ddof=1).sum()) / count
    if len(parts) == 2:
        shared, alone = _squares(table.mean(axis=0)).rest, _squares(table - table.mean(axis=0)).rest
        parts.append((-shared / (rows * columns), (rows - 1) * (columns - 1)))
        own -= alone / (rows * columns)
    return parts, own / (n * (n - 1))


def _pseudo_values(scores: Array, axis: int, target: Vector) -> Array | None:
    """Return (n, k): k times the values of the mean rank over all draws, less k - 1 times that
    without each of k along *axis*.
    """
    n, count = len(scores), scores.shape[axis]
    kept = [scores, *(np.delete(scores, number, axis=axis) for number in range(count))]
    influences = [tau_influence(mean_rank(some.reshape(n, -1)), target) for some in kept]
    known = [influence.tau + influence.values for influence in influences if influence is not None]
    if len(known) < len(influences):
        return None
    return np.stack([count * known[0] - (count - 1) * without for without in known[1:]], axis=1)


def training_deviation(order: Vector, runs: Sequence[Vector], trainings: float) -> float:
    """Return the standard deviation of tau over trainings.

    The spread over runs of what each architecture adds to tau.
    """
    if len(runs) < 2:
        return math.nan
    complete = ~np.isnan(runs).any(axis=0)
    influences = (
        [tau_influence(order[complete], run[complete]) for run in runs]
        if complete.sum() > 2
        else [None]
    )
    known = [influence.values for influence in influences if influence is not None]
    if len(known) < len(influences):
        return math.nan
    noise = float(np.var(known, axis=0, ddof=1).mean())
    return math.sqrt(noise / len(order) / trainings)


def interval_of(
    tau: float, parts: Sequence[tuple[float, int]], known: float, least: float = 0.0
) -> tuple[float, float]:
    """Return the 95 % interval of tau from *parts* of its variance with their degrees of freedom,
    and a *known* part.

    It is symmetric on Fisher's scale, with the quantile of Student's t at Satterthwaite's (1946)
    degrees of freedom, as a few seeds do not tell their variance well.
    """
    variance = max(least, sum(part for part, _ in parts) + known)
    spread = sum(part**2 / degrees for part, degrees in parts)
    if variance < 1e-24 or abs(tau) > 1 - 1e-12:
        return math.nan, math.nan
    quantile = (
        float(stats.t.ppf(0.975, variance**2 / spread))
        if spread > 0
        else float(stats.norm.ppf(0.975))
    )
    half = quantile * math.sqrt(variance) / (1 - tau**2)
    return math.tanh(math.atanh(tau) - half), math.tanh(math.atanh(tau) + half)
