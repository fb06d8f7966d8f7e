"""Several runs beside one another and beside published figures, as one table and one figure.

``python -m harness.overview DIR...`` reads the results of finished runs, one folder a run, and
scores nothing.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from benchmarks_data.command import Parser, given_path, guarded, writable_folder
from benchmarks_data.errors import InputError
from harness.files.shipped import shipped
from harness.terminal.options import add_width

PROG = "python -m harness.overview"
#: Published figures, in a file for each benchmark.
PUBLISHED = Path("reports/published")


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
    p.add_argument(
        "--out",
        type=given_path,
        metavar="DIR",
        help="write overview.html, .md, .csv and .tex and the figures there as well",
    )
    add_width(p)
    return p


def main(argv: Sequence[str] | None = None, prog: str = PROG) -> int:
    """Run the command and return its exit status: 0 done, 2 unusable input."""
    return guarded(prog, partial(_run, prog), argv)


def _run(prog: str, argv: Sequence[str] | None) -> int:
    args = parser(prog).parse_args(argv)
    if args.width and not args.out:
        raise InputError("--width is that of the figure: name its folder with --out")

    from harness.files.whole import read_csv
    from harness.reporting.side_by_side import overview, read_results

    runs = [read_results(folder) for folder in args.runs]
    default = shipped(PUBLISHED / f"{runs[0].record.benchmark}.csv")
    same = len({run.record.benchmark for run in runs}) == 1
    published = args.published or (default if same and default.exists() else None)
    known = (
        read_csv(published, ["dataset", "proxy", "tau", "source"], numbers=["tau"])
        if published
        else None
    )
    if args.out:
        from harness.reporting.across import save_overview

        command = [prog, *(sys.argv[1:] if argv is None else argv)]
        save_overview(writable_folder(args.out), runs, known, args.width, command)
    print(overview(runs, known))
    return 0


if __name__ == "__main__":
    sys.exit(main())
