"""Runs of several benchmarks by one command: a report each, and one across them."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import benchmarks_data
import proxies
from benchmarks_data.benchmark import takes_tokens
from benchmarks_data.command import writable_folder
from benchmarks_data.errors import InputError, NoTable
from harness.runs.command import Invocation, carry_out, without_score
from harness.runs.named_shipped import check_shipped
from harness.runs.plan import Plan, RunOptions, folder_of, make_plan
from harness.scoring.natural import NATURAL
from harness.terminal.checks import tables_folder

if TYPE_CHECKING:
    from benchmarks_data.table import Table

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
    options = replace(options, or_fewer=True)
    tables, left_out = _all_tables(options) if names[0] == ALL else (_tables(names, options), [])
    for one in left_out:
        print(f"{invocation.prog}: {one}", file=sys.stderr)
    plans = _plans(tables, options, out)
    for plan in plans:
        if plan.job.dtype != options.dtype:
            print(
                f"{invocation.prog}: {plan.job.benchmark} is in {plan.job.dtype}: none of its "
                f"scores is computed in {options.dtype} (docs/speed.md)",
                file=sys.stderr,
            )
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
    _report_across(out, folders, left_out, invocation)
    return failed


def _check_common(options: RunOptions) -> None:
    """Raise InputError for options that belong to a single benchmark."""
    check_shipped(
        options.proxies, shipped=options.shipped, force=options.force, dtype=options.dtype
    )
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


def _tables(names: Sequence[str], options: RunOptions) -> dict[str, Table]:
    """Return the tables of the benchmarks that are named."""
    if ALL in names:
        raise InputError("--benchmark all takes every benchmark: name no other beside it")
    folder = tables_folder(options.tables)
    return {name: benchmarks_data.get(name).table(folder) for name in names}


def _all_tables(options: RunOptions) -> tuple[dict[str, Table], list[str]]:
    """Return the tables of all benchmarks, and which ones are left out: those without a table, and
    the variants of others, whose results would count twice.
    """
    tables, left_out, folder = {}, [], tables_folder(options.tables)
    for name in benchmarks_data.names():
        benchmark = benchmarks_data.get(name)
        if other := getattr(benchmark, "variant_of", None):
            left_out.append(f"{name} is left out: it has the architectures and results of {other}")
            continue
        try:
            tables[name] = benchmark.table(folder)
        except NoTable as error:
            left_out.append(f"{name} is left out: {error}")
    if not tables:
        raise InputError(
            "no benchmark has a table: name the folder of tables with --tables or NAS_TABLES"
        )
    return tables, left_out


def _plans(tables: Mapping[str, Table], options: RunOptions, out: Path) -> list[Plan]:
    """Return the plan of each benchmark. What is fed to networks of images, and of tokens, goes to
    those that take it; bfloat16 is of the benchmarks that have scores in it, the others are in
    float32.

    Raises:
        InputError: for what cannot be used by some benchmark, or a precision by none.
    """
    tokens = {name: takes_tokens(benchmarks_data.get(name)) for name in tables}
    if options.tokens is not None and not any(tokens.values()):
        raise InputError("no benchmark takes tokens: leave out --tokens")
    if options.images != NATURAL and all(tokens.values()):
        raise InputError("no benchmark takes images: leave out --images")
    plans = []
    for name, table in tables.items():
        own = {"images": NATURAL} if tokens[name] else {"tokens": None}
        try:
            asked = replace(options, benchmark=name, out=out / name, dtype="float32", **own)
            plans.append(_in_precision(make_plan(asked, table), options.dtype))
        except InputError as error:
            raise InputError(f"{name}: {error}") from error
    if all(plan.job.dtype != options.dtype for plan in plans):
        raise InputError(
            f"--dtype {options.dtype}: none of the scores of {', '.join(tables)} is computed in it "
            "(docs/speed.md): leave it out"
        )
    return plans


def _in_precision(plan: Plan, dtype: str) -> Plan:
    """Return a plan in a precision, or as it is where none of its scores is computed in it."""
    job = replace(plan.job, dtype=dtype)
    if all(job.dtype_of(one) != dtype for one in proxies.expand(plan.requests)):
        return plan
    return replace(plan, job=job, options=replace(plan.options, dtype=dtype))


def _report_across(
    out: Path, folders: Sequence[Path], left_out: Sequence[str], invocation: Invocation
) -> None:
    """Write the report across the runs in *folders*, and tell where it is."""
    from harness.reporting.across import save_overview
    from harness.reporting.side_by_side import read_results

    runs = [read_results(folder) for folder in folders]
    save_overview(out, runs, None, invocation.width, invocation.command, left_out)
    print(f"{invocation.prog}: across {len(runs)} benchmarks: {out / 'overview.html'}")
