"""What searches found, beside what it is measured by.

The table's cells, random search, the first choice of each proxy.
"""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from benchmarks_data import spaces
from benchmarks_data.benchmark import Dataset
from benchmarks_data.errors import InputError
from benchmarks_data.spaces.choice import NONE
from benchmarks_data.table import Table
from benchmarks_data.target import Target
from harness.analysis.orders import by_seed
from harness.scoring.frames import read_scores
from harness.scoring.inputs import network_inputs
from harness.search_methods.method import Search
from proxies.requests import direction

#: Numbers of random cells of which the one with the highest validation accuracy is taken.
RANDOM = (10, 100)


def rows_of(
    searches: Sequence[Search],
    space: str,
    dataset: str,
    table: Table | None,
    targets: Sequence[str],
) -> pd.DataFrame:
    """Return a row for each search.

    What it found, its size, time, accuracies, and their percentiles in the table.
    """
    sizes: dict[str, tuple[int, int]] = {}
    rows = []
    for one in searches:
        row: dict[str, Any] = {
            "objective": one.objective, "schedule": one.schedule, "seed": one.seed,
            "index": None,
            "arch": None,
            "params": None,
            "flops": None,
            "seconds": one.seconds,
            "status": one.fault or "ok",
        }  # fmt: skip
        if not one.fault:
            architecture = spaces.get(space).decode(one.chosen, one.order)
            name = name_of(architecture)
            if name not in sizes:
                sizes[name] = size_of(space, architecture, dataset)
            row |= {
                "index": getattr(architecture, "index", None),
                "arch": name,
                "params": sizes[name][0],
                "flops": sizes[name][1],
            }
        for target in targets:
            row |= _accuracy(table, target, row["index"])
        rows.append(row)
    frame = pd.DataFrame(rows)
    return frame.astype({"index": "Int64", "params": "Int64", "flops": "Int64"})


def name_of(architecture: Any) -> str:
    """Return an architecture as text: the benchmark's string, or a genotype."""
    return getattr(architecture, "string", None) or str(architecture)


def size_of(space: str, architecture: Any, dataset: str) -> tuple[int, int]:
    """Return parameters and multiply-accumulates of the network of an architecture."""
    from proxies.passes.cost import size

    network = spaces.get(space).network(architecture, dataset, 0)
    return size(
        network, network_inputs(None, 0, spaces.get(space).datasets[dataset], "float32", "cpu")
    )


def _accuracy(table: Table | None, target: str, index: int | None) -> dict[str, float]:
    """Return an accuracy, and the share of the table's that are at most as high, in percent."""
    if table is None or index is None:
        return {target: math.nan, f"{target}_percentile": math.nan}
    values = table.values[target]
    value = float(values.get(index, math.nan))
    share = (
        math.nan
        if math.isnan(value)
        else float(stats.percentileofscore(values.dropna(), value, kind="weak"))
    )
    return {target: value, f"{target}_percentile": share}


def compared(
    searched: pd.DataFrame,
    table: Table | None,
    targets: Sequence[str],
    datasets: Mapping[str, Dataset],
) -> pd.DataFrame:
    """Return a row for each objective and schedule, means and deviations over seeds, and rows for
    what stands beside them.

    *searched* is what :func:`rows_of` returns. Columns: method, kind, n, cells (how many different
    ones), params, seconds, and for each target its mean and ``_sd``. For a random cell and random
    search the deviation is that of the draw, and the values are exact, not simulated.
    """
    rows: list[dict[str, Any]] = []
    for (objective, schedule), group in searched.groupby(["objective", "schedule"], sort=False):
        done = group[group["status"] == "ok"]
        row: dict[str, Any] = {
            "method": f"{objective}, {schedule}",
            "kind": "search",
            "n": len(done),
            "failed": len(group) - len(done),
        }
        row |= {
            "cells": done["arch"].nunique(),
            "params": done["params"].astype(float).mean(),
            "seconds": group["seconds"].mean(),
        }
        for target in targets:
            row |= {target: done[target].mean(), f"{target}_sd": done[target].std()}
        rows.append(row)
    if table is not None:
        rows += _random_search(table, targets, datasets)
        best = {target: table.values[target].max() for target in targets}
        rows.append(
            {"method": "best of the table", "kind": "table", "n": len(table.values), **best}
        )
    return pd.DataFrame(rows)


def _random_search(
    table: Table, targets: Sequence[str], datasets: Mapping[str, Dataset]
) -> list[dict[str, Any]]:
    """Return a random cell, and the best by validation accuracy of some random cells.

    Mean and deviation over all draws.

    The best are drawn from the cells that have a validation accuracy; where those are not all, so
    is one more random cell.
    """
    one: dict[str, Any] = {"method": "a random cell", "kind": "random", "n": len(table.values)}
    validated: dict[str, pd.DataFrame] = {}
    for target in targets:
        one |= {
            target: table.values[target].mean(),
            f"{target}_sd": table.values[target].std(ddof=0),
        }
        if validation := _validation_column(table, target, datasets):
            known = table.values[[target, validation]].dropna()
            validated[target] = known.set_axis(["test", "validation"], axis=1)
    rows = [one]
    fewest = min(map(len, validated.values()), default=0)
    more = [(1, "a random validated cell")] if validated and fewest < len(table.values) else []
    for count, method in [*more, *((count, f"best of {count} by validation") for count in RANDOM)]:
        row: dict[str, Any] = {
            "method": method,
            "kind": "random",
            "n": fewest if count == 1 else count,
        }
        for target, known in validated.items():
            row |= dict(zip((target, f"{target}_sd"), _best_of(known, count), strict=True))
        if validated:
            rows.append(row)
    return rows


def _validation_column(table: Table, target: str, datasets: Mapping[str, Dataset]) -> str | None:
    """Return the target's validation accuracy after as many epochs, else after as many as the table
    has; None where it has none.
    """
    this = Target.parse(target)
    if this.dataset not in datasets or this.split != "test":
        return None
    means = [
        other
        for other in table.targets
        if (other.dataset, other.split, other.run) == (this.dataset, "valid", None)
    ]
    means.sort(key=lambda other: (other.epochs == this.epochs, other.epochs or 0))
    return means[-1].name if means else None


def _best_of(known: pd.DataFrame, count: int) -> tuple[float, float]:
    """Return mean and deviation of ``test`` of that one of *count* random cells whose
    ``validation`` is highest, over all draws.

    The cell with the i-th lowest validation accuracy is the best of *count* out of N with
    probability C(i - 1, count - 1) / C(N, count); the tied take equal parts, as if a lot decided.
    """
    known = known.sort_values("validation")
    size = len(known)
    count = min(count, size)
    chance = np.zeros(size)
    chance[-1] = count / size
    for place in range(size - 1, count - 1, -1):  # C(place - 1, count - 1) / C(place, count - 1)
        chance[place - 1] = chance[place] * (place - count + 1) / place
    chance = (
        pd.Series(chance, known.index)
        .groupby(known["validation"])
        .transform("mean")
        .to_numpy(float)
    )
    accuracy = known["test"].to_numpy(float)
    mean = float(chance @ accuracy)
    return mean, math.sqrt(max(0.0, float(chance @ (accuracy - mean) ** 2)))


def first_choices(
    folder: Path, benchmark: str, table: Table, targets: Sequence[str]
) -> list[dict[str, Any]]:
    """Return for each proxy of a run the accuracy of its highest score.

    Mean and deviation over seeds; the tied are averaged.

    Raises:
        InputError: *folder* holds no run, or one of another benchmark.
    """
    scores = read_scores(folder / "scores.csv")
    scores = scores[scores["benchmark"] == benchmark]
    if scores.empty:
        raise InputError(f"{folder} holds no scores of {benchmark}: name a run of it with --scores")
    rows = []
    for name in scores["proxy"].unique():
        values = by_seed(scores, str(name)) * direction(str(name))
        tops = [
            values.index[column == column.max()]
            for _, column in values.items()
            if column.notna().any()
        ]
        if not tops:
            continue
        row: dict[str, Any] = {
            "method": f"highest {name} of {len(values)}",
            "kind": "proxy",
            "n": len(tops),
        }
        for target in targets:
            accuracies = pd.Series([table.values[target].reindex(top).mean() for top in tops])
            row |= {target: accuracies.mean(), f"{target}_sd": accuracies.std()}
        rows.append(row)
    return rows


def random_sizes(space: str, count: int, seed: int) -> list[int]:
    """Return the numbers of parameters of the networks of *count* random architectures of a search
    space.

    They are drawn among those that a search can find: without the operation none, whose sensitivity
    is 0.
    """
    from proxies.passes.cost import parameters_of

    drawn = spaces.get(space)
    stream = random.Random(seed)
    sizes = []
    for _ in range(count):
        chosen: list[str | None] = [
            stream.choice([kind for kind in choice.operations if kind != NONE])
            for choice in drawn.choices
        ]
        for numbers, stay in drawn.limits:
            for number in stream.sample(numbers, len(numbers) - stay):
                chosen[number] = None
        architecture = drawn.decode(chosen, [0.0] * len(chosen))
        sizes.append(parameters_of(drawn.network(architecture, next(iter(drawn.datasets)), seed)))
    return sizes
