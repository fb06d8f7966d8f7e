"""A run before it begins: all that was given, checked."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import benchmarks_data
import proxies
from benchmarks_data.command import writable_folder
from benchmarks_data.errors import unknown
from benchmarks_data.target import Target
from harness.scoring.checks import (
    canonical_requests,
    check_images,
    check_supernet,
    uncovered_classes,
)
from harness.scoring.image_file import ImageFile
from harness.scoring.inputs import images_named
from harness.scoring.job import Job, Task
from harness.scoring.selection import select
from harness.terminal.checks import check_device, check_replaceable, declared_name, tables_folder
from harness.terminal.executor_options import executor_of

if TYPE_CHECKING:
    from benchmarks_data.benchmark import Benchmark
    from benchmarks_data.table import Table
    from harness.computing.contract import Executor
    from harness.scoring.store import Store


@dataclass(frozen=True)
class Plan:
    """A checked command line: what is scored, what it is compared with, where results go."""

    job: Job
    requests: list[proxies.Request]
    indices: list[int]
    table: Table
    targets: list[str]
    out: Path
    executor: Executor
    warning: str
    uncovered: str
    batches: Sequence[int] | None = None
    declared: str | None = None


def make_plan(args: argparse.Namespace, plugins: tuple[tuple[Path, int], ...]) -> Plan:
    """Check everything that was given, before anything is computed.

    Raises:
        InputError: for what cannot be used.
    """
    benchmark = benchmarks_data.get(args.benchmark)
    requests = canonical_requests(args.proxy)
    check_supernet(benchmark.name, requests)
    declared = declared_name(args.against, [request.name for request in requests])
    table = benchmark.table(tables_folder(args.tables))
    dataset, targets = choose_targets(benchmark, table, args.dataset, args.target)
    indices, warning = select(
        benchmark, args.archs, args.population, args.sample_seed, table.known(targets)
    )
    images, uncovered = images_named(args.images), ""
    if isinstance(images, ImageFile):
        classes = benchmark.datasets[dataset].classes
        check_images(images, requests, classes)
        uncovered = uncovered_classes(images, requests, classes)
    job = Job(
        benchmark.name,
        dataset,
        images,
        args.dtype,
        check_device(args.device),
        plugins,
        _bytes(args.memory),
    )
    out = writable_folder(args.out or Path("reports") / f"{benchmark.name}-{dataset}")
    check_replaceable(out)
    batches = None if args.batches is None else range(args.batches)
    return Plan(
        job,
        requests,
        indices,
        table,
        targets,
        out,
        executor_of(args),
        warning,
        uncovered,
        batches,
        declared,
    )


def tasks_due(plan: Plan, store: Store, seeds: int, *, force: bool) -> list[tuple[Job, list[Task]]]:
    """Return the jobs of a plan, one for each batch if batches have seeds of their own, each with
    the tasks that are due.
    """
    if plan.batches is None:
        return [
            (
                plan.job,
                store.tasks_due(plan.job, plan.requests, plan.indices, range(seeds), force=force),
            )
        ]
    every = proxies.expand(plan.requests)
    readers = [request for request in every if request.needs & {"images", "labels"}]
    jobs = [replace(plan.job, batch=batch) for batch in plan.batches]
    # What reads no batch is the same under all of them, and is computed with the first.
    wanted = [every, *(readers for _ in jobs[1:])]
    pairs = zip(jobs, wanted, strict=True)
    return [
        (job, store.tasks_due(job, requests, plan.indices, range(seeds), force=force))
        for job, requests in pairs
    ]


def _bytes(megabytes: int | None) -> int | None:
    return None if megabytes is None else megabytes * 2**20


def choose_targets(
    benchmark: Benchmark, table: Table, dataset: str | None, targets: Sequence[str] | None
) -> tuple[str, list[str]]:
    """Return the dataset whose networks are scored and the columns to correlate with.

    Raises:
        InputError: for unknown ones.
    """
    if dataset is not None and dataset not in benchmark.datasets:
        raise unknown(f"dataset of {benchmark.name}:", dataset, benchmark.datasets)
    first = next(iter(benchmark.datasets))
    if not targets:
        return dataset or first, [table.default_target(dataset or first)]
    columns = list(dict.fromkeys(table.target(name) for name in targets))
    return dataset or Target.parse(columns[0]).among(benchmark.datasets) or first, columns
