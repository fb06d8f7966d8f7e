"""Several runs beside one another and beside published figures, as one Markdown table.

``python -m harness.overview DIR...`` reads the results of finished runs, one folder a run, and scores nothing.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks_data.errors import InputError
from harness.command import Parser, guarded

if TYPE_CHECKING:
    import pandas as pd

PROG = "python -m harness.overview"
PUBLISHED = Path("reports/published/nb201.csv")


def parser(prog: str = PROG) -> argparse.ArgumentParser:
    """Return the command's argument parser."""
    p = Parser(prog, "Print the tau of every proxy in several runs, beside published figures, as a Markdown table.")
    p.add_argument("runs", type=Path, nargs="+", metavar="DIR", help="folders that runs have written (their --out)")
    p.add_argument(
        "--published", type=Path, metavar="FILE", help=f"CSV of dataset, proxy, tau, source (default: {PUBLISHED}, if it is there)"
    )
    return p


def main(argv: Sequence[str] | None = None, prog: str = PROG) -> int:
    """Run the command and return its exit status: 0 done, 2 unusable input."""
    return guarded(prog, partial(_run, prog), argv, resumable=False)


def _run(prog: str, argv: Sequence[str] | None) -> int:
    from harness.report import read_csv

    args = parser(prog).parse_args(argv)
    published = args.published or (PUBLISHED if PUBLISHED.exists() else None)
    known = read_csv(published, ["dataset", "proxy", "tau", "source"]) if published else None
    print(overview([read_run(folder) for folder in args.runs], known))
    return 0


def read_run(folder: Path) -> tuple[dict[str, Any], pd.DataFrame]:
    """Return what a run says of itself, and its correlations; raise InputError when *folder* holds no run's results."""
    from harness.analysis import CORRELATION_COLUMNS
    from harness.report import read_csv

    try:
        record = json.loads((folder / "run.json").read_text(encoding="utf-8"))
        settings = {key: record[key] for key in ("benchmark", "dataset", "table", "archs", "seeds", "images")}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"{folder / 'run.json'} cannot be read as a run's: name a folder that harness.run has written") from error
    return settings, read_csv(folder / "correlations.csv", CORRELATION_COLUMNS)


def overview(runs: Sequence[tuple[dict[str, Any], pd.DataFrame]], published: pd.DataFrame | None = None) -> str:
    """Return a Markdown table with a row for each proxy, ordered by tau in the first run, and under it what was run.

    A cell holds tau with its 95 % interval; the last column counts the missing scores of all runs.
    """
    import pandas as pd

    columns: dict[str, pd.Series] = {}
    missing: dict[str, pd.Series] = {}
    targets = [(settings["dataset"], target) for settings, frame in runs for target in frame["target"].unique()]
    for settings, frame in runs:
        theirs = {} if published is None else _taus(published[published["dataset"] == settings["dataset"]])
        for target, found in frame.groupby("target", sort=False):
            rows = found.set_index("proxy")
            # Two datasets' networks may be compared with one target.
            shared = sum(other == target for _, other in targets) > 1
            heading = f"{settings['dataset']}: {target}" if shared else str(target)
            columns[heading] = rows.apply(_cell, axis=1)
            missing[heading] = rows["missing"]
            if published is not None:
                columns[f"{heading}, published"] = pd.Series({name: f"{theirs[name]:.2f}" for name in rows.index if name in theirs})
    table = pd.DataFrame(columns).fillna("").assign(missing=pd.DataFrame(missing).sum(axis=1).astype(int))
    first = _taus(runs[0][1].drop_duplicates("proxy"))
    order = sorted(table.index, key=lambda name: -first.get(name, -2.0))
    lines = [["proxy", *table.columns], ["---"] * (1 + len(table.columns))]
    lines += [[f"`{name}`", *map(str, table.loc[name])] for name in order]
    text = ["| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines]
    return "\n".join([*text, "", *(_description(settings) for settings, _ in runs)])


def _taus(rows: pd.DataFrame) -> dict[str, float]:
    return {str(name): float(tau) for name, tau in zip(rows["proxy"], rows["tau"], strict=True) if tau == tau}


def _cell(row: pd.Series) -> str:
    interval = "" if math.isnan(row["tau_low"]) else f" ({row['tau_low']:.3f} to {row['tau_high']:.3f})"
    return "undefined" if math.isnan(row["tau"]) else f"{row['tau']:.3f}{interval}"


def _description(settings: dict[str, Any]) -> str:
    images, archs = settings["images"], settings["archs"]
    source = f"images of {Path(images['file']).name}" if isinstance(images, dict) else images
    drawn = f"drawn with sample seed {archs['sample_seed']} from" if str(archs["given"]).isdigit() else "of"
    return (
        f"- {settings['benchmark']}, {settings['dataset']}'s networks: {archs['count']} architectures {drawn} population "
        f"{archs['population']}, {len(settings['seeds'])} seed(s), {source}, accuracies of {settings['table']['name']}"
    )


if __name__ == "__main__":
    sys.exit(main())
