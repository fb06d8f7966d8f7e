"""Trained accuracies against one another, and tau within strata.

Orders are series of numbers by index, higher being better, NaN where a score is missing
(:func:`harness.analysis.orders.combined`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import astuple
from itertools import combinations

import pandas as pd

from benchmarks_data.table import Table
from benchmarks_data.target import SPLITS, Target
from harness.analysis.ceiling import Trainings
from harness.analysis.correlations import partial_trainings
from harness.analysis.statistics import kendall
from harness.analysis.units import Units

Orders = Mapping[str, pd.Series]
CEILING_COLUMNS = ["what", "one", "other", "n", "tau", "tau_low", "tau_high"]
#: What a ceiling is between.
RUNS, SPLIT, SHORT = "two training runs", "another split", "fewer epochs"
LAST = "best and last epoch"
#: The estimate of what a score without noise would reach, and what its model can be checked with.
TRUTH, CHECK = "true expected accuracy, estimated", "a run and the mean of the others"
STRATUM_COLUMNS = ["by", "stratum", "from", "to", "proxy", "n", "tau", "tau_low", "tau_high"]


def ceilings(
    table: Table, target: str, indices: Sequence[int], units: Units | None = None
) -> pd.DataFrame:
    """Return what a score without noise would reach, and how well trained accuracies agree.

    A frame of CEILING_COLUMNS.

    The first row is the ceiling, the tau of the true expected accuracy with the target
    (:mod:`harness.analysis.ceiling`), where single training runs tell it. Then follow two single
    runs of the target, a run and the mean of the others, the target and the same accuracy on
    another split, the best over epochs and the last, and the target and accuracies after fewer
    epochs.
    """
    this, values = Target.parse(target), table.values.reindex(list(indices))
    runs = [other.name for other in table.targets if other.is_single_run_of(this)]
    rows = [(RUNS, *pair) for pair in combinations(runs, 2)]
    if len(runs) > 2:
        others = {name: [other for other in runs if other != name] for name in runs}
        means = {
            f"mean of {', '.join(rest)}": values[rest].mean(axis=1, skipna=False)
            for rest in others.values()
        }
        rows += [(CHECK, *pair) for pair in zip(runs, means, strict=True)]
        values = values.assign(**means)
    rows += _beside(table, this)
    taus = []
    if len(runs) > 1:
        n, truth = Trainings.of(table, target, indices).ceiling(
            units.of(values.index) if units else None
        )
        taus = [(TRUTH, target, "", n, *astuple(truth))]
    for what, one, other in rows:
        both = values[[one, other]].dropna()
        x, y = both[one].to_numpy(float), both[other].to_numpy(float)
        tau = kendall(x, y, classes=units.of(both.index) if units else None)
        taus.append((what, one, other, len(x), *astuple(tau)))
    return pd.DataFrame(taus, columns=CEILING_COLUMNS)


def _beside(table: Table, this: Target) -> list[tuple[str, str, str]]:
    """Return the columns that a target is set beside: what each is of it, the target, the other."""
    splits = [other for other in table.targets if other.is_other_split_of(this)]
    splits.sort(key=lambda other: SPLITS.index(other.split or ""))
    rows = [(SPLIT, this.name, other.name) for other in splits]
    rows += [
        (LAST, this.name, other.name)
        for other in table.targets
        if other.is_last_epoch_of(this) or this.is_last_epoch_of(other)
    ]
    shorter = partial_trainings(table, this.name).values()
    return rows + [(SHORT, this.name, name) for name in shorter]


def strata(
    orders: Orders,
    accuracy: pd.Series,
    by: Mapping[str, pd.Series],
    count: int = 10,
    units: Units | None = None,
) -> pd.DataFrame:
    """Return tau within each of *count* equal parts of the architectures, cut by each of *by*.

    A frame of STRATUM_COLUMNS.

    Equal values are not parted, so there may be fewer. ``from`` and ``to`` are the smallest and
    largest value in the stratum.
    """
    rows = []
    for name, values in by.items():
        values = values.reindex(accuracy.index[accuracy.notna()]).dropna()
        if values.empty:
            continue
        parts = (
            pd.qcut(values, count, labels=False, duplicates="drop")
            if values.nunique() > 1
            else values * 0
        )
        for number, members in enumerate(values.groupby(parts).groups.values(), 1):
            for proxy, order in orders.items():
                used = order.reindex(members).dropna().index
                classes = units.of(used) if units else None
                tau = kendall(
                    order[used].to_numpy(float), accuracy[used].to_numpy(float), classes=classes
                )
                low, high = values[members].min(), values[members].max()
                rows.append(
                    (name, number, low, high, proxy, len(used), tau.value, tau.low, tau.high)
                )
    return pd.DataFrame(rows, columns=STRATUM_COLUMNS)
