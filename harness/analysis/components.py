"""What tau varies with: the draw of architectures, of weights, of batches, and the training runs
behind the target.

Every draw of weights and batch gives each architecture a value: tau, plus the architecture's
influence on it. These are analysed as a crossed design with random effects (Cornfield and Tukey
1956): architectures x weights x batches, or architectures x seeds where each seed has drawn both.
Over architectures the values average to tau: what they have in common is how tau moves with a draw,
and what remains is noise of single architectures, which their own standard error has counted
already.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

import proxies
from harness.analysis.ceiling import Trainings
from harness.analysis.statistics import Labels, Vector, mean_rank, standard_error, tau_influence

COMPONENT_COLUMNS = [
    *(
        "seeds",
        "batches",
        "sd_architectures",
        "sd_weights",
        "sd_batches",
        "sd_both",
        "sd_seeds",
        "sd_training",
    ),
    *("tau_low_all", "tau_high_all"),
]
Array = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True)
class Components:
    """Standard deviations of tau when one thing alone is drawn anew; NaN where unknown.

    Attributes:
        architectures: of as many architectures, without the noise that the others add; NaN in a
            census.
        weights, batches: of one draw, where the two were crossed.
        both: what a pair of weights and batch adds that neither adds alone.
        seeds: of one seed that draws whatever is random, where they were not crossed; 0 for a
            deterministic score.
        training: of the trainings behind the target, taken to be independent from one architecture
            to the next.
        low, high: the 95 % interval of tau for other seeds as well as other architectures, in a
            census for other seeds and trainings of the same architectures.
    """

    architectures: float = math.nan
    weights: float = math.nan
    batches: float = math.nan
    both: float = math.nan
    seeds: float = math.nan
    training: float = math.nan
    low: float = math.nan
    high: float = math.nan


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


def varying(
    proxy: str,
    order: Vector,
    target: Vector,
    draws: pd.DataFrame,
    trainings: Trainings,
    classes: Labels | None,
) -> dict[str, float]:
    """Return a row's numbers of COMPONENT_COLUMNS.

    Args:
        proxy: the name of the score.
        order, target: (n,) each.
        draws: (n, ...), a column for each pair of a seed and a batch.
        trainings: the runs behind the target.
        classes: the class of each architecture in a census; None for a sample.
    """
    levels = (draws.columns.get_level_values(level).astype(int) for level in ("seed", "batch"))
    pairs = list(zip(*levels, strict=True))
    seeds, batches = len({seed for seed, _ in pairs}), len({batch for _, batch in pairs})
    own = all(seed == batch for seed, batch in pairs)
    found: Draws | None = None
    if proxies.request(proxy).needs:
        shape = (seeds, 1) if own else (seeds, batches)
        scores = draws.sort_index(axis=1).to_numpy(float)
        # Runs that were merged may leave holes in the grid: then it tells no more than a single
        # draw.
        whole = len(pairs) == shape[0] * shape[1]
        found = Draws(
            scores.reshape(len(draws), *shape) if whole else scores[:, :1, None], crossed=not own
        )
    counts = float(1 / (1 / trainings.counts).mean()) if len(order) else math.nan
    result = components(
        order,
        found,
        target,
        list(trainings.runs.to_numpy(float).T),
        counts,
        classes,
        census=classes is not None,
    )
    deviations = {
        f"sd_{name}": value for name, value in asdict(result).items() if name not in ("low", "high")
    }
    crossed = math.nan if own else batches
    return {
        "seeds": seeds,
        "batches": crossed,
        **deviations,
        "tau_low_all": result.low,
        "tau_high_all": result.high,
    }


def components(
    order: Vector, draws: Draws | None, target: Vector, runs: Sequence[Vector], trainings: float,
    classes: Labels | None = None,
    *, census: bool = False,
) -> Components:  # fmt: skip
    """Return the components of the tau of an *order* (n,), which draws are combined to, with a
    *target* (n,).

    Args:
        order: one number by architecture.
        draws: the scores that it combines; None for a deterministic score.
        target: trained accuracies.
        runs: single training runs (n,) of the target, NaN where there is none.
        trainings: the number of runs behind a value of the target.
        classes: the units of the architectures' part of the interval, where these are whole
            classes.
        census: the architectures are all that there are.

    A single seed, and a grid with a single batch or single weights, do not tell how tau moves:
    interval and component are NaN.
    """
    whole = tau_influence(order, target, classes=classes)
    if whole is None:
        return Components()
    error = standard_error(whole.values)
    training = _training(order, runs, trainings)
    unknown = draws is not None and min(draws.scores.shape[1 : 2 + draws.crossed]) < 2
    table = None if draws is None or draws.scores[0].size < 2 else _values(draws, target)
    parts, own = (
        ([], 0.0) if unknown or draws is None or table is None else _of_mean(draws, table, target)
    )
    found = {
        "training": training,
        **({"seeds": 0.0} if draws is None else _deviations(table, draws.crossed)),
    }
    if census:
        low, high = _interval(whole.tau, parts, np.nan_to_num(training) ** 2)
    else:
        rest = error**2 - own - np.nan_to_num(training) ** 2
        found["architectures"] = math.sqrt(max(0.0, rest))
        low, high = _interval(whole.tau, [*parts, (error**2, len(order) - 1)], -own, least=error**2)
    known = draws is None or bool(parts)
    return Components(**found, low=low, high=high) if known else Components(**found)


def _values(draws: Draws, target: Vector) -> Array | None:
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


def _deviations(table: Array | None, crossed: bool) -> dict[str, float]:
    """Return the standard deviations of tau under one draw of each kind.

    Negative estimates of variances are 0.
    """
    if table is None:
        return {}
    squares, (_, rows, columns) = _squares(table.mean(axis=0)), table.shape
    if not crossed:
        return {"seeds": math.sqrt(squares.rows)} if rows > 1 else {}
    found = {}
    if rows > 1:
        found["weights"] = squares.rows - squares.rest / columns
    if columns > 1:
        found["batches"] = squares.columns - squares.rest / rows
    if min(rows, columns) > 1:
        found["both"] = squares.rest
    return {name: math.sqrt(max(0.0, variance)) for name, variance in found.items()}


def _of_mean(draws: Draws, table: Array, target: Vector) -> tuple[list[tuple[float, int]], float]:
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


def _training(order: Vector, runs: Sequence[Vector], trainings: float) -> float:
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


def _interval(
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
