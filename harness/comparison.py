"""Trained accuracies against one another, and tau within strata.

Orders are series of numbers by index, higher being better, NaN where a score is missing (:func:`harness.analysis.combined`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import astuple
from itertools import combinations

import pandas as pd

from benchmarks_data.table import Table
from harness.analysis import joined, partial_trainings
from harness.statistics import kendall

Orders = Mapping[str, pd.Series]

CEILING_COLUMNS = ["what", "one", "other", "n", "tau", "tau_low", "tau_high"]
#: What a ceiling is between.
RUNS, SPLIT, SHORT = "two training runs", "another split", "fewer epochs"
STRATUM_COLUMNS = ["by", "stratum", "from", "to", "proxy", "n", "tau", "tau_low", "tau_high"]


def ceilings(table: Table, target: str, indices: Sequence[int]) -> pd.DataFrame:
    """Return how well trained accuracies agree with one another, a frame of CEILING_COLUMNS.

    Between two single training runs of the target, between the target and the same accuracy on another split, and between the
    target and accuracies after fewer epochs. A score's tau with one run can hardly pass the first; with a mean over runs, whose
    noise is smaller, it can.
    """
    names = list(table.values.columns)
    mean, run = re.fullmatch(r"(.+?)((?:_run\d+)?)", target).groups()  # type: ignore[union-attr]
    runs = [name for name in names if re.fullmatch(re.escape(mean) + r"_run\d+", name)]
    rows = [(RUNS, *pair) for pair in combinations(runs, 2)]
    if parsed := re.fullmatch(r"(.+)_(train|valid|test)((?:_\d+ep)?)", mean):
        others = [f"{parsed[1]}_{split}{parsed[3]}{run}" for split in ("train", "valid", "test") if split != parsed[2]]
        rows += [(SPLIT, target, name) for name in others if name in names]
    rows += [(SHORT, target, name) for name in partial_trainings(table, target).values()]
    found = []
    for what, one, other in rows:
        x, y = joined(*(table.values[name].reindex(list(indices)) for name in (one, other)))
        found.append((what, one, other, len(x), *astuple(kendall(x, y))))
    return pd.DataFrame(found, columns=CEILING_COLUMNS)


def strata(orders: Orders, accuracy: pd.Series, by: Mapping[str, pd.Series], count: int = 10) -> pd.DataFrame:
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
                tau = kendall(order[used].to_numpy(float), accuracy[used].to_numpy(float))
                low, high = values[members].min(), values[members].max()
                rows.append((name, number, low, high, proxy, len(used), tau.value, tau.low, tau.high))
    return pd.DataFrame(rows, columns=STRATUM_COLUMNS)
