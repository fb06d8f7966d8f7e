"""A run before it begins: all that was given, checked."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import benchmarks_data
import proxies
from benchmarks_data.benchmark import takes_tokens
from benchmarks_data.command import writable_folder
from benchmarks_data.errors import unknown
from benchmarks_data.listed import listing_of
from benchmarks_data.target import Target
from harness.files.run_record import architectures_of
from harness.runs.named_shipped import check_shipped, check_words, shipped_sentence
from harness.runs.sources import checked_source, source_of
from harness.scoring.checks import (
    canonical_requests,
    check_precision,
    check_supernet,
    every_proxy,
)
from harness.scoring.job import Job, Task
from harness.scoring.natural import NATURAL
from harness.scoring.selection import select
from harness.scoring.shipped_proxies import shipped_proxies
from harness.scoring.shipped_scores import ShippedScores
from harness.terminal.checks import (
    check_device,
    check_not_larger,
    check_replaceable,
    scored_name,
    tables_folder,
)
from proxies.entries import SEVERAL, SHIPPED

if TYPE_CHECKING:
    from benchmarks_data.benchmark import Benchmark
    from benchmarks_data.table import Table
    from harness.scoring.store import Store


@dataclass(frozen=True)
class RunOptions:
    """What is asked of a run, as plain values: those of the command line, with its defaults.

    Attributes:
        proxies: names with their options; ``all`` for every proxy. The trivial baselines are added.
        benchmark: its name.
        dataset: whose network is scored; None for the first target's.
        archs: ``all``, a number to draw, or a file of architectures; in Python also a tuple of
            indices and architecture strings.
        or_fewer: whether a number of ``archs`` is what is drawn at most: all where there are fewer.
        sample_seed: seeds the draw.
        population: one of POPULATIONS.
        seeds: how many seeds of weights and batches.
        batches: how many batches, each with every seed; None where each seed draws its own.
        images: ``natural``, ``noise``, or a file.
        tokens: ``uniform`` or a file, of networks that take tokens; None for the former.
        targets: columns of the table; None for the dataset's test accuracy.
        tables: a folder of tables, or several joined; None for that of NAS_TABLES, else the
            installed one.
        against: the score to compare each other one with; None for all pairs.
        focus: the proxy that the report is about; None for the first that is named.
        out: the folder of the results; None for one under reports/.
        replace: whether a report of more architectures in that folder may go.
        force: whether scores are computed anew that the store has.
        shipped: whether scores that come with the harness are used.
        device, dtype: of the computation.
        memory: megabytes for architectures that are computed together; None lets the engine decide.
        plugins: files that register further proxies, with their checksums.
    """

    proxies: Sequence[str] = ("zeros",)
    benchmark: str = "nb201"
    dataset: str | None = None
    archs: str | tuple[int | str, ...] = "1000"
    or_fewer: bool = False
    sample_seed: int = 0
    population: str = "all"
    seeds: int = 1
    batches: int | None = None
    images: str = NATURAL
    tokens: str | None = None
    targets: Sequence[str] | None = None
    tables: Path | None = None
    against: str | None = None
    focus: str | None = None
    out: Path | None = None
    replace: bool = False
    force: bool = False
    shipped: bool = True
    device: str = "cpu"
    dtype: str = "float32"
    memory: int | None = None
    plugins: tuple[tuple[Path, int], ...] = ()


@dataclass(frozen=True)
class Plan:
    """Checked options: what is scored, and what it is compared with.

    Attributes:
        warning: which of the listed architectures are left out; empty where none is.
        uncovered: what it does that images are not of all classes; empty where they are.
        left_out: proxies that ``shipped`` does not stand for, as not all of their scores come with
            the harness.
        below: the scores that come with the harness; None where they are not used.
        declared: the score that the others were declared to be compared with, if one was.
        focus: the proxy that --focus names; without it :func:`first_named` says which it is.
    """

    options: RunOptions
    job: Job
    requests: list[proxies.Request]
    indices: list[int]
    table: Table
    targets: list[str]
    warning: str = ""
    uncovered: str = ""
    left_out: Sequence[str] = ()
    below: ShippedScores | None = None
    declared: str | None = None
    focus: str | None = None

    @property
    def notes(self) -> list[str]:
        """What a person should know of it, a line each."""
        precision = check_precision(self.job, self.requests)
        said = self.warning, self.uncovered, shipped_sentence(self.left_out), precision
        return list(filter(None, said))

    @property
    def seeds(self) -> range:
        """The seeds of weights, and of batches where these have none of their own."""
        return range(self.options.seeds)

    @property
    def batches(self) -> range | None:
        """The seeds of batches; None where each seed draws its own."""
        return None if self.options.batches is None else range(self.options.batches)


def make_plan(options: RunOptions, table: Table | None = None) -> Plan:
    """Check what was given, before anything is computed.

    Args:
        options: all but ``out``, which :func:`folder_of` checks.
        table: the trained results; None for those in the folder of tables.

    Raises:
        InputError: for what cannot be used.
    """
    benchmark = benchmarks_data.get(options.benchmark)
    check_shipped(
        options.proxies, shipped=options.shipped, force=options.force, dtype=options.dtype
    )
    kinds = {
        "tokens": takes_tokens(benchmark),
        "transformers": getattr(benchmark, "observed", False),
    }
    named = [name for name in options.proxies if name != SHIPPED]
    check_words(named)
    requests = canonical_requests(named, **kinds)
    check_supernet(benchmark.name, requests)
    if table is None:
        table = benchmark.table(tables_folder(options.tables))
    dataset, targets = choose_targets(benchmark, table, options.dataset, options.targets)
    known = table.known(targets)
    indices, warning = select(
        benchmark,
        options.archs,
        options.population,
        options.sample_seed,
        known,
        or_fewer=options.or_fewer,
    )
    images = source_of(options.images, options.tokens, benchmark, dataset)
    uncovered = checked_source(images, requests, benchmark, dataset)
    device, memory = check_device(options.device), _bytes(options.memory)
    job = Job(benchmark.name, dataset, images, options.dtype, device, options.plugins, memory)
    job = replace(job, listing=listing_of(benchmark))
    below = ShippedScores() if options.shipped else None
    plan = Plan(options, job, requests, indices, table, targets, warning, uncovered, below=below)
    if below and SHIPPED in options.proxies:
        every = every_proxy(**kinds)
        names = shipped_proxies(below, job, indices, plan.seeds, plan.batches, every)
        requests = canonical_requests([*named, *names], **kinds)
        left_out = sorted({*every} - {one.name for one in requests})
        plan = replace(plan, requests=requests, left_out=left_out)
    check_precision(job, plan.requests)
    names = [request.name for request in plan.requests]
    declared = scored_name("--against", options.against, names)
    return replace(plan, declared=declared, focus=scored_name("--focus", options.focus, names))


def first_named(names: Sequence[str], never: Collection[str] = ()) -> tuple[str | None, list[str]]:
    """Return the proxy that a report on *names* is about, where --focus does not say it, and the
    proxies that are passed over for it.

    It is the first that is no trivial baseline, which the others are measured by. Those in *never*,
    which apply to no architecture, are passed over for another. ``all`` and ``shipped`` name none.
    Where baselines alone are named, it is the first of them.
    """
    named = list(dict.fromkeys(proxies.request(name).name for name in names if name not in SEVERAL))
    proper = [name for name in named if name not in proxies.BASELINES]
    for place, name in enumerate(proper):
        if name not in never:
            return name, proper[:place]
    if not SEVERAL.isdisjoint(names):
        return None, proper
    return next(iter(proper or named), None), []


def folder_of(plan: Plan) -> tuple[Path, str]:
    """Return where the results of a plan go, once it is there, and what a person should know of it.

    A report of more architectures than the plan's stays, unless it may be replaced. Where no folder
    was named, the results then go to one beside it.

    Raises:
        InputError: files cannot be written there, it holds a result of another command, or the one
            that was named holds a report of more architectures.
    """
    count, note = len(plan.indices), ""
    out = plan.options.out or Path("reports") / f"{plan.job.benchmark}-{plan.job.dataset}"
    larger = 0 if plan.options.replace else architectures_of(out)
    if larger > count and plan.options.out is None:
        note = (
            f"{out} holds a report of {larger:,} architectures, which stays: this one of {count:,} "
            f"goes to {out}-{count} (--replace writes over it)"
        )
        out = out.with_name(f"{out.name}-{count}")
    if not plan.options.replace:
        check_not_larger(out, count)
    check_replaceable(writable_folder(out))
    return out, note


def drawn(plan: Plan) -> str:
    """Return the sentence that says how many architectures a run draws that names no number."""
    size = benchmarks_data.get(plan.job.benchmark).size
    return (
        f"{len(plan.indices):,} of {size:,} architectures are drawn: --archs N draws N of them, "
        "--archs all takes all"
    )


def tasks_due(plan: Plan, store: Store) -> list[tuple[Job, list[Task]]]:
    """Return the jobs of a plan, one for each precision, and each batch if batches have seeds of
    their own, with the tasks that are due.
    """

    def due_of(job: Job, requests: Sequence[proxies.Request]) -> list[Task]:
        return store.tasks_due(job, requests, plan.indices, plan.seeds, force=plan.options.force)

    every = proxies.expand(plan.requests)
    readers = [request for request in every if request.needs & {"images", "labels"}]
    jobs = [replace(plan.job, batch=batch) for batch in plan.batches or (None,)]
    # What reads no batch is the same under all of them, and is computed with the first.
    wanted = [every, *(readers for _ in jobs[1:])]
    return [
        (one, due_of(one, its))
        for job, requests in zip(jobs, wanted, strict=True)
        for one, its in job.by_precision(requests)
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
