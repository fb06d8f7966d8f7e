"""A plan carried out for a person: scored, analysed and published, with what is said on the way."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

import proxies
from harness.reporting.fed import fed
from harness.runs.conduct import Due, Work, conducted
from harness.runs.plan import Plan
from harness.runs.shipped import Shipped
from harness.scoring.inputs import name_of
from harness.scoring.job import Score
from harness.terminal.checks import say_what_is_replaced
from proxies.entries import SEVERAL
from proxies.requests import reads_images

if TYPE_CHECKING:
    from harness.analysis.results import Results
    from harness.computing.contract import Executor


@dataclass(frozen=True)
class Invocation:
    """How a command was called.

    Attributes:
        executor: where scores are computed.
        store_file: of all scores.
        prog: the command's name, which messages begin with.
        command: as typed, for run.json.
        width: inches of figures for paper; None for figures of the report alone.
    """

    executor: Executor
    store_file: Path
    prog: str
    command: Sequence[str]
    width: float | None = None


def without_score(results: Results, named: Sequence[str]) -> bool:
    """Return whether a proxy has no score at all. One that does not apply and was not *named* may
    have none.
    """
    from harness.analysis.orders import inapplicable

    counts = results.scores.groupby("proxy")["score"].count()
    named = [proxies.request(name).name for name in named if name not in SEVERAL]
    beside = set(inapplicable(results.scores)) - set(named)
    return bool(set(counts.index[counts == 0]) - beside)


def carry_out(plan: Plan, out: Path, invocation: Invocation, notes: Sequence[str] = ()) -> Results:
    """Score what is due, publish the report, print what a person wants to know, and return the
    results.

    Args:
        plan: what to do.
        out: the folder of the report.
        invocation: how the command was called.
        notes: what was chosen for a person who did not say it, a line each.
    """
    prog = invocation.prog
    _say_what_is_fed(prog, plan)

    from harness.reporting.console import tell
    from harness.reporting.publish import publish
    from harness.scoring.store import Store
    from harness.terminal.progress import tracked

    say_replaced = cache(partial(say_what_is_replaced, prog, out))

    def begin(due: Due, shipped: Shipped) -> None:
        for note in notes:
            print(f"{prog}: {note}", file=sys.stderr)
        _say_what_is_kept(prog, plan, due, shipped)

    def scored(total: int, of: str, batches: Iterable[list[Score]]) -> Iterator[list[Score]]:
        for scores in tracked("scoring", total, of, batches):
            say_replaced()  # by now the executor has accepted the work
            yield scores

    with Store(invocation.store_file, plan.below) as store:
        work = Work(plan.requests, store, invocation.executor)
        results, settings = conducted(plan, [work], begin, scored)
    say_replaced()  # where nothing was due
    if note := settings["scored_now"]["note"]:
        print(f"{prog}: {note}", file=sys.stderr)
    publish(results, out, {"command": list(invocation.command), **settings}, invocation.width)
    tell(prog, results, out)
    return results


def _say_what_is_fed(prog: str, plan: Plan) -> None:
    readers = [request.name for request in plan.requests if reads_images(request)]
    others = [request.name for request in plan.requests if not reads_images(request)]
    print(f"{prog}: {fed(name_of(plan.job.images), readers, others)}", flush=True)


def _say_what_is_kept(prog: str, plan: Plan, due: Due, shipped: Shipped) -> None:
    """Tell what is left out, what comes from the store, and what with the harness."""
    missing = sum(len(task.proxies) for _, tasks in due for task in tasks)
    stored = shipped.wanted - missing - shipped.count
    said = [*plan.notes, *shipped.notes]
    said += [f"{stored} of {shipped.wanted} scores are already stored"] if stored else []
    if shipped.count:
        said.append(f"{shipped.count} of {shipped.wanted} scores come with the harness")
    for line in said:
        print(f"{prog}: {line}", file=sys.stderr)
