"""Reports from stored scores.

``python -m harness.report DIR...`` analyses what runs have written, and scores nothing.

One folder is analysed anew, say with other targets. Several are merged, when they scored the same
networks in the same way. All architectures of a population for one proxy and a part of them for
another are not merged (:func:`harness.analysis.units.check_asked`).
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from functools import partial

from benchmarks_data.command import Parser, given_path, guarded
from harness.runs.stored import StoredRuns, report_stored
from harness.terminal.checks import load_plugins
from harness.terminal.options import (
    add_focus,
    add_plugins,
    add_replace,
    add_tables,
    add_targets,
    add_width,
)

PROG = "python -m harness.report"


def parser(prog: str = PROG) -> argparse.ArgumentParser:
    """Return the command's argument parser; it is long because its options are many."""
    p = Parser(
        prog,
        "Analyse the scores that runs have written, without scoring: other targets, several runs "
        "in one report.",
    )
    p.add_argument(
        "runs",
        type=given_path,
        nargs="+",
        metavar="DIR",
        help="folders that runs have written (their --out)",
    )
    add_targets(p, "those of the runs")
    p.add_argument(
        "--against",
        metavar="NAME",
        help="the score to compare each other one with (default: that of the runs)",
    )
    add_focus(p, "that of the runs; of several the first's")
    add_tables(p, "those installed")
    p.add_argument(
        "--out",
        type=given_path,
        metavar="DIR",
        help="where the report goes (default: the folder, if it is one alone)",
    )
    add_replace(p)
    add_width(p)
    add_plugins(p, "the plugins that the runs used")
    return p


def main(argv: Sequence[str] | None = None, prog: str = PROG) -> int:
    """Run the command and return its exit status: 0 done, 2 unusable input."""
    return guarded(prog, partial(_run, prog), argv)


def _run(prog: str, argv: Sequence[str] | None) -> int:
    args = parser(prog).parse_args(argv)
    load_plugins(prog, args.plugin)
    command = [prog, *(sys.argv[1:] if argv is None else argv)]
    asked = StoredRuns(
        args.runs,
        args.target,
        args.against,
        args.focus,
        args.tables,
        args.out,
        args.width,
        args.replace,
    )
    report_stored(asked, prog, command)
    return 0


if __name__ == "__main__":
    sys.exit(main())
