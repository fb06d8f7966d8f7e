"""Comparing with a baseline, and writing it anew, as a command line says."""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import benchmarks_data
import proxies
from benchmarks_data.command import FAILED, writable_folder
from benchmarks_data.errors import InputError
from harness.computing.local import cores
from harness.files.shipped import shipped
from harness.regression import baseline, summaries
from harness.regression.baseline import Baseline
from harness.regression.places import Place, places
from harness.regression.verdicts import (
    TAU_TOLERANCE,
    Verdict,
    changes,
    keep_what_holds,
    known_requests,
    part_of,
    restricted,
)
from harness.regression.verdicts import compare as verdicts_on
from harness.reporting.fed import fed
from harness.scoring.inputs import images_named, name_of
from harness.scoring.job import Job
from harness.scoring.natural import NATURAL
from harness.scoring.selection import select

#: What a new baseline correlates with.
TARGET = "cifar10_test"
#: The options that say what a new baseline pins.
PINNING = "--archs, --seeds, --dataset, --images and --dtype"
#: Files that register further proxies, with their checksums.
Plugins = Sequence[tuple[Path, int]]


def compare(prog: str, args: argparse.Namespace, default: Path, plugins: Plugins) -> int:
    """Compare with the baseline of a command line, and return the exit status.

    Args:
        prog: the command.
        args: what was given.
        default: the baseline that comes with the project.
        plugins: files that register further proxies, with their checksums.

    Raises:
        InputError: for what cannot be used.
    """
    path = _checked(args, default)
    whole = baseline.read(path)
    expected = restricted(path, whole, args.proxy) if args.proxy else whole
    known = known_requests(path, expected)
    job = _job_of(expected, plugins)
    seeds = expected.seeds if args.seed is None else [args.seed]
    _say_what_is_fed(prog, job)
    started = time.monotonic()
    measured = baseline.measure(
        job, expected.target, known, expected.indices, seeds, args.workers or cores()
    )
    every = [] if args.proxy else [request.name for request in baseline.every_request()]
    same_seeds = args.seed is None
    verdicts = verdicts_on(expected, measured, every, args.tolerance, same_seeds=same_seeds)
    left_out = len(whole.taus) - len(expected.taus)
    drifted = any(verdict.drifts for verdict in verdicts)
    shown = _shown_places(expected, measured, every=args.places, moved=drifted)
    _tell(verdicts, len(expected.indices), left_out)
    for place in shown:
        print(f"place: {place.sentence}")
    if args.markdown:
        text = summaries.markdown(verdicts, expected, left_out, shown)
        args.markdown.write_text(text, encoding="utf-8")
    if args.junit:
        text = summaries.junit(verdicts, expected, time.monotonic() - started, shown)
        args.junit.write_text(text, encoding="utf-8")
    return FAILED if drifted else 0


def _checked(args: argparse.Namespace, default: Path) -> Path:
    """Return the file of the baseline.

    Raises:
        InputError: an option belongs to an update, or a summary cannot be written.
    """
    if _pins(args):
        raise InputError(f"{PINNING} belong to --update: a comparison takes those of the baseline")
    for path in filter(None, (args.markdown, args.junit)):
        if path.is_dir() or path.resolve() == args.baseline.resolve():
            raise InputError(
                f"cannot write a summary to {path}: it is "
                f"{'a folder' if path.is_dir() else 'the baseline'}"
            )
        writable_folder(path.parent)
    return shipped(args.baseline) if args.baseline == default else args.baseline


def _shown_places(
    expected: Baseline, measured: Baseline, *, every: bool, moved: bool
) -> list[Place]:
    """Return the places by tau that are shown: of *every* proxy, else those that have *moved*."""
    return [one for one in places(expected, measured) if every or (moved and one.moved)]


def _pins(args: argparse.Namespace) -> bool:
    """Return whether a command line says what a new baseline pins."""
    given = (args.archs, args.seeds, args.dataset, args.images, args.dtype)
    return any(one is not None for one in given)


def _say_what_is_fed(prog: str, job: Job) -> None:
    print(
        f"{prog}: {fed(name_of(job.images), ['data-driven proxies'], ['the others'])}", flush=True
    )


def _job_of(pinned: Baseline, plugins: Plugins) -> Job:
    return Job(
        pinned.benchmark, pinned.dataset, pinned.images, pinned.dtype, plugins=tuple(plugins)
    )


def _tell(verdicts: Sequence[Verdict], architectures: int, left_out: int) -> None:
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
        else f"holds: {_proxies(len(verdicts) - len(new))}, {architectures} architectures"
    )
    if left_out:
        print(f"not compared: {left_out} other proxies of the baseline")


def _proxies(count: int) -> str:
    return "1 proxy" if count == 1 else f"{count} proxies"


def _draws_otherwise() -> bool:
    """Return whether torch draws other normal numbers here than where baselines were made."""
    import torch

    return not torch.backends.cpu.get_cpu_capability().startswith("AVX")


def update(prog: str, args: argparse.Namespace, plugins: Plugins) -> int:
    """Write the baseline of a command line anew, and return the exit status.

    *plugins* are files that register further proxies, with their checksums.

    Raises:
        InputError: for what cannot be used.
    """
    if args.seed is not None or args.markdown or args.junit or args.places:
        raise InputError(
            "--seed, --markdown, --junit and --places belong to a comparison, not to --update"
        )
    if args.baseline.is_dir():
        raise InputError(f"cannot write the baseline to {args.baseline}: it is a folder")
    writable_folder(args.baseline.parent)
    before = _replaced(args.baseline)
    if before is None:
        measured = _measured(prog, args, plugins)
    elif args.proxy:
        part = _measured_like(prog, args, before, plugins)
        part = _with_what_holds(part_of(before, part.taus), part, args.tolerance)
        scores, taus = before.scores | part.scores, before.taus | part.taus
        metrics = before.metrics | part.metrics
        measured = replace(part, scores=scores, taus=taus, metrics=metrics)
    else:
        measured = _with_what_holds(before, _measured(prog, args, plugins), args.tolerance)
    baseline.write(measured, args.baseline)
    if bare := sum(math.isnan(tau.low) for tau in measured.taus.values()):
        print(
            f"{bare} taus have no interval, so that any change of more than "
            f"{TAU_TOLERANCE} drifts: pin more architectures"
        )
    print(
        f"wrote {args.baseline}: {len(measured.taus)} proxies, {len(measured.indices)} "
        "architectures; review the change and commit it"
    )
    return 0


def _with_what_holds(before: Baseline, measured: Baseline, tolerance: float) -> Baseline:
    """Print what changes, and return the new baseline with the old values of what does not."""
    for line in changes(before, measured, tolerance):
        print(line)
    return keep_what_holds(before, measured, tolerance)


def _measured_like(
    prog: str, args: argparse.Namespace, before: Baseline, plugins: Plugins
) -> Baseline:
    """Score the proxies of a command line on what a baseline pins.

    Raises:
        InputError: the command line pins something else.
    """
    if _pins(args):
        raise InputError(
            f"{args.baseline} pins architectures, seeds, images and precision for all its proxies: "
            f"leave {PINNING} out, or leave --proxy out"
        )
    requests, job = [proxies.request(name) for name in args.proxy], _job_of(before, plugins)
    _say_what_is_fed(prog, job)
    return baseline.measure(
        job, before.target, requests, before.indices, before.seeds, args.workers or cores()
    )


def _measured(prog: str, args: argparse.Namespace, plugins: Plugins) -> Baseline:
    """Score what a command line pins."""
    requests = [proxies.request(name) for name in args.proxy or ()] or baseline.every_request()
    indices, warning = select(benchmarks_data.get("nb201"), args.archs or "24", "all", 0)
    if warning:
        print(warning)
    job = Job(
        "nb201",
        args.dataset or "imagenet16-120",
        images_named(args.images or NATURAL),
        args.dtype or "float64",
        plugins=tuple(plugins),
    )
    _say_what_is_fed(prog, job)
    return baseline.measure(
        job, TARGET, requests, indices, range(args.seeds or 1),
        args.workers or cores(),
    )  # fmt: skip


def _replaced(path: Path) -> Baseline | None:
    """Return the baseline that an update replaces, if there is one.

    Raise InputError rather than overwrite another file.
    """
    try:
        return baseline.read(path) if path.exists() else None
    except InputError as error:
        raise InputError(f"{error}; to replace that file, delete it first") from error
