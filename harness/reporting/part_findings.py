"""The sentence of a report on a benchmark whose table is no uniform sample of its parts."""

from __future__ import annotations

import math
from typing import Any

import benchmarks_data
from harness.analysis.parts import BASELINE, LESS
from harness.analysis.results import Results
from harness.reporting.phrases import listed, records, signed, tau_of


def parted_by(results: Results) -> str:
    """Return what tells the parts of a benchmark apart, which has some."""
    space: Any = benchmarks_data.get(results.benchmark)
    return str(space.parted_by)


def part_findings(results: Results, target: str, name: str) -> list[str]:
    """Return a proxy's tau weighted to the shares of the parts, and by part; nothing where the
    benchmark has none.
    """
    rows = results.parts
    rows = rows[(rows["target"] == target) & (rows["proxy"] == name)]
    if rows.empty:
        return []
    weighted, *parts = records(rows)
    texts = [
        f"{tau_of(row)} on {row['n']:,} of {row['part']} ({100 * row['share']:.2g} %)"
        for row in parts
    ]
    return [
        f"Tau of {name} with {target} by {parted_by(results)}: {listed(texts)}; weighted to these "
        f"shares of the benchmark it is {tau_of(weighted)}{_less(weighted)}."
    ]


def _less(row: dict[str, Any]) -> str:
    """Return what a tau has more than that of the baseline; nothing where that is unknown."""
    value, low, high = (row[name] for name in LESS)
    if math.isnan(low):
        return ""
    interval = f"{signed(low)} to {signed(high)}"
    return f", its difference from that of {BASELINE} {signed(value)} ({interval})"
