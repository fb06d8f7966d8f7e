"""Tables of searches, and what they say in words."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from harness.reporting import tables

RANDOM_TEXT = (
    "Means over seeds \u00b1 their standard deviation. Random architectures: mean and deviation "
    "over all draws, exact; best of "
    "several by the table's validation accuracy after as many epochs, or its longest, among the "
    "architectures that have one."
)
COMPARED_TEXT = f"{RANDOM_TEXT} Seconds: measurements of a search on one core."
FOUND_TEXT = "In brackets: share of the table's architectures whose accuracy is at most as high."
SENSITIVITIES_TEXT = (
    "Sensitivity |alpha dR/dalpha| of each candidate in the whole supernet, divided by one "
    "number for all. Frames: what the first "
    "schedule chose."
)


def shown_target(target: str) -> str:
    """Return the name of a column of the table so that it can be broken into lines."""
    return target.replace("_", " ")


def compared_table(summary: pd.DataFrame, targets: Sequence[str]) -> tables.Table:
    columns = [
        tables.text("method", "method"),
        tables.number("n", "n", "seeds, architectures or draws", ".0f"),
    ]
    columns += [tables.number("architectures", "cells", "different ones", ".0f")]
    columns += [
        tables.beside(
            shown_target(target), target, f"{target}_sd", "{:.2f} \u00b1 {:.2f}", "percent"
        )
        for target in targets
    ]
    columns += [
        tables.number("params", "params", "mean", ",.0f"),
        tables.number("seconds", "seconds", "mean", ".2f"),
    ]
    if "published_error" in summary and summary["published_error"].notna().any():
        columns += [
            tables.number(
                "published error",
                "published_error",
                "test error in percent, as its authors report it",
                ".2f",
            )
        ]
    return tables.fill(summary, columns)


def architectures_table(
    rows: pd.DataFrame, targets: Sequence[str], *, trained: bool
) -> tables.Table:
    """Return a row for each different architecture, with its index in a table of *trained* ones."""
    done = rows[rows["status"] == "ok"]
    different = done.drop_duplicates("arch").assign(
        searches=lambda one: one["arch"].map(done["arch"].value_counts())
    )
    columns = [] if not trained else [tables.number("index", "index", "", "d")]
    columns += [tables.number("searches", "searches", "that found it", "d")]
    columns += [
        tables.beside(
            shown_target(target), target, f"{target}_percentile", "{:.2f} ({:.1f} %)", "percent"
        )
        for target in targets
    ]
    columns += [
        tables.number("params", "params", "", ",d"),
        tables.number("flops", "flops", "multiply-accumulates", ",d"),
    ]
    return tables.fill(different, [*columns, tables.text("architecture", "arch")])


def searches_table(rows: pd.DataFrame, targets: Sequence[str]) -> tables.Table:
    columns = [tables.text(name, name) for name in ("objective", "schedule")] + [
        tables.number("seed", "seed", "", "d")
    ]
    columns += [tables.number(shown_target(target), target, "percent", ".2f") for target in targets]
    columns += [
        tables.number("params", "params", "", ",d"),
        tables.number("seconds", "seconds", "", ".2f"),
    ]
    return tables.fill(rows, [*columns, tables.text("status", "status")])


def headline(rows: pd.DataFrame, summary: pd.DataFrame, targets: Sequence[str]) -> list[str]:
    """Return in words what the searches found, and how it stands beside random cells."""
    sentences = []
    for row in summary[summary["kind"] == "search"].to_dict("records"):
        if row["n"] == 0:
            reason = rows[rows["status"] != "ok"]["status"].mode()[0]
            sentences.append(f"{row['method']}: nothing found, since {reason}.")
            continue
        failed = f", {row['failed']:.0f} more failed" if row["failed"] else ""
        cells = "one architecture" if row["cells"] == 1 else f"{row['cells']:.0f} architectures"
        searches = "one search" if row["n"] == 1 else f"{row['n']} searches"
        accuracies = "; ".join(
            f"{mean_text(row, target)} on {target}"
            for target in targets
            if not math.isnan(row[target])
        )
        sentences.append(
            f"{row['method']}: {cells} in "
            f"{searches}{failed}{', ' if accuracies else ''}{accuracies}."
        )
    return sentences


def mean_text(row: Mapping[Any, Any], target: str) -> str:
    deviation = row.get(f"{target}_sd", math.nan)
    return f"{row[target]:.2f}" + (
        f" ±{deviation:.2f}" if deviation is not None and not pd.isna(deviation) else ""
    )
