"""Fitted scores and training-free ones, judged on the same networks.

Values are means over draws. ``ndcg`` and ``regret_mean`` are blank for a target that is no
accuracy.

- Training-free scores see no training set. The interval of their tau is for other architectures
  like these alone, from all networks that were held out in any draw. Their ``ndcg`` and
  ``regret_mean`` have none.
- Intervals of fitted scores are those for one more training set, and for other architectures
  too as far as tau and its difference go: Student's prediction interval over draws, to which
  the standard error of tau is added in squares. They are rather wide, as a draw also changes
  which networks are held out; they are blank for fewer than ENOUGH draws.
- ``difference`` is a fitted score's tau less that of the training-free score with the highest
  one; its interval is corrected for all such differences (Bonferroni). That score is chosen on
  the networks it is judged on, which favours it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from benchmarks_data.target import Target
from harness.analysis.combinations import ScoredRun, ranks
from harness.analysis.correlations import SIZES
from harness.analysis.metrics import mean_regret, ndcg
from harness.analysis.statistics import (
    Influence,
    Vector,
    standard_error,
    tau_influence,
    tau_interval,
)
from harness.fitting.draws import Draw
from harness.fitting.models import Array, predicted
from harness.reporting.tuned import tuned

FITTED, FREE, SIZE = "fitted", "training-free", "training-free, size"
#: Not fitted here, but with options that somebody has tuned to trained networks.
TUNED = "tuned prior"
#: So many draws show how far one more may be from them.
ENOUGH = 5
#: The highest value of metrics that are at least 0.
HIGHEST = {"ndcg": 1.0, "regret_mean": math.inf}
MEASURED = [f"{metric}{end}" for metric in ("tau", *HIGHEST) for end in ("", "_low", "_high")]
FITTED_COLUMNS = ["kind", "score", "networks", "draws", "held_out", *MEASURED]
FITTED_COLUMNS += ["against", "difference", "low", "high"]


@dataclass(frozen=True)
class _Result:
    """What an order is worth on the networks that a draw holds out.

    Attributes:
        tau: 0 where it is undefined.
        influence: of each unit on tau, by unit.
        ndcg, regret_mean: NaN for a target that is no accuracy, whose highest nobody looks for.
    """

    tau: float
    influence: pd.Series
    ndcg: float
    regret_mean: float


def judged(
    run: ScoredRun, models: Mapping[str, Array], networks: Sequence[int], drawn: Sequence[Draw]
) -> pd.DataFrame:
    """Return a frame of FITTED_COLUMNS: the scores of a run, the highest tau first, and each model
    fitted to so many *networks*.

    The module says what values and intervals are.
    """
    orders = {str(name): ranks(run.scores[name].to_numpy(float)) for name in run.scores}
    free = {
        name: [_result(run, order[draw.held_out], draw) for draw in drawn]
        for name, order in orders.items()
        if run.scores[name].notna().any()
    }
    best = max(free, key=lambda name: (not tuned(name), _mean_tau(free[name])))
    rows: list[dict[str, object]] = [
        {"kind": _kind(name), "score": name, **_free_row(free[name])}
        for name in sorted(free, key=lambda name: -_mean_tau(free[name]))
    ]
    comparisons = len(models) * len(networks)
    for name, inputs in models.items():
        for count in networks:
            results = [_fitted(run, inputs, count, draw) for draw in drawn]
            rows.append({
                **{"kind": FITTED, "score": name, "networks": count, "against": best},
                **_fitted_row(results),
                **_difference(results, free[best], comparisons),
            })  # fmt: skip
    held_out = float(np.mean([len(draw.held_out) for draw in drawn]))
    frame = pd.DataFrame(rows, columns=FITTED_COLUMNS)
    return frame.assign(draws=len(drawn), held_out=held_out).astype({"networks": "Int64"})


def _kind(name: str) -> str:
    """Return the kind of a score that was not fitted."""
    return SIZE if name in SIZES else TUNED if tuned(name) else FREE


def _fitted(run: ScoredRun, inputs: Array, count: int, draw: Draw) -> _Result:
    training = draw.training[:count]
    accuracy = run.accuracy.to_numpy(float)[training]
    order = predicted(inputs[training], accuracy, inputs[draw.held_out], draw.seed)
    return _result(run, order, draw)


def _result(run: ScoredRun, order: Vector, draw: Draw) -> _Result:
    """Return what an order of the held-out networks is worth; one that says nothing has tau 0."""
    accuracy = run.accuracy.iloc[draw.held_out]
    known, index = accuracy.to_numpy(float), accuracy.index
    influence = tau_influence(order, known, classes=run.units.of(index))
    units = np.unique(run.units.classes[index]) if run.units.census else index
    tau, values = (0.0, 0.0) if influence is None else (influence.tau, influence.values)
    searched = Target.parse(run.target).is_accuracy
    return _Result(
        tau,
        pd.Series(values, index=units),
        ndcg(order, known) if searched else math.nan,
        mean_regret(order, known) if searched else math.nan,
    )


def _mean_tau(results: Sequence[_Result]) -> float:
    return float(np.mean([one.tau for one in results]))


def _free_row(results: Sequence[_Result]) -> dict[str, float]:
    """Return the means over draws of a training-free score, and the interval of its tau: that of
    a sample of architectures, from the influence of all that were held out in any draw.
    """
    tau = _mean_tau(results)
    shares = [one.influence / (len(one.influence) * len(results)) for one in results]
    added = pd.concat(shares).groupby(level=0).sum().to_numpy(float)
    low, high = tau_interval(Influence(tau, added * len(added)))
    means = {key: float(np.mean([getattr(one, key) for one in results])) for key in HIGHEST}
    return {"tau": tau, "tau_low": low, "tau_high": high} | means


def _fitted_row(results: Sequence[_Result]) -> dict[str, float]:
    """Return the means over draws of each metric with their intervals, as MEASURED names them."""
    taus = [one.tau for one in results]
    row = dict(zip(MEASURED, (_mean_tau(results), math.nan, math.nan), strict=False))
    if abs(row["tau"]) < 1:  # symmetric on Fisher's scale
        half = _half(taus, [one.influence for one in results])
        centre, reach = math.atanh(row["tau"]), half / (1 - row["tau"] ** 2)
        row |= {"tau_low": math.tanh(centre - reach), "tau_high": math.tanh(centre + reach)}
    for metric, highest in HIGHEST.items():
        values = [float(getattr(one, metric)) for one in results]
        mean, half = float(np.mean(values)), _half(values, [])
        low, high = np.clip([mean - half, mean + half], 0.0, highest)
        row |= {metric: mean, f"{metric}_low": float(low), f"{metric}_high": float(high)}
    return row


def _difference(
    first: Sequence[_Result], second: Sequence[_Result], comparisons: int
) -> dict[str, float]:
    """Return the mean difference of taus over draws and the ends of its interval, corrected for so
    many *comparisons*.
    """
    pairs = list(zip(first, second, strict=True))
    taus = [one.tau - other.tau for one, other in pairs]
    half = _half(taus, [one.influence - other.influence for one, other in pairs], comparisons)
    value = float(np.mean(taus))
    low, high = np.clip([value - half, value + half], -2.0, 2.0)
    return {"difference": value, "low": float(low), "high": float(high)}


def _half(values: Sequence[float], influences: Sequence[pd.Series], comparisons: int = 1) -> float:
    """Return half the width of a 95 % interval for one more draw, and, where *influences* on a
    statistic are given, for other architectures too; NaN for fewer than ENOUGH draws.
    """
    level, count = 1 - 0.025 / comparisons, len(values)
    if count < ENOUGH:
        return math.nan
    spread = float(np.std(values, ddof=1)) * math.sqrt(1 + 1 / count)
    variances = [standard_error(one.to_numpy()) ** 2 for one in influences if len(one) > 1]
    error = math.sqrt(sum(variances) / max(len(influences), 1))
    return math.hypot(stats.t.ppf(level, count - 1) * spread, stats.norm.ppf(level) * error)
