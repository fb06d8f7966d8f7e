"""What a board is judged on: of a plan that is partly computed, the largest draw of architectures
on which most of the board's proxies are complete.

The draws are those of ``harness.run --archs N``, so that a run says the same as the board.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import benchmarks_data
import proxies
from harness.leaderboard.plan import Board
from harness.runs.plan import Plan
from harness.scoring.job import seeds_of
from harness.scoring.selection import select
from harness.scoring.store import Store

#: The share of a board's proxies that must be complete on a draw.
MOST = 0.75


class Draw(NamedTuple):
    """What ``--archs`` is given, and the architectures that it draws."""

    archs: str
    indices: list[int]


@dataclass(frozen=True)
class Judged:
    """A board with what it can be judged on.

    Attributes:
        board: of the plan.
        plan: the run that scores the proxies which are complete on the architectures of the draw,
            and nothing else: all of its scores are in the store. None where no draw has any.
        complete: the names of the board's proxies that are complete there; trivial baselines are
            in ``plan`` besides.
        partial: of the others, on how many architectures of the draw they have a score.
    """

    board: Board
    plan: Plan | None
    complete: list[str]
    partial: dict[str, int]


def judged(board: Board, store: Store, tables: Path | None) -> Judged:
    """Return what a board is judged on, of the scores in a store.

    It is the largest draw on which MOST of the board's proxies are complete; where there is none,
    that on which the most are.

    Raises:
        NoTable: the benchmark has no table.
        InputError: the table lacks a target.
    """
    whole = board.plan(tables)
    scored = scored_by_proxy(whole, store)
    sizes = [request.name for request in whole.requests if request.name not in board.proxies]
    complete = {
        archs: [name for name in board.proxies if scored[name].issuperset(indices)]
        for archs, indices in draws(board, whole)
        if all(scored[name].issuperset(indices) for name in sizes)
    }
    if not any(complete.values()):
        return Judged(board, None, [], {name: len(scored[name]) for name in board.proxies})
    larger_first = list(reversed(complete))
    enough = MOST * len(board.proxies)
    best = max(larger_first, key=lambda archs: len(complete[archs]))
    chosen = next((archs for archs in larger_first if len(complete[archs]) >= enough), best)
    indices = dict(draws(board, whole))[chosen]
    names = complete[chosen]
    options = replace(whole.options, archs=chosen, proxies=names)
    requests = [one for one in whole.requests if one.name in {*names, *sizes}]
    partial = {
        name: len(scored[name].intersection(indices)) for name in board.proxies if name not in names
    }
    plan = replace(whole, options=options, requests=requests, indices=indices)
    return Judged(board, plan, names, partial)


def draws(board: Board, whole: Plan) -> list[Draw]:
    """Return the draws of a board, each larger than the one before: its steps, then all of it."""
    benchmark = benchmarks_data.get(board.benchmark)
    known = whole.table.known(whole.targets)
    smaller = [
        Draw(str(count), select(benchmark, str(count), "all", 0, known).indices)
        for count in board.steps
        if count < len(whole.indices)
    ]
    return [*smaller, Draw(board.archs, whole.indices)]


def scored_by_proxy(plan: Plan, store: Store) -> dict[str, set[int]]:
    """Return the architectures of which each proxy of a plan has all its scores, under every seed;
    an aggregate where each of its components has.
    """
    finished: dict[tuple[str, int], set[int]] = {}

    def having(request: proxies.Request) -> set[int]:
        sets = []
        for one in proxies.expand([request]):
            for seed in seeds_of(one, plan.seeds):
                if (one.name, seed) not in finished:
                    finished[one.name, seed] = store.finished(plan.job, one, seed)
                sets.append(finished[one.name, seed])
        return set(plan_indices).intersection(*sets)

    plan_indices = range(benchmarks_data.get(plan.job.benchmark).size)
    return {request.name: having(request) for request in plan.requests}
