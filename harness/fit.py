"""What scores are worth that are fitted to accuracies, by the number of trained networks they saw.

``python -m harness.fit RUN --out DIR`` reads a finished run and scores nothing. It draws training
sets among its architectures, fits random forests to graph features (GRAF) and to ranks of
training-free scores, and judges them on the other architectures.
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
from harness.terminal.options import add_plugins, add_tables, natural, positive

PROG = "python -m harness.fit"
NETWORKS = (32, 128, 256)


def parser(prog: str = PROG) -> argparse.ArgumentParser:
    """Return the command's argument parser."""
    p = Parser(
        prog,
        "Fit random forests to the accuracies of some trained networks of a run, and judge them on "
        "the others, beside the training-free scores.",
    )
    p.add_argument(
        "run", type=given_path, metavar="DIR", help="folder that a run has written (its --out)"
    )
    p.add_argument(
        "--of",
        nargs="+",
        metavar="NAME",
        help="scores of the run whose ranks are fitted (default: all that combine no others)",
    )
    _add_draws(p)
    p.add_argument(
        "--out",
        type=given_path,
        default=Path("reports/fit"),
        metavar="DIR",
        help="(default: reports/fit)",
    )
    add_tables(p)
    add_plugins(p, "the plugins that the run used")
    return p


def _add_draws(p: argparse.ArgumentParser) -> None:
    """Add the options of what is drawn from the run."""
    p.add_argument(
        "--networks",
        type=positive,
        nargs="+",
        metavar="N",
        help="how many trained networks to fit to (default: those of "
        f"{' '.join(map(str, NETWORKS))} that are at most half of the run)",
    )
    p.add_argument(
        "--draws",
        type=positive,
        default=10,
        metavar="N",
        help="how often networks are drawn; intervals need 5 (default: 10)",
    )
    p.add_argument(
        "--seed", type=natural, default=0, help="of the draws and the forests (default: 0)"
    )


def main(argv: Sequence[str] | None = None, prog: str = PROG) -> int:
    """Run the command and return its exit status: 0 done, 2 unusable input."""
    return guarded(prog, partial(_run, prog), argv)


def _run(prog: str, argv: Sequence[str] | None) -> int:
    args = parser(prog).parse_args(argv)
    load_plugins(prog, args.plugin)

    from harness.fitting.fitting import checked, fit_and_judge, read_known
    from harness.fitting.models import check_scikit_learn
    from harness.fitting.report import RECORD, publish_fit

    check_scikit_learn()
    run = read_known(args.run, tables_folder(args.tables))
    check_replaceable(args.out, RECORD)
    networks, optional = sorted(set(args.networks or NETWORKS)), args.networks is None
    asked = checked(run, args.of, networks, args.draws, args.seed, optional=optional)
    out = writable_folder(args.out)  # once nothing is refused any more: it makes the folder
    fit = fit_and_judge(asked)
    say_what_is_replaced(prog, out, RECORD)
    command = [prog, *(sys.argv[1:] if argv is None else argv)]
    for sentence in publish_fit(fit, args.run, out, command):
        print(sentence)
    print(f"Report and table: {out / 'report.html'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
