"""A plan carried out: scored, analysed and reported, with what is said on the way."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import proxies
from harness.reporting.fed import fed
from harness.runs.plan import Plan, tasks_due
from harness.runs.record import settings_of
from harness.scoring.inputs import name_of
from harness.scoring.job import Job, Score, Task, draws_of
from harness.terminal.checks import say_what_is_replaced
from proxies.requests import reads_images
from proxies.status import ERROR

if TYPE_CHECKING:
    from harness.analysis.results import Results
    from harness.computing.contract import Executor
    from harness.scoring.store import Store

#: A job with the tasks that are due of it.
Due = Sequence[tuple[Job, Sequence[Task]]]
#: Passes batches of scores on, and shows how many of a total have come: the total, what is
#: counted, the batches.
Track = Callable[[int, str, Iterable[list[Score]]], Iterable[list[Score]]]


@dataclass
class Scored:
    """What scoring came to: its failures with their jobs, the number of tasks, and seconds."""

    tasks: int
    seconds: float = 0.0
    failed: list[tuple[Job, Score]] = field(default_factory=list)


def carry_out(
    plan: Plan, executor: Executor, store_file: Path, prog: str, command: Sequence[str]
) -> Results:
    """Score what is due, publish the report, print what a person wants to know, and return the
    results.

    Args:
        plan: what to do.
        executor: where scores are computed.
        store_file: of all scores.
        prog: the command's name, which messages begin with.
        command: as typed, for run.json.
    """
    _say_what_is_fed(prog, plan)

    from harness.reporting.console import tell
    from harness.reporting.publish import publish
    from harness.scoring.store import Store
    from harness.terminal.progress import tracked

    with Store(store_file) as store:
        due = tasks_due(plan, store)
        _say_what_is_kept(prog, plan, due)
        scored = score(due, store, executor, lambda *work: tracked("scoring", *work))
        # Without --force what has failed has no earlier score, unless another run has just computed
        # it.
        shown = scored.failed if plan.options.force else []
        kept = sum(store.kept(job, [one for its, one in shown if its is job]) for job, _ in due)
        scored_now = {
            "tasks": scored.tasks,
            "seconds": scored.seconds,
            "device": plan.job.device,
            "failed": len(scored.failed),
            "note": _say_what_is_shown(prog, kept),
        }
        finished = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        results = results_of(plan, store, shown)
    provenance = {
        "command": list(command),
        **settings_of(plan),
        "scored_now": scored_now,
        "finished": finished,
    }
    publish(results, plan.out, provenance)
    tell(prog, results, plan.out)
    return results


def score(due: Due, store: Store, executor: Executor, track: Track) -> Scored:
    """Compute what is due, and save each score as it comes."""
    from harness.scoring.execution import amount, score_and_store

    started = time.monotonic()
    scored = Scored(sum(len(tasks) for _, tasks in due))
    for job, tasks in due:
        for scores in track(*amount(tasks), score_and_store(job, tasks, store, executor)):
            scored.failed += [(job, one) for one in scores if one.status.startswith(ERROR)]
    scored.seconds = round(time.monotonic() - started, 3)
    return scored


def results_of(plan: Plan, store: Store, failed: Sequence[tuple[Job, Score]] = ()) -> Results:
    """Return the analysis of a plan's scores, which are all in the store.

    *failed* are shown as failed, though the store has an earlier score.
    """
    from harness.analysis.aggregates import with_aggregates
    from harness.analysis.results import Results
    from harness.scoring.frames import collect

    single = collect(plan.job, plan.requests, plan.indices, plan.seeds, store, plan.batches, failed)
    return Results(
        with_aggregates(single, plan.requests),
        plan.table,
        plan.targets,
        plan.options.population,
        plan.job.benchmark,
        name_of(plan.job.images),
        plan.declared,
    )


def _say_what_is_fed(prog: str, plan: Plan) -> None:
    readers = [request.name for request in plan.requests if reads_images(request)]
    others = [request.name for request in plan.requests if not reads_images(request)]
    print(f"{prog}: {fed(name_of(plan.job.images), readers, others)}", flush=True)


def _say_what_is_kept(prog: str, plan: Plan, due: Due) -> None:
    """Tell what is left out, what comes from the store, and whose results are replaced."""
    for warning in filter(None, (plan.warning, plan.uncovered)):
        print(f"{prog}: {warning}", file=sys.stderr)
    draws = [
        pair
        for request in proxies.expand(plan.requests)
        for pair in draws_of(request, plan.seeds, plan.batches)
    ]
    wanted = len(plan.indices) * len(draws)
    missing = sum(len(task.proxies) for _, tasks in due for task in tasks)
    if missing < wanted:
        print(f"{prog}: {wanted - missing} of {wanted} scores are already stored", file=sys.stderr)
    say_what_is_replaced(prog, plan.out)


def _say_what_is_shown(prog: str, kept: int) -> str:
    """Tell which of two results is shown where computing a score anew has failed.

    Return it too, nothing when none has.
    """
    if not kept:
        return ""
    text = (
        f"scores that failed when computed anew: {kept}; they are shown as failed, and the "
        "store keeps the earlier ones, which the same command shows without --force"
    )
    print(f"{prog}: {text}", file=sys.stderr)
    return text
