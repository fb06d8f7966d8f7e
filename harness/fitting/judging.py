"""Fitted scores and training-free ones, judged on the same networks."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from harness.analysis.combinations import ScoredRun, ranks
from harness.analysis.correlations import SIZES
from harness.analysis.metrics import mean_regret, ndcg
from harness.analysis.statistics import Vector, standard_error, tau_influence
from harness.fitting.draws import Draw
from harness.fitting.models import Array, predicted

FITTED, FREE, SIZE = "fitted", "training-free", "training-free, size"
MEASURED = [
    f"{metric}{end}" for metric in ("tau", "ndcg", "regret_mean") for end in ("", "_low", "_high")
]
FITTED_COLUMNS = ["kind", "score", "networks", "draws", "held_out", *MEASURED]
FITTED_COLUMNS += ["against", "difference", "low", "high"]


@dataclass(frozen=True)
class _Result:
    """What an order is worth on the networks that a draw holds out; influence is that on tau."""

    tau: float
    influence: Vector
    ndcg: float
    regret_mean: float


def judged(
    run: ScoredRun, models: Mapping[str, Array], networks: Sequence[int], drawn: Sequence[Draw]
) -> pd.DataFrame:
    """Return a frame of FITTED_COLUMNS: the scores of a run, the highest tau first, and each model
    fitted to so many *networks*.

    Values are means over draws. Intervals are those for one more training set, and for other
    architectures like these as far as tau and its difference go: Student's prediction interval over
    draws, to which the standard error of tau is added in squares. ``difference`` is a fitted
    score's tau less that of the training-free score with the highest one; its interval is corrected
    for all such differences (Bonferroni). That score is chosen on the networks it is judged on,
    which favours it.
    """
    orders = {name: ranks(run.scores[name].to_numpy(float)) for name in run.scores}
    free = {
        name: [_result(run, order[draw.held_out], draw) for draw in drawn]
        for name, order in orders.items()
        if run.scores[name].notna().any()
    }
    best = max(free, key=lambda name: _mean_tau(free[name]))
    rows = [
        {"kind": SIZE if name in SIZES else FREE, "score": name} | _summary(free[name])
        for name in sorted(free, key=lambda name: -_mean_tau(free[name]))
    ]
    comparisons = len(models) * len(networks)
    for name, inputs in models.items():
        for count in networks:
            results = [_fitted(run, inputs, count, draw) for draw in drawn]
            difference = _difference(results, free[best], comparisons)
            rows.append(
                {"kind": FITTED, "score": name, "networks": count, "against": best}
                | _summary(results)
                | dict(zip(("difference", "low", "high"), difference, strict=True))
            )
    held_out = float(np.mean([len(draw.held_out) for draw in drawn]))
    frame = pd.DataFrame(rows, columns=FITTED_COLUMNS)
    return frame.assign(draws=len(drawn), held_out=held_out).astype({"networks": "Int64"})


def _fitted(run: ScoredRun, inputs: Array, count: int, draw: Draw) -> _Result:
    training = draw.training[:count]
    accuracy = run.accuracy.to_numpy(float)[training]
    order = predicted(inputs[training], accuracy, inputs[draw.held_out], draw.seed)
    return _result(run, order, draw)


def _result(run: ScoredRun, order: Vector, draw: Draw) -> _Result:
    """Return what an order of the held-out networks is worth; one that says nothing has tau 0."""
    accuracy = run.accuracy.iloc[draw.held_out]
    known = accuracy.to_numpy(float)
    influence = tau_influence(order, known, classes=run.units.of(accuracy.index))
    tau, values = (0.0, np.zeros(1)) if influence is None else (influence.tau, influence.values)
    return _Result(tau, values, ndcg(order, known), mean_regret(order, known))


def _mean_tau(results: Sequence[_Result]) -> float:
    return float(np.mean([one.tau for one in results]))


def _summary(results: Sequence[_Result]) -> dict[str, Any]:
    """Return the means over draws of each metric with their intervals, as MEASURED names them."""
    taus = [one.tau for one in results]
    tau = float(np.mean(taus))
    half = _half(taus, [one.influence for one in results])
    row = {"tau": tau}
    if abs(tau) < 1:  # symmetric on Fisher's scale
        centre, reach = math.atanh(tau), half / (1 - tau**2)
        row |= {"tau_low": math.tanh(centre - reach), "tau_high": math.tanh(centre + reach)}
    for metric, highest in (("ndcg", 1.0), ("regret_mean", math.inf)):
        values = [float(getattr(one, metric)) for one in results]
        mean, half = float(np.mean(values)), _half(values, [])
        row |= {metric: mean, f"{metric}_low": max(mean - half, 0.0)}
        row[f"{metric}_high"] = min(mean + half, highest)
    return row


def _difference(
    first: Sequence[_Result], second: Sequence[_Result], comparisons: int
) -> tuple[float, float, float]:
    """Return the mean difference of taus over draws and the ends of its interval, corrected for so
    many *comparisons*.
    """
    pairs = list(zip(first, second, strict=True))
    taus = [one.tau - other.tau for one, other in pairs]
    half = _half(taus, [one.influence - other.influence for one, other in pairs], comparisons)
    value = float(np.mean(taus))
    return value, value - half, value + half


def _half(values: Sequence[float], influences: Sequence[Vector], comparisons: int = 1) -> float:
    """Return half the width of a 95 % interval for one more draw, and, where *influences* on a
    statistic are given, for other architectures too.
    """
    level, count = 1 - 0.025 / comparisons, len(values)
    spread = float(np.std(values, ddof=1)) * math.sqrt(1 + 1 / count)
    variances = [standard_error(one) ** 2 for one in influences if len(one) > 1]
    error = math.sqrt(sum(variances) / max(len(influences), 1))
    return math.hypot(stats.t.ppf(level, count - 1) * spread, stats.norm.ppf(level) * error)
