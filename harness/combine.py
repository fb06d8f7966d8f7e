"""Which few scores together say most, and whether that holds where they were not chosen.

``python -m harness.combine DIR... --out DIR`` reads the scores of finished runs, one folder a run,
and scores nothing. It chooses scores by forward selection on all benchmarks but one, and judges
them on the one left out, for each in turn.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from benchmarks_data.command import Parser, given_path, guarded, writable_folder
from harness.terminal.checks import (
    check_replaceable,
    load_plugins,
    say_what_is_replaced,
    tables_folder,
)
from harness.terminal.options import add_plugins, add_tables, positive

PROG = "python -m harness.combine"
RULES = ("log_rank", "mean_rank")


def parser(prog: str = PROG) -> argparse.ArgumentParser:
    """Return the command's argument parser."""
    p = Parser(
        prog,
        "Choose scores whose ranks together say most on all benchmarks but one, and judge them on "
        "the one left out.",
    )
    p.add_argument(
        "runs",
        type=given_path,
        nargs="+",
        metavar="DIR",
        help="folders that runs have written (their --out), of two benchmarks or datasets at least",
    )
    p.add_argument(
        "--out",
        type=given_path,
        default=Path("reports/combine"),
        metavar="DIR",
        help="(default: reports/combine)",
    )
    p.add_argument(
        "--size", type=positive, default=3, metavar="N", help="how many scores (default: 3)"
    )
    p.add_argument(
        "--by",
        choices=RULES,
        default=RULES[0],
        help="order by the sum of log(rank / n), or by the mean rank (default: log_rank)",
    )
    add_tables(p, "those installed")
    add_plugins(p, "the plugins that the runs used")
    return p


def main(argv: Sequence[str] | None = None, prog: str = PROG) -> int:
    """Run the command and return its exit status: 0 done, 2 unusable input."""
    return guarded(prog, partial(_run, prog), argv)


def _run(prog: str, argv: Sequence[str] | None) -> int:
    args = parser(prog).parse_args(argv)
    load_plugins(prog, args.plugin)

    from harness.combining.choosing import choose_and_judge
    from harness.combining.reading import read_all
    from harness.combining.report import RECORD, publish_combinations

    runs = read_all(args.runs, tables_folder(args.tables))
    out = writable_folder(args.out)
    check_replaceable(out, RECORD)
    outcome = choose_and_judge(runs, args.size, args.by)
    say_what_is_replaced(prog, out, RECORD)
    command = [prog, *(sys.argv[1:] if argv is None else argv)]
    for sentence in publish_combinations(outcome, args.runs, args.size, out, command):
        print(sentence)
    print(f"Report and tables: {out / 'report.html'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
