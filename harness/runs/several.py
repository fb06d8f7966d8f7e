"""Runs of several benchmarks by one command: a report each, and one across them."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import benchmarks_data
from benchmarks_data.command import writable_folder
from benchmarks_data.errors import InputError
from harness.runs.command import Invocation, carry_out, without_score
from harness.runs.plan import Plan, RunOptions, folder_of, make_plan
from harness.terminal.checks import tables_folder

ALL = "all"
#: Where results go that no folder was named for.
FOLDER = Path("reports/benchmarks")


def across_benchmarks(names: Sequence[str], options: RunOptions, invocation: Invocation) -> bool:
    """Run on every benchmark that is named, then report across them.

    All is checked before anything is computed.

    Args:
        names: benchmarks, or ``all``: every one that has a table.
        options: of each run. ``archs`` is the number of architectures at most; ``out`` the folder
            that a folder for each benchmark goes into.
        invocation: how the command was called.

    Returns:
        Whether a proxy has no score at all on some benchmark.

    Raises:
        InputError: for what cannot be used.
    """
    _check_common(options)
    out = writable_folder(options.out or FOLDER)
    plans = _plans(names, replace(options, or_fewer=True), out, invocation.prog)
    folders = [folder_of(plan)[0] for plan in plans]
    failed = False
    for number, (plan, folder) in enumerate(zip(plans, folders, strict=True), 1):
        name, count = plan.job.benchmark, len(plan.indices)
        print(
            f"{invocation.prog}: benchmark {number} of {len(plans)}: {name}, {count:,} "
            "architectures",
            flush=True,
        )
        failed |= without_score(carry_out(plan, folder, invocation), named=())
    _report_across(out, folders, invocation)
    return failed


def _check_common(options: RunOptions) -> None:
    """Raise InputError for options that belong to a single benchmark."""
    archs = str(options.archs)
    for option, given in (
        ("--dataset", options.dataset),
        ("--target", options.targets),
        ("--archs FILE", None if archs == ALL or archs.isdigit() else archs),
    ):
        if given:
            raise InputError(
                f"{option} belongs to one benchmark, and several are named: leave it out, or run "
                "each benchmark by itself"
            )


def _plans(names: Sequence[str], options: RunOptions, out: Path, prog: str) -> list[Plan]:
    """Return the plan of each benchmark, and tell which ones of ``all`` are left out."""
    if ALL in names and len(names) > 1:
        raise InputError("--benchmark all takes every benchmark: name no other beside it")
    every = names[0] == ALL
    plans = []
    for name in benchmarks_data.names() if every else dict.fromkeys(names):
        try:
            table = benchmarks_data.get(name).table(tables_folder(options.tables))
        except InputError as error:
            if not every:
                raise
            print(f"{prog}: {name} is left out: {error}", file=sys.stderr)
            continue
        try:
            plans.append(make_plan(replace(options, benchmark=name, out=out / name), table))
        except InputError as error:
            raise InputError(f"{name}: {error}") from error
    if not plans:
        raise InputError(
            "no benchmark has a table: name the folder of tables with --tables or NAS_TABLES"
        )
    return plans


def _report_across(out: Path, folders: Sequence[Path], invocation: Invocation) -> None:
    """Write the report across the runs in *folders*, and tell where it is."""
    from harness.reporting.across import save_overview
    from harness.reporting.side_by_side import read_results

    runs = [read_results(folder) for folder in folders]
    save_overview(out, runs, None, invocation.width, invocation.command)
    print(f"{invocation.prog}: across {len(runs)} benchmarks: {out / 'overview.html'}")
