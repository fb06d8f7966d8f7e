"""What a search would gain from each score, with sampling errors and beside what a random order
reaches: the rows of search.csv.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import astuple

import numpy as np
import pandas as pd

from harness.analysis import chance
from harness.analysis.metrics import (
    BUDGETS,
    FEW,
    TOP_SHARES,
    budgets,
    gain_places,
    mean_regret,
    ndcg,
    precision_top,
    regret,
)
from harness.analysis.resampling import Precision, gains, halves, interval, resamples, top
from harness.analysis.statistics import Tau, Vector, kendall

SEARCH_COLUMNS = [
    *("proxy", "metric", "k", "n", "share", "value", "low", "high"),
    *("chance", "chance_low", "chance_high"),
]
#: With fewer architectures among the top than these, resamples say too little: intervals are blank.
ENOUGH_FOR_PRECISION, ENOUGH_FOR_GAIN = 10, 50
TAU_SHARE = TOP_SHARES[0]


class _Known:
    """The architectures with a score and an accuracy (n,): what scores with the same ones share."""

    def __init__(self, accuracy: Vector) -> None:
        n = len(accuracy)
        self.accuracy = accuracy
        self.counts = {share: math.ceil(share * n) if share * n >= 1 else 0 for share in TOP_SHARES}
        enough = [share for share, count in self.counts.items() if count >= ENOUGH_FOR_PRECISION]
        weights = resamples(n if enough else 0)
        self.precisions = {share: Precision(weights, accuracy, share) for share in enough}
        self.places = gain_places(n)
        self.halves = halves(n)
        self.ideal = self.half_gains(accuracy) if n else np.zeros(0)
        self.best = (
            accuracy >= np.sort(accuracy)[-math.ceil(TAU_SHARE * n)] if n else np.zeros(0, bool)
        )
        self.chances = {
            "tau_top10": chance.tau(accuracy[self.best])
            if self.best.sum() >= FEW
            else chance.NOTHING
        }
        self.chances |= {
            f"precision_top{round(100 * share)}": chance.precision(n, count)
            if count
            else chance.NOTHING
            for share, count in self.counts.items()
        }
        self.chances |= {"ndcg": chance.gain(accuracy)}
        self.chances |= {f"regret_{budget}": chance.regret(accuracy, budget) for budget in BUDGETS}
        self.chances |= {"regret_mean": chance.mean_regret(accuracy)}

    def half_gains(self, order: Vector) -> Vector:
        """Return the gain of an *order* (n,) in each half of the architectures, with half the
        places.
        """
        return gains(self.halves, top(order, self.places), self.accuracy, max(self.places // 2, 1))


def search_metrics(orders: Mapping[str, pd.Series], accuracy: pd.Series) -> pd.DataFrame:
    """Return a frame of SEARCH_COLUMNS.

    Metrics of :mod:`harness.analysis.metrics` of each order, higher being better.

    - ``k`` is how many architectures the metric reads, and ``share`` which part of the ``n`` known
      ones that is.
    - ``low`` and ``high`` are 95 % intervals. That of tau among the top holds the cut fixed; that
      of precision is from a bootstrap, that of the gain from halves; they are blank where too few
      are among the top. There is none for regret: it hangs on single best architectures, for which
      resampling is not valid (Bickel and Freedman 1981).
    - ``chance`` is the expectation for a random order of the same architectures, ``chance_low`` and
      ``chance_high`` the range that 95 % of such orders are in (:mod:`harness.analysis.chance`).
    """
    known: dict[bytes, _Known] = {}
    rows = []
    for proxy, order in orders.items():
        both = pd.DataFrame({"x": order, "y": accuracy}).dropna()
        x, key = both["x"].to_numpy(float), both.index.to_numpy().tobytes()
        if key not in known:
            known[key] = _Known(both["y"].to_numpy(float))
        for metric, (k, *measured) in _metrics(x, known[key]).items():
            share = k / len(x) if len(x) else math.nan
            rows.append(
                (proxy, metric, k, len(x), share, *measured, *astuple(known[key].chances[metric]))
            )
    return pd.DataFrame(rows, columns=SEARCH_COLUMNS)


def _metrics(score: Vector, known: _Known) -> dict[str, tuple[int, float, float, float]]:
    """Return for each metric how many architectures it reads, its value and the ends of its
    interval.
    """
    accuracy, places = known.accuracy, known.places
    blank = math.nan, math.nan
    among = (
        kendall(score[known.best], accuracy[known.best])
        if known.best.sum() >= FEW
        else Tau(math.nan, *blank)
    )
    metrics = {"tau_top10": (int(known.best.sum()), among.value, among.low, among.high)}
    for share, count in known.counts.items():
        value, ends = precision_top(score, accuracy, share), blank
        if share in known.precisions:
            ends = interval(value, known.precisions[share].of(score))
        metrics[f"precision_top{round(100 * share)}"] = count, value, *ends
    value, ends = ndcg(score, accuracy), blank
    if places >= ENOUGH_FOR_GAIN and not math.isnan(value):
        ends = interval(value, known.half_gains(score) / known.ideal)
    metrics["ndcg"] = places, value, *ends
    metrics |= {
        f"regret_{budget}": (budget, regret(score, accuracy, budget), *blank) for budget in BUDGETS
    }
    largest = max(budgets(len(score)), default=0)
    return metrics | {"regret_mean": (largest, mean_regret(score, accuracy), *blank)}
