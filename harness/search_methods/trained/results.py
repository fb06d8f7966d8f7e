"""Frames of what searches that train a supernet came to, beside other searches of the space."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import pandas as pd
from scipy import stats

from benchmarks_data import spaces
from benchmarks_data.table import Table
from harness.search_methods.method import Search
from harness.search_methods.outcomes import name_of, rows_of
from harness.search_methods.trained.methods import SKIP
from harness.search_methods.trained.searching import Outcome
from harness.search_methods.trained.setting import Setting

#: What a grid varies, and how a label says it.
AXES = {
    "images_count": "{} images",
    "channels": "{} channels",
    "cells": "{} cells",
    "epochs": "{} epochs",
}
#: Seeds that an interval takes; that of two is a dozen times as wide as their distance.
ENOUGH = 3


def labels_of(settings: Sequence[Setting]) -> list[str]:
    """Return the method of each setting, with what a grid varies."""
    varied = [name for name in AXES if len({getattr(one, name) for one in settings}) > 1]
    return [", ".join([one.method, *(_said(one, name) for name in varied)]) for one in settings]


def numbers_of(settings: Sequence[Setting]) -> list[int]:
    """Return the number of each setting, from 0 on; the seeds of one have the same."""
    keys = [{**one.key(), "seed": None} for one in settings]
    different = [key for place, key in enumerate(keys) if key not in keys[:place]]
    return [different.index(key) for key in keys]


def _said(setting: Setting, name: str) -> str:
    value = getattr(setting, name)
    if value is None:
        return f"all {AXES[name][3:]}" if name == "images_count" else f"published {name}"
    text = AXES[name].format(value)
    return text[:-1] if value == 1 else text


def search_rows(
    outcomes: Sequence[Outcome], table: Table | None, targets: Sequence[str]
) -> pd.DataFrame:
    """Return a row for each search and selection.

    Columns: those of :func:`harness.search_methods.outcomes.rows_of`, with the label as objective
    and the selection as schedule; the settings of the grid; for each target what the table's best
    has more; skip connections, entropy, and seconds of training and of selection.
    """
    labels = labels_of([one.setting for one in outcomes])
    numbers = numbers_of([one.setting for one in outcomes])
    searches, more = [], []
    for number, label, outcome in zip(numbers, labels, outcomes, strict=True):
        setting = outcome.setting
        for one in outcome.selected:
            chosen, seconds = one.chosen, outcome.seconds + one.seconds
            searches.append(
                Search(
                    label, one.name, setting.seed, (), chosen.operations, chosen.order, seconds,
                    fault=one.fault,
                )
            )  # fmt: skip
            more.append(
                {
                    "setting": number,
                    **{name: getattr(setting, name) for name in AXES},
                    "skips": None if one.fault else chosen.operations.count(SKIP),
                    "alpha_entropy": outcome.rows[-1]["entropy"] if outcome.rows else None,
                    "training_seconds": outcome.seconds,
                    "selection_seconds": one.seconds,
                }
            )
    first = outcomes[0].setting
    rows = rows_of(searches, first.space, first.dataset, table, targets)
    for target in targets if table is not None else ():
        rows[f"{target}_distance"] = table.values[target].max() - rows[target]  # type: ignore[union-attr]
    added = pd.DataFrame(more)
    whole = dict.fromkeys((*AXES, "skips"), "Int64")
    return pd.concat([rows, added.astype(whole)], axis=1)


def epoch_rows(
    outcomes: Sequence[Outcome], table: Table | None, targets: Sequence[str]
) -> pd.DataFrame:
    """Return a row for each epoch of each search: losses, accuracies, entropy, skip connections,
    the cell that alpha stands for, and what the table says of it.
    """
    settings = [one.setting for one in outcomes]
    rows = []
    for number, label, outcome in zip(
        numbers_of(settings), labels_of(settings), outcomes, strict=True
    ):
        space = spaces.get(outcome.setting.space)
        for epoch in outcome.rows:
            cell = space.decode(epoch["chosen"], epoch["order"])
            row: dict[str, Any] = {
                "label": label,
                "setting": number,
                "seed": outcome.setting.seed,
                **{name: value for name, value in epoch.items() if name not in _INNER},
                "arch": name_of(cell),
            }
            if table is not None:
                for target in targets:
                    row[target] = table.values[target].get(cell.index, math.nan)
            rows.append(row)
    return pd.DataFrame(rows, columns=[*_EPOCH, *(targets if table is not None else ())])


_INNER = ("chosen", "order")
#: Columns of epochs.csv before those of the table.
_EPOCH = (
    "label", "setting", "seed", "epoch", "weight_loss", "weight_accuracy", "alpha_loss",
    "alpha_accuracy", "flooded", "entropy", "skips", "entered", "seconds", "arch",
)  # fmt: skip


def by_epoch(epochs: pd.DataFrame, name: str) -> pd.DataFrame:
    """Return mean and 95 % t interval over seeds of a column, by label and epoch.

    Columns: label, epoch, mean, low, high; the last two are NaN of fewer than ENOUGH seeds.
    """
    rows = []
    for (label, epoch), group in epochs.groupby(["label", "epoch"], sort=False):
        values = group[name].dropna().astype(float)
        half = math.nan
        if len(values) >= ENOUGH:
            half = float(stats.t.ppf(0.975, len(values) - 1) * stats.sem(values))
        mean = float(values.mean()) if len(values) else math.nan
        rows.append((label, epoch, mean, mean - half, mean + half))
    return pd.DataFrame(rows, columns=["label", "epoch", "mean", "low", "high"])
