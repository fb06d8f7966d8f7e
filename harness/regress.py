"""The regression of correlations.

Score pinned architectures again and compare with a committed baseline.

``python -m harness.regress`` exits with 0 (holds), 1 (drifted) or 2 (could not run); ``--update``
writes the baseline anew, for review as a diff.

A baseline is in float64 by default: batch normalisation amplifies the rounding of float32 to as
much as 1e-3 of a gradient's score, which differs between processors.

It computes on the table that installs with the harness, whatever NAS_TABLES says, so that it runs
on any machine.
"""

from __future__ import annotations

import argparse
import sys
import traceback
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from benchmarks_data.command import UNUSABLE, Parser, given_path, guarded
from harness.scoring.natural import NATURAL, NOISE
from harness.terminal.options import add_plugins, natural, positive

PROG = "python -m harness.regress"
BASELINE = Path("reports/baselines/nb201.csv")
DATASETS = ("cifar10", "cifar100", "imagenet16-120")
#: Allowed change of a score, relative to the larger of its size and the proxy's median size: a
#: thousand times what other vector instructions (AVX2, AVX-512) and versions of torch (2.13, 2.14)
#: have moved one by, as ``make machines`` measures it.
TOLERANCE = 1e-7


def parser(prog: str = PROG) -> argparse.ArgumentParser:
    """Return the command's argument parser; long, since one option follows another."""
    from harness.scoring.job import DTYPES  # after the start: a broken proxy is exit status 2

    p = Parser(
        prog, "Score the pinned architectures of a baseline again, and compare scores and tau."
    )
    p.add_argument(
        "--baseline",
        type=given_path,
        default=BASELINE,
        metavar="FILE",
        help=f"the baseline (default: {BASELINE})",
    )
    p.add_argument(
        "--tolerance",
        type=_tolerance,
        default=TOLERANCE,
        metavar="X",
        help="of scores, relative (default: %(default)s)",
    )
    p.add_argument(
        "--workers",
        type=positive,
        metavar="N",
        help="processes that score (default: the machine's cores)",
    )
    p.add_argument(
        "--proxy",
        nargs="+",
        metavar="NAME",
        help="these proxies of the baseline alone; with --update the others stay as they are",
    )
    add_plugins(p)
    comparing = p.add_argument_group("comparing")
    comparing.add_argument(
        "--seed",
        type=natural,
        metavar="SEED",
        help="score under this seed, not the baseline's: single scores are then compared for "
        "deterministic proxies alone",
    )
    comparing.add_argument(
        "--markdown", type=given_path, metavar="FILE", help="write a summary for a pull request"
    )
    comparing.add_argument(
        "--junit", type=given_path, metavar="FILE", help="write a summary as JUnit XML"
    )
    comparing.add_argument(
        "--places",
        action="store_true",
        help="say the place of every proxy by tau, before and now; without it, the places that "
        "moved, where something has drifted",
    )
    p.add_argument(
        "--update",
        action="store_true",
        help="write the baseline anew instead of comparing, with all proxies or those of --proxy",
    )
    updating = p.add_argument_group("with --update")
    updating.add_argument(
        "--archs", metavar="N", help="number of architectures to pin (default: 24)"
    )
    updating.add_argument(
        "--seeds", type=positive, metavar="N", help="number of seeds (default: 1)"
    )
    updating.add_argument(
        "--dataset", choices=DATASETS, help="whose networks (default: imagenet16-120)"
    )
    updating.add_argument(
        "--images",
        choices=(NATURAL, NOISE),
        help="what data-driven proxies are fed (default: natural)",
    )
    updating.add_argument("--dtype", choices=DTYPES, help="precision (default: float64)")
    return p


def main(argv: Sequence[str] | None = None, prog: str = PROG) -> int:
    """Run the command and return its exit status.

    0 holds or updated, 1 drifted, 2 could not run.
    """
    try:
        return guarded(prog, partial(_run, prog), argv)
    except Exception:  # which Python itself would end with 1, as if something had drifted
        traceback.print_exc()
        return UNUSABLE


def _run(prog: str, argv: Sequence[str] | None) -> int:
    args = parser(prog).parse_args(argv)
    from harness.regression.command import compare, update
    from harness.terminal.checks import load_plugins

    plugins = load_plugins(prog, args.plugin)
    return update(prog, args, plugins) if args.update else compare(prog, args, BASELINE, plugins)


def _tolerance(text: str) -> float:
    value = float(text)
    if not 0 <= value < 1:
        raise argparse.ArgumentTypeError(f"expected a number from 0 to 1, not {text!r}")
    return value


if __name__ == "__main__":
    sys.exit(main())
