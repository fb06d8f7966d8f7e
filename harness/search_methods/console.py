"""What the terminal shows of searches."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from pathlib import Path

import pandas as pd
from rich import box
from rich.table import Table

from harness.search_methods.tables import mean_text, shown_target
from harness.terminal.console import Wide, folded


def tell(
    summary: pd.DataFrame,
    rows: pd.DataFrame,
    targets: Sequence[str],
    folder: Path,
    doubts: Sequence[str] = (),
) -> None:
    """Print the comparison, what was found, what failed, and what makes it doubtful."""
    console = Wide()
    console.print(_comparison(summary, targets))
    place = f"Report, searches and figures: {folder / 'report.html'}"
    for line in [*map(folded, [*_outcomes(rows), *doubts]), place]:
        console.print(line, highlight=False, soft_wrap=True, markup=False)


def _comparison(summary: pd.DataFrame, targets: Sequence[str]) -> Table:
    shown = Table(box=box.SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    shown.add_column("", no_wrap=True)
    for target in targets or ["params"]:
        shown.add_column(shown_target(target), justify="right", overflow="fold", min_width=12)
    shown.add_column("seconds", justify="right")
    for row in summary.to_dict("records"):
        values = ["" if math.isnan(row[target]) else mean_text(row, target) for target in targets]
        values += [] if targets else ["" if pd.isna(row["params"]) else f"{row['params']:,.0f}"]
        seconds = "" if pd.isna(row["seconds"]) else f"{row['seconds']:.1f}"
        shown.add_row(
            row["method"].replace("[", r"\["),
            *values,
            seconds,
            style=None if row["kind"] == "search" else "dim",
        )
    return shown


def _outcomes(rows: pd.DataFrame) -> Iterator[str]:
    """Yield a line for each different architecture, and for each search that failed."""
    for (objective, arch), group in rows[rows["status"] == "ok"].groupby(
        ["objective", "arch"], sort=False
    ):
        index = "" if pd.isna(group["index"].iloc[0]) else f"index {group['index'].iloc[0]}, "
        several = f", {len(group)} of its searches" if len(rows) > 1 else ""
        yield f"{objective}{several}: {index}{arch}"
    for row in rows[rows["status"] != "ok"].to_dict("records"):
        yield f"{row['objective']}, {row['schedule']}, seed {row['seed']}: {row['status']}"
