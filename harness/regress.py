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
import math
import sys
import time
import traceback
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import benchmarks_data
from benchmarks_data.command import FAILED, UNUSABLE, Parser, given_path, guarded, writable_folder
from benchmarks_data.errors import InputError
from harness.computing.local import cores
from harness.files.shipped import shipped
from harness.reporting.fed import fed
from harness.scoring.inputs import images_named, name_of
from harness.scoring.job import DTYPES, Job
from harness.scoring.natural import NATURAL, NOISE
from harness.scoring.selection import select
from harness.terminal.options import natural, positive

if TYPE_CHECKING:
    from harness.regression.baseline import Baseline
    from harness.regression.verdicts import Verdict

PROG = "python -m harness.regress"
BASELINE = Path("reports/baselines/nb201.csv")
TARGET = "cifar10_test"
DATASETS = ("cifar10", "cifar100", "imagenet16-120")
#: Allowed change of a score, relative to the larger of its size and the proxy's median size: a
#: thousand times what other vector instructions (AVX2, AVX-512) and versions of torch (2.13, 2.14)
#: have moved one by, as ``make machines`` measures it.
TOLERANCE = 1e-7


def parser(prog: str = PROG) -> argparse.ArgumentParser:
    """Return the command's argument parser."""
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
    p.add_argument(
        "--update",
        action="store_true",
        help="write the baseline anew, with all proxies, instead of comparing",
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
    return _update(args) if args.update else _compare(args)


def _compare(args: argparse.Namespace) -> int:
    from harness.regression import baseline, summaries
    from harness.regression import verdicts as drift

    if any(
        given is not None
        for given in (args.archs, args.seeds, args.dataset, args.images, args.dtype)
    ):
        raise InputError(
            "--archs, --seeds, --dataset, --images and --dtype belong to --update: a comparison "
            "takes those of the baseline"
        )
    for path in filter(None, (args.markdown, args.junit)):
        if path.is_dir() or path.resolve() == args.baseline.resolve():
            raise InputError(
                f"cannot write a summary to {path}: it is "
                f"{'a folder' if path.is_dir() else 'the baseline'}"
            )
        writable_folder(path.parent)
    path = shipped(args.baseline) if args.baseline == BASELINE else args.baseline
    expected = baseline.read(path)
    known = drift.known_requests(path, expected)
    job = Job(expected.benchmark, expected.dataset, expected.images, expected.dtype)
    seeds = expected.seeds if args.seed is None else [args.seed]
    _say_what_is_fed(job)
    started = time.monotonic()
    found = baseline.measure(
        job, expected.target, known, expected.indices, seeds, args.workers or cores()
    )
    every = [request.name for request in baseline.every_request()]
    verdicts = drift.compare(expected, found, every, args.tolerance, same_seeds=args.seed is None)
    _tell(verdicts, len(expected.indices))
    if args.markdown:
        args.markdown.write_text(summaries.markdown(verdicts, expected), encoding="utf-8")
    if args.junit:
        args.junit.write_text(
            summaries.junit(verdicts, expected, time.monotonic() - started), encoding="utf-8"
        )
    return FAILED if any(verdict.drifts for verdict in verdicts) else 0


def _say_what_is_fed(job: Job) -> None:
    print(
        f"{PROG}: {fed(name_of(job.images), ['data-driven proxies'], ['the others'])}", flush=True
    )


def _tell(verdicts: Sequence[Verdict], architectures: int) -> None:
    drifts = [f"{verdict.proxy}: {line}" for verdict in verdicts for line in verdict.drifts]
    for line in drifts:
        print(f"drift: {line}")
    new = [verdict.proxy for verdict in verdicts if verdict.is_new]
    if drifts and _draws_otherwise():
        print(
            "this processor has no AVX2: torch draws other last digits here, which some proxies "
            "amplify"
        )
    if new:
        print(f"new, not compared until --update: {', '.join(new)}")
    print(
        f"{len(drifts)} drifts"
        if drifts
        else f"holds: {len(verdicts) - len(new)} proxies, {architectures} architectures"
    )


def _draws_otherwise() -> bool:
    """Return whether torch draws other normal numbers here than where baselines were made."""
    import torch

    return not torch.backends.cpu.get_cpu_capability().startswith("AVX")


def _update(args: argparse.Namespace) -> int:
    from harness.regression import baseline
    from harness.regression import verdicts as drift

    if args.seed is not None or args.markdown or args.junit:
        raise InputError("--seed, --markdown and --junit belong to a comparison, not to --update")
    if args.baseline.is_dir():
        raise InputError(f"cannot write the baseline to {args.baseline}: it is a folder")
    writable_folder(args.baseline.parent)
    before = _replaced(args.baseline)
    indices, warning = select(benchmarks_data.get("nb201"), args.archs or "24", "all", 0)
    if warning:
        print(warning)
    job = Job(
        "nb201",
        args.dataset or "imagenet16-120",
        images_named(args.images or NATURAL),
        args.dtype or "float64",
    )
    workers = args.workers or cores()
    _say_what_is_fed(job)
    measured = baseline.measure(
        job, TARGET, baseline.every_request(), indices, range(args.seeds or 1), workers
    )
    for line in drift.changes(before, measured, args.tolerance) if before else []:
        print(line)
    baseline.write(
        drift.keep_what_holds(before, measured, args.tolerance) if before else measured,
        args.baseline,
    )
    if bare := sum(math.isnan(tau.low) for tau in measured.taus.values()):
        print(
            f"{bare} taus have no interval, so that any change of more than "
            f"{drift.TAU_TOLERANCE} drifts: pin more architectures"
        )
    print(
        f"wrote {args.baseline}: {len(measured.taus)} proxies, {len(indices)} architectures; "
        "review the change and commit it"
    )
    return 0


def _replaced(path: Path) -> Baseline | None:
    """Return the baseline that an update replaces, if there is one.

    Raise InputError rather than overwrite another file.
    """
    from harness.regression import baseline

    try:
        return baseline.read(path) if path.exists() else None
    except InputError as error:
        raise InputError(f"{error}; to replace that file, delete it first") from error


def _tolerance(text: str) -> float:
    value = float(text)
    if not 0 <= value < 1:
        raise argparse.ArgumentTypeError(f"expected a number from 0 to 1, not {text!r}")
    return value


if __name__ == "__main__":
    sys.exit(main())
