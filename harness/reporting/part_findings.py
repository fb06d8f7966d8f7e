"""The sentence of a report on a benchmark whose table is no uniform sample of its parts."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import benchmarks_data
from harness.analysis.parts import BASELINE, COVERED, LEAST, LESS, WEIGHTED
from harness.analysis.results import Results
from harness.reporting.phrases import listed, percent, records, signed, tau_of

Row = dict[str, Any]
#: From this share on, what the weighted tau leaves out is not mentioned.
WHOLE = 0.995


def parted_by(results: Results) -> str:
    """Return what tells the parts of a benchmark apart, which has some."""
    space: Any = benchmarks_data.get(results.benchmark)
    return str(space.parted_by)


def weighted_row(results: Results, target: str, name: str) -> Row | None:
    """Return a proxy's weighted row of :attr:`Results.parts`, where it speaks for the benchmark.

    None where that has no parts, the sample holds too few of them, or the tau is undefined.
    """
    rows = results.parts
    rows = rows[
        (rows["target"] == target) & (rows["proxy"] == name) & (rows["part"] == WEIGHTED)
    ].dropna(subset="tau")
    return next((row for row in records(rows) if row["share"] >= COVERED), None)


def part_findings(results: Results, target: str, name: str) -> list[str]:
    """Return a proxy's tau by part and weighted to the shares of the parts; nothing where the
    benchmark has none.
    """
    rows = results.parts
    rows = rows[(rows["target"] == target) & (rows["proxy"] == name)]
    if rows.empty:
        return []
    weighted, *parts = records(rows)
    texts = [
        f"{tau_of(row)} on {row['n']:,} of {row['part']} ({percent(row['share'])})" for row in parts
    ]
    by_part = listed(texts) or "no architecture has both"
    return [
        f"Tau of {name} with {target} by {parted_by(results)}: {by_part}; "
        f"{_weighted(weighted, parts)}."
    ]


def _weighted(weighted: Row, parts: Sequence[Row]) -> str:
    """Return the weighted tau in words, what it is of, and what is left out of it."""
    share = percent(weighted["share"])
    if weighted["share"] < COVERED:
        return (
            f"no weighted tau, as the parts of which {LEAST} architectures or more are known are "
            f"only {share} of the benchmark"
        )
    tau = f"it is {tau_of(weighted)}{_less(weighted)}"
    names = [str(row["part"]) for row in parts if row["n"] >= LEAST]
    left = [str(row["part"]) for row in parts if row["n"] < LEAST]
    if not left and weighted["share"] >= WHOLE:
        return f"weighted to these shares of the benchmark {tau}"
    too_few = f"; left out, as too few are known: {', '.join(left)}" if left else ""
    return (
        f"weighted to the shares of {' and '.join(names)}, {share} of the benchmark, {tau}{too_few}"
    )


def _less(row: Row) -> str:
    """Return what a tau has more than that of the baseline; nothing where that is unknown."""
    value, low, high = (row[name] for name in LESS)
    if math.isnan(low):
        return ""
    interval = f"{signed(low)} to {signed(high)}"
    return f", its difference from that of {BASELINE} {signed(value)} ({interval})"
