"""A plan carried out in silence: what is due is scored, and all of it analysed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import proxies
from harness.runs.plan import Plan, first_named, tasks_due
from harness.runs.record import settings_of
from harness.runs.shipped import Shipped, shipped_of
from harness.scoring.inputs import name_of
from harness.scoring.job import Job, Score, Task
from proxies.status import ERROR

if TYPE_CHECKING:
    import pandas as pd

    from harness.analysis.results import Results
    from harness.computing.contract import Executor
    from harness.scoring.store import Store

#: A job with the tasks that are due of it.
Due = Sequence[tuple[Job, Sequence[Task]]]
#: Passes batches of scores on, and shows how many of a total have come: the total, what is
#: counted, the batches.
Track = Callable[[int, str, Iterable[list[Score]]], Iterable[list[Score]]]


@dataclass(frozen=True)
class Work:
    """Proxies whose scores are in one store, and where those that it lacks are computed."""

    requests: Sequence[proxies.Request]
    store: Store
    executor: Executor


@dataclass
class Scored:
    """What scoring came to: its failures with their jobs, the number of tasks, and seconds."""

    tasks: int
    seconds: float = 0.0
    failed: list[tuple[Job, Score]] = field(default_factory=list)


def conducted(
    plan: Plan,
    works: Sequence[Work],
    begin: Callable[[Due, Shipped], None],
    track: Track,
) -> tuple[Results, dict[str, Any]]:
    """Score what is due, and return the results with what run.json says of them, but for the
    command.

    Args:
        plan: what to do.
        works: its proxies, each in one of them.
        begin: is told before anything is scored what is due, and what comes with the harness.
        track: shows how far scoring has come.
    """
    parts = [replace(plan, requests=list(work.requests)) for work in works]
    due = [tasks_due(part, work.store) for part, work in zip(parts, works, strict=True)]
    shipped = shipped_of((part, work.store) for part, work in zip(parts, works, strict=True))
    begin([one for its in due for one in its], shipped)
    frames, outcomes, kept = [], [], 0
    for part, work, its in zip(parts, works, due, strict=True):
        scored = score(its, work.store, work.executor, track)
        # Without --force what has failed has no earlier score, unless another run has just computed
        # it.
        shown = scored.failed if plan.options.force else []
        kept += sum(work.store.kept(job, [one for of, one in shown if of is job]) for job, _ in its)
        outcomes.append(scored)
        frames.append(_collected(part, work.store, shown))
    scored_now = {
        "tasks": sum(one.tasks for one in outcomes),
        "seconds": round(sum(one.seconds for one in outcomes), 3),
        "device": plan.job.device,
        "failed": sum(len(one.failed) for one in outcomes),
        "note": _what_is_shown(kept),
    }
    finished = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    results = analysed(plan, frames)
    computed = {"scored_now": scored_now, **shipped.record(), "finished": finished}
    return results, {**settings_of(plan), "focus": results.focus, **computed}


def score(due: Due, store: Store, executor: Executor, track: Track) -> Scored:
    """Compute what is due, and save each score as it comes."""
    from harness.scoring.execution import amount, score_and_store
    from harness.scoring.portions import shared_by_seed

    started = time.monotonic()
    scored = Scored(sum(len(tasks) for _, tasks in due))
    for job, tasks in due:
        if not tasks:
            continue  # an executor loads torch
        for scores in track(*amount(tasks), score_and_store(job, tasks, store, executor)):
            scored.failed += [(job, one) for one in scores if one.status.startswith(ERROR)]
    shared_by_seed.cache_clear()  # the analysis of many architectures needs the memory
    scored.seconds = round(time.monotonic() - started, 3)
    return scored


def _collected(plan: Plan, store: Store, failed: Sequence[tuple[Job, Score]]) -> pd.DataFrame:
    """Return the scores of a plan's proxies, without aggregates."""
    from harness.scoring.frames import collect

    return collect(plan.job, plan.requests, plan.indices, plan.seeds, store, plan.batches, failed)


def analysed(plan: Plan, frames: Sequence[pd.DataFrame]) -> Results:
    """Return the analysis of scores of single proxies, in the order in which those were named."""
    import pandas as pd

    from harness.analysis.aggregates import with_aggregates
    from harness.analysis.orders import inapplicable
    from harness.analysis.results import Results

    by_proxy = {name: rows for frame in frames for name, rows in frame.groupby("proxy", sort=False)}
    ordered = [by_proxy[request.name] for request in proxies.expand(plan.requests)]
    scores = with_aggregates(pd.concat(ordered, ignore_index=True), plan.requests)
    named = first_named(plan.options.proxies, inapplicable(scores))
    focus, passed_over = (plan.focus, []) if plan.focus else named
    return Results(
        scores,
        plan.table,
        plan.targets,
        plan.options.population,
        plan.job.benchmark,
        name_of(plan.job.images),
        plan.declared,
        focus,
        passed_over,
    )


def _what_is_shown(kept: int) -> str:
    """Say which of two results is shown where computing a score anew has failed.

    Nothing when none has.
    """
    return (
        f"scores that failed when computed anew: {kept}; they are shown as failed, and the "
        "store keeps the earlier ones, which the same command shows without --force"
        if kept
        else ""
    )
