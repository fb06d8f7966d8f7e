"""What a command prints of results: tables of correlations, and what is missing."""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table as TerminalTable

from benchmarks_data.table import Table
from benchmarks_data.target import Target
from harness.analysis.orders import inapplicable
from harness.analysis.results import Results
from harness.reporting.comparison_findings import declared_findings
from harness.reporting.fed import what_is_fed
from harness.reporting.findings import about
from harness.reporting.part_findings import part_findings
from harness.reporting.phrases import beside, interval_text
from harness.reporting.tuned import tuned_sentences
from harness.reporting.verdict import verdict
from harness.terminal.console import Wide
from proxies import BASELINES

CENSUS_TEXT = (
    "All architectures are scored: tau has no error of drawing. 'Other classes' is the 95 % "
    "interval for other classes of\n"
    "isomorphic architectures like these."
)


def tell(prog: str, results: Results, folder: Path) -> None:
    """Print the correlations, what is missing, and where everything lies."""
    console = Wide()
    targets = [Target.parse(name) for name in results.targets]
    rows = pd.concat(map(results.of, results.targets))
    print_correlations(console, rows, _caption(results, targets), results.subject)
    if results.is_census:
        console.print(CENSUS_TEXT, highlight=False)
    lower = [target for target in targets if not target.higher_is_better]
    for sign, what in ((1, "the values as they are"), (-1, "their negatives")):
        if names := [target.name for target in lower if target.sign == sign]:
            text = f"Lower is better: {', '.join(names)}. Tau is with {what}."
            console.print(text, highlight=False, soft_wrap=True, markup=False)
    if results.declared:
        for target in results.targets:
            for line in declared_findings(results, target):
                console.print(f"{target}: {line}", highlight=False, soft_wrap=True, markup=False)
    indices = results.populations[results.population]
    for line in [
        *failures(results.scores),
        *unknown_accuracies(results.table, results.targets, indices),
    ]:
        print(f"{prog}: {line}", file=sys.stderr)
    for line in [*about(results), *tuned_sentences(results.orders)]:
        console.print(line, highlight=False, soft_wrap=True, markup=False)
    for target in results.targets:
        for line in (
            verdict(results, target).sentence,
            *part_findings(results, target, results.subject),
        ):
            console.print(line, highlight=False, soft_wrap=True, markup=False)
    console.print(
        f"Report, scores and figures: {folder / 'report.html'}",
        highlight=False,
        soft_wrap=True,
        markup=False,
    )


def _caption(results: Results, targets: Sequence[Target]) -> str:
    """Return what stands below the tables: what was compared, and what letters mean."""
    columns = any(not target.is_accuracy for target in targets)
    sources = [results.table.name, *(results.table.measurements if columns else ())]
    caption = (
        f"targets of {', '.join(sources)}; input: the {what_is_fed(results.source)} that a score "
        "read, blank where it read none"
    )
    if results.correlations["group"].notna().any():
        caption += "\nScores that share a letter do not differ significantly."
    return caption


def failures(scores: pd.DataFrame) -> list[str]:
    """Return one line for each proxy with missing scores: how many, and the commonest reason.

    Those that apply to none of the architectures come first, a line for each reason.
    """
    left_out = scores["proxy"].isin(list(inapplicable(scores)))
    missing = scores[scores["score"].isna() & ~left_out]
    return [f"not applicable: {line}" for line in beside(scores)] + [
        f"{proxy}: {len(rows)} of {(scores['proxy'] == proxy).sum()} scores are missing, most "
        f"often: {rows['status'].mode()[0]}"
        for proxy, rows in missing.groupby("proxy", sort=False)
    ]


def unknown_accuracies(table: Table, targets: Sequence[str], indices: Sequence[int]) -> list[str]:
    """Return one line for each target that the table lacks for some of the architectures."""
    absent = {
        target: int(table.values[target].reindex(list(indices)).isna().sum()) for target in targets
    }
    return [
        f"{count} of {len(indices)} architectures have no {target}, and are left out"
        for target, count in absent.items()
        if count
    ]


def print_correlations(
    console: Console, correlations: pd.DataFrame, caption: str, subject: str | None = None
) -> None:
    """Print one table per target, the highest tau first, trivial baselines dimmed, the *subject*
    bold.

    *caption* says what was compared.

    In a census the intervals are named as what they are (:mod:`harness.analysis.units`).
    """
    for target, rows in correlations.groupby("target", sort=False):
        first = rows.iloc[0]
        title = f"{first['benchmark']}, {target}, population {first['population']}"
        finite = [
            f"{row['r_n']} of {row['proxy']}" for _, row in rows.iterrows() if row["r_n"] < row["n"]
        ]
        below = f"{caption}\n* among finite scores: {', '.join(finite)}" if finite else caption
        table = TerminalTable(
            title=title,
            caption=escape(below),
            title_justify="left",
            caption_justify="left",
            box=box.SIMPLE_HEAD,
            pad_edge=False,
            collapse_padding=True,
        )
        table.add_column("proxy", overflow="fold")
        for heading in ("tau", "other classes" if first["census"] else "95 % interval"):
            table.add_column(heading, justify="right", no_wrap=True)
        lettered = bool(rows["group"].notna().any())
        if lettered:
            table.add_column("group", overflow="fold")
        for heading in ("rho", "r", "n", "missing"):
            table.add_column(heading, justify="right", no_wrap=True)
        table.add_column("input", overflow="fold")
        for _, row in rows.sort_values("tau", ascending=False).iterrows():
            style = "dim" if row["proxy"] in BASELINES else None
            style = "bold" if row["proxy"] == subject else style
            table.add_row(*_cells(row, lettered), style=style)
        console.print(table)


def _cells(row: pd.Series, lettered: bool) -> list[str]:
    """Return what a row of correlations shows; its group where any row has one."""
    return [
        row["proxy"].replace("[", r"\["),
        _number(row["tau"]),
        interval_text(row["tau_low"], row["tau_high"]),
        *([] if not lettered else ["" if pd.isna(row["group"]) else row["group"]]),
        _number(row["rho"]),
        _number(row["r"]) + ("*" if row["r_n"] < row["n"] else ""),
        str(row["n"]),
        str(row["missing"]),
        row["input"],
    ]


def _number(value: float) -> str:
    return "undefined" if math.isnan(value) else f"{value:z.3f}"
