"""Proxies against one another on the same architectures, trained accuracies against one another, and tau within strata.

Orders are series of numbers by index, higher being better, NaN where a score is missing (:func:`harness.analysis.combined`).
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import astuple
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from benchmarks_data.table import Table
from harness.analysis import partial_trainings
from harness.ceiling import Trainings
from harness.statistics import Influence, kendall, tau_b, tau_difference, tau_influence
from harness.units import Units

Orders = Mapping[str, pd.Series]
#: Below this corrected p value a difference counts.
SIGNIFICANT = 0.05

PAIR_COLUMNS = ["proxy", "other", "n", "difference", "low", "high", "p", "p_holm", "tau_between"]
CEILING_COLUMNS = ["what", "one", "other", "n", "tau", "tau_low", "tau_high"]
#: What a ceiling is between.
RUNS, SPLIT, SHORT = "two training runs", "another split", "fewer epochs"
#: The estimate of what a score without noise would reach, and what its model can be checked with.
TRUTH, CHECK = "true expected accuracy, estimated", "a run and the mean of the others"
STRATUM_COLUMNS = ["by", "stratum", "from", "to", "proxy", "n", "tau", "tau_low", "tau_high"]


def paired(orders: Orders, accuracy: pd.Series, units: Units | None = None) -> pd.DataFrame:
    """Compare each two proxies on the architectures where both have a score: a frame of PAIR_COLUMNS.

    The difference of their taus with *accuracy* has the standard error of the difference of their influence functions, which
    takes into account that both rank the same architectures. ``p`` is two-sided and normal, ``p_holm`` corrected for the number
    of pairs (Holm 1979). ``tau_between`` is the tau of one proxy with the other. A difference that is the same for every
    sample has no interval. In a census the units are classes, and there are no p values (:mod:`harness.units`).
    """
    values = pd.DataFrame(dict(orders)).reindex(accuracy.index[accuracy.notna()])
    known = values.notna()
    cache: dict[tuple[str, bytes], Influence | None] = {}

    def influence(proxy: str, both: pd.Series) -> Influence | None:
        key = proxy, both.to_numpy().tobytes()
        if key not in cache:
            used = both.index[both]
            classes = units.of(used) if units else None
            cache[key] = tau_influence(values.loc[used, proxy].to_numpy(float), accuracy[used].to_numpy(float), classes=classes)
        return cache[key]

    rows = []
    for one, other in combinations(values.columns, 2):
        both = known[one] & known[other]
        first, second = influence(one, both), influence(other, both)
        between = tau_b(*(values.loc[both, name].to_numpy(float) for name in (one, other)))
        rows.append((one, other, int(both.sum()), *astuple(tau_difference(first, second)), math.nan, between))
    frame = pd.DataFrame(rows, columns=PAIR_COLUMNS)
    if units and units.census:
        return frame.assign(p=math.nan, p_holm=math.nan)
    return frame.assign(p_holm=holm(frame["p"].to_numpy(float)))


def holm(p: np.ndarray[Any, np.dtype[np.float64]]) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return p values (n,) corrected by Holm's step-down method; NaN stays NaN and is not counted."""
    corrected = np.full(len(p), math.nan)
    order = np.argsort(p)[: np.isfinite(p).sum()]
    factors = len(order) - np.arange(len(order))
    corrected[order] = np.minimum(1.0, np.maximum.accumulate(factors * p[order]))
    return corrected


def standings(taus: Mapping[str, float], pairs: pd.DataFrame) -> pd.Series:
    """Return the place of each proxy: 1 more than the number of proxies that are significantly better. Ties are left standing."""
    places = dict.fromkeys((name for name, tau in taus.items() if not math.isnan(tau)), 1)
    for row in pairs[pairs["p_holm"] < SIGNIFICANT].to_dict("records"):
        places[str(row["other"] if row["difference"] > 0 else row["proxy"])] += 1
    return pd.Series(places, name="place").reindex(list(taus))


def ceilings(table: Table, target: str, indices: Sequence[int], units: Units | None = None) -> pd.DataFrame:
    """Return what a score without noise would reach, and how well trained accuracies agree: a frame of CEILING_COLUMNS.

    The first row is the ceiling, the tau of the true expected accuracy with the target (:mod:`harness.ceiling`), where single
    training runs tell it. Then follow two single runs of the target, a run and the mean of the others, the target and the same
    accuracy on another split, and the target and accuracies after fewer epochs.
    """
    names, values = list(table.values.columns), table.values.reindex(list(indices))
    mean, run = re.fullmatch(r"(.+?)((?:_run\d+)?)", target).groups()  # type: ignore[union-attr]
    runs = [name for name in names if re.fullmatch(re.escape(mean) + r"_run\d+", name)]
    rows = [(RUNS, *pair) for pair in combinations(runs, 2)]
    if len(runs) > 2:
        others = {name: [other for other in runs if other != name] for name in runs}
        means = {f"mean of {', '.join(rest)}": values[rest].mean(axis=1, skipna=False) for rest in others.values()}
        rows += [(CHECK, *pair) for pair in zip(runs, means, strict=True)]
        values = values.assign(**means)
    if parsed := re.fullmatch(r"(.+)_(train|valid|test)((?:_\d+ep)?)", mean):
        splits = [f"{parsed[1]}_{split}{parsed[3]}{run}" for split in ("train", "valid", "test") if split != parsed[2]]
        rows += [(SPLIT, target, name) for name in splits if name in names]
    rows += [(SHORT, target, name) for name in partial_trainings(table, target).values()]
    found = []
    if len(runs) > 1:
        n, truth = Trainings.of(table, target, indices).ceiling(units.of(values.index) if units else None)
        found = [(TRUTH, target, "", n, *astuple(truth))]
    for what, one, other in rows:
        both = values[[one, other]].dropna()
        x, y = both[one].to_numpy(float), both[other].to_numpy(float)
        found.append((what, one, other, len(x), *astuple(kendall(x, y, classes=units.of(both.index) if units else None))))
    return pd.DataFrame(found, columns=CEILING_COLUMNS)


def strata(
    orders: Orders, accuracy: pd.Series, by: Mapping[str, pd.Series], count: int = 10, units: Units | None = None
) -> pd.DataFrame:
    """Return tau within each of *count* equal parts of the architectures, cut by each of *by*: a frame of STRATUM_COLUMNS.

    Equal values are not parted, so there may be fewer. ``from`` and ``to`` are the smallest and largest value in the stratum.
    """
    rows = []
    for name, values in by.items():
        values = values.reindex(accuracy.index[accuracy.notna()]).dropna()
        if values.empty:
            continue
        parts = pd.qcut(values, count, labels=False, duplicates="drop") if values.nunique() > 1 else values * 0
        for number, members in enumerate(values.groupby(parts).groups.values(), 1):
            for proxy, order in orders.items():
                used = order.reindex(members).dropna().index
                classes = units.of(used) if units else None
                tau = kendall(order[used].to_numpy(float), accuracy[used].to_numpy(float), classes=classes)
                low, high = values[members].min(), values[members].max()
                rows.append((name, number, low, high, proxy, len(used), tau.value, tau.low, tau.high))
    return pd.DataFrame(rows, columns=STRATUM_COLUMNS)
