"""Several runs beside one another and beside published figures, as one Markdown table.

``python -m harness.overview DIR...`` reads the results of finished runs, one folder a run, and
scores nothing.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks_data.command import Parser, given_path, guarded
from benchmarks_data.errors import InputError
from harness.files.run_record import _description, read_settings
from harness.files.shipped import shipped

if TYPE_CHECKING:
    import pandas as pd


PROG = "python -m harness.overview"
#: Published figures, in a file for each benchmark.
PUBLISHED = Path("reports/published")
#: What an overview reads of correlations.csv.
NUMBERS = ("missing", "tau", "tau_low", "tau_high")


def parser(prog: str = PROG) -> argparse.ArgumentParser:
    """Return the command's argument parser."""
    p = Parser(
        prog,
        "Print the tau of every proxy in several runs, beside published figures, as a Markdown "
        "table.",
    )
    p.add_argument(
        "runs",
        type=given_path,
        nargs="+",
        metavar="DIR",
        help="folders that runs have written (their --out)",
    )
    p.add_argument(
        "--published",
        type=given_path,
        metavar="FILE",
        help=f"CSV of dataset, proxy, tau, source (default: {PUBLISHED}/BENCHMARK.csv)",
    )
    return p


def main(argv: Sequence[str] | None = None, prog: str = PROG) -> int:
    """Run the command and return its exit status: 0 done, 2 unusable input."""
    return guarded(prog, partial(_run, prog), argv)


def _run(prog: str, argv: Sequence[str] | None) -> int:
    args = parser(prog).parse_args(argv)

    from harness.files.whole import read_csv

    runs = [read_run(folder) for folder in args.runs]
    default = shipped(PUBLISHED / f"{runs[0].settings['benchmark']}.csv")
    same = len({run.settings["benchmark"] for run in runs}) == 1
    published = args.published or (default if same and default.exists() else None)
    known = (
        read_csv(published, ["dataset", "proxy", "tau", "source"], numbers=["tau"])
        if published
        else None
    )
    print(overview(runs, known))
    return 0


@dataclass(frozen=True)
class Run:
    """A finished run: its folder, what it says of itself, and its own population's
    harness.analysis.correlations.CORRELATION_COLUMNS.
    """

    folder: Path
    settings: dict[str, Any]
    correlations: pd.DataFrame


def read_run(folder: Path) -> Run:
    """Return the run whose results *folder* holds; raise InputError when it holds none."""
    from harness.files.whole import read_csv

    settings = read_settings(folder)
    found = read_csv(
        folder / "correlations.csv", ["target", "population", "proxy", *NUMBERS], NUMBERS
    )
    rows = found[found["population"] == settings["archs"]["population"]]
    if rows.duplicated(["target", "proxy"]).any():
        raise InputError(
            f"{folder / 'correlations.csv'}: a proxy stands in several rows of a target"
        )
    return Run(folder, settings, rows)


def overview(runs: Sequence[Run], published: pd.DataFrame | None = None) -> str:
    """Return a Markdown table with a row for each proxy, ordered by tau in the first run, and under
    it what was run.

    A cell holds tau with its 95 % interval; the last column counts the missing scores of all runs,
    for a run with several targets those with the first. Published figures stand beside a target of
    their dataset whose networks were scored.
    """
    import pandas as pd

    columns: dict[str, pd.Series] = {}
    headings = _headings(runs)
    for run in runs:
        dataset = run.settings["dataset"]
        theirs = {} if published is None else _taus(published[published["dataset"] == dataset])
        for target, found in run.correlations.groupby("target", sort=False):
            rows = found.set_index("proxy")
            heading = headings[run.folder, str(target)]
            columns[heading] = rows.apply(_cell, axis=1)
            if theirs and str(target).startswith(f"{dataset}_"):
                columns[f"{heading}, published"] = pd.Series(
                    {name: f"{theirs[name]:.2f}" for name in rows.index if name in theirs}
                )
    missing = pd.DataFrame(
        {
            number: run.correlations.groupby("proxy")["missing"].first()
            for number, run in enumerate(runs)
        }
    )
    table = pd.DataFrame(columns).fillna("").assign(missing=missing.sum(axis=1).astype(int))
    first = _taus(runs[0].correlations.drop_duplicates("proxy"))
    order = sorted(table.index, key=lambda name: -first.get(name, -2.0))
    lines = [["proxy", *table.columns], ["---"] * (1 + len(table.columns))]
    lines += [[f"`{name}`", *map(str, table.loc[name])] for name in order]
    text = ["| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines]
    sources = (
        []
        if published is None
        else sorted({f"- published: {source}" for source in published["source"]})
    )
    return "\n".join(
        [*text, "", *(f"{_description(run.settings)}{_units(run)}" for run in runs), *sources]
    )


def _units(run: Run) -> str:
    """Return what intervals are about, where all architectures are scored."""
    census = run.correlations.get("census")
    return (
        "; intervals are those of other classes of isomorphic architectures"
        if census is not None and census.any()
        else ""
    )


def _headings(runs: Sequence[Run]) -> dict[tuple[Path, str], str]:
    """Return a heading for each run and target, which tells no more than is needed to tell them
    apart.
    """
    keys = [(run, str(target)) for run in runs for target in run.correlations["target"].unique()]
    alike = Counter(target for _, target in keys)
    same_networks = Counter((run.settings["dataset"], target) for run, target in keys)
    headings = {}
    for run, target in keys:
        dataset, prefix = run.settings["dataset"], ""
        if same_networks[dataset, target] > 1:
            prefix = f"{run.folder}: "
        elif alike[target] > 1:
            prefix = f"{dataset}: "
        headings[run.folder, target] = prefix + target
    return headings


def _taus(rows: pd.DataFrame) -> dict[str, float]:
    known = rows.dropna(subset="tau")
    return {str(name): float(tau) for name, tau in zip(known["proxy"], known["tau"], strict=True)}


def _cell(row: pd.Series) -> str:
    from harness.reporting.phrases import tau_text

    return tau_text(row["tau"], row["tau_low"], row["tau_high"])


if __name__ == "__main__":
    sys.exit(main())
