"""``harness.scores compute``: what the plan of the leaderboard lacks, computed and packed.

Work goes from small draws of architectures to large ones, from board to board in the order of the
plan, and on each from the first group of proxies to the last. Every score is kept in the store as
it comes, so that the same command goes on from there.
"""

from __future__ import annotations

import argparse
import math
import sys
import time
from collections import Counter, defaultdict, deque
from collections.abc import Collection, Generator, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import NamedTuple

import proxies
from benchmarks_data.command import Parser, given_path
from benchmarks_data.errors import NoTable
from harness.computing.contract import Executor
from harness.files.shipped import shipped
from harness.leaderboard.boards import draws
from harness.leaderboard.packing import pack
from harness.leaderboard.plan import PLAN, Board, read_plan
from harness.runs.conduct import Due
from harness.runs.plan import Plan, tasks_due
from harness.scoring.execution import amount, score_and_store
from harness.scoring.job import Job, Key, Score, Task
from harness.scoring.shipped_scores import FOLDER, ShippedScores, file_of
from harness.scoring.store import Store
from harness.terminal.checks import tables_folder
from harness.terminal.executor_options import add_options, executor_of
from harness.terminal.options import add_store, add_tables, positive
from harness.terminal.progress import tracked
from proxies.status import OK


class Unit(NamedTuple):
    """Proxies that are computed together, on the architectures of a draw.

    ``plan`` is of these proxies alone.
    """

    board: Board
    plan: Plan


def units(opened: Sequence[tuple[Board, Plan]]) -> list[Unit]:
    """Return the work of boards in order. A draw that is no part of the next is left out: it would
    cost more than it shows.
    """
    work = []
    for board, whole in opened:
        for _, indices in draws(board, whole):
            if set(indices) <= set(whole.indices):
                for part in board.parts:
                    requests = [one for one in whole.requests if one.name in part]
                    work.append(Unit(board, replace(whole, requests=requests, indices=indices)))
    return sorted(work, key=lambda unit: len(unit.plan.indices))  # stable: the order of the plan


class Costs:
    """Seconds of a score, as earlier ones took them."""

    def __init__(self, store: Store) -> None:
        """Take those of a store, and of the scores below it."""
        self._here: defaultdict[tuple[str, str], list[float]] = defaultdict(list)
        self._anywhere: defaultdict[str, list[float]] = defaultdict(list)
        for key, score in store.everything():
            if score.status == OK:
                self._add(file_of(key.benchmark, key.dataset), key.proxy, score.seconds)
        if below := store.below:
            for name in below.index:
                for _, _, proxy, _, _, _, _, seconds, status in below.rows(name):
                    if status == OK:
                        self._add(name, proxy, float(seconds))

    def _add(self, name: str, proxy: str, seconds: float) -> None:
        self._here[name, proxy].append(seconds)
        self._anywhere[proxy].append(seconds)

    def seconds(self, job: Job, proxy: str) -> float | None:
        """Return the mean on a benchmark and dataset, else on all; None where there is none."""
        name = file_of(job.architectures, job.dataset_of(proxies.request(proxy)))
        known = self._here.get((name, proxy)) or self._anywhere.get(proxy)
        return sum(known) / len(known) if known else None

    def of(self, due: Due) -> tuple[float, set[str]]:
        """Return the seconds of work in one process, and the proxies whose cost is unknown.

        What reads the same passes takes as long as the longest, since they are shared.
        """
        total, unknown = 0.0, set()
        for job, tasks in due:
            for names, count in Counter(task.proxies for task in tasks).items():
                longest: defaultdict[object, float] = defaultdict(float)
                for name in names:
                    readings = proxies.request(name).readings
                    if (seconds := self.seconds(job, name)) is None:
                        unknown.add(name)
                    else:
                        longest[readings] = max(longest[readings], seconds)
                total += count * sum(longest.values())
        return total, unknown


def opened_boards(
    prog: str, boards: Iterable[Board], tables: Path | None
) -> list[tuple[Board, Plan]]:
    """Return boards with the runs that they stand for; say which have no table."""
    opened = []
    for board in boards:
        try:
            opened.append((board, board.plan(tables)))
        except NoTable as error:
            print(f"{prog}: {board.name} is left out: {error}", file=sys.stderr)
    return opened


def forecast(opened: Sequence[tuple[Board, Plan]], store: Store) -> list[str]:
    """Return a line for each board on what is missing and how long it takes in one process, and
    one for all. What several boards have in common counts with the first.
    """
    costs, lines, seen = Costs(store), [], set[tuple[Key, int]]()
    total, every, unknown = 0.0, 0, set[str]()
    for board, whole in opened:
        due = _first_seen(tasks_due(whole, store), seen)
        seconds, unsure = costs.of(due)
        missing = sum(len(task.proxies) for _, tasks in due for task in tasks)
        total, every, unknown = total + seconds, every + missing, unknown | unsure
        takes = f", {_duration(seconds, unsure)}" if missing else ""
        lines.append(f"{board.name}: {missing:,} scores are missing{takes}")
    lines.append(f"all: {every:,} scores are missing, {_duration(total, unknown)} in one process")
    if unknown:
        lines.append(
            f"nothing is known of the cost of {', '.join(sorted(unknown))}: they count as nothing"
        )
    return lines


def _first_seen(due: Due, seen: set[tuple[Key, int]]) -> list[tuple[Job, list[Task]]]:
    """Return the work without scores that were *seen* before, and remember it."""
    key = cache(lambda job, name, seed: job.key_of(proxies.request(name), seed))
    fresh = []
    for job, tasks in due:
        kept = []
        for task in tasks:
            keys = {name: (key(job, name, task.seed), task.index) for name in task.proxies}
            if names := tuple(name for name, one in keys.items() if one not in seen):
                kept.append(replace(task, proxies=names))
            seen.update(keys.values())
        fresh.append((job, kept))
    return fresh


def _duration(seconds: float, unknown: Collection[str]) -> str:
    """Return how long work takes: at least so long where the cost of a part is unknown."""
    if unknown and not seconds:
        return "nobody knows how long that takes"
    least = "at least " if unknown else ""
    return least + (f"{seconds / 3600:.1f} h" if seconds >= 5400 else f"{seconds / 60:.1f} min")


def compute(work: Iterable[Unit], store: Store, executor: Executor, until: float) -> bool:
    """Compute what is missing, until time.monotonic() is *until*; return whether all was done."""
    for board, plan in work:
        for job, tasks in tasks_due(plan, store):
            if not tasks:
                continue
            if time.monotonic() >= until:
                return False
            names = ", ".join(request.name for request in plan.requests)
            print(f"{board.name}, {len(plan.indices):,} of them: {names}", flush=True)
            batches = _before(until, score_and_store(job, tasks, store, executor))
            deque(tracked("scoring", *amount(tasks), batches), maxlen=0)
    return True


def _before(until: float, batches: Iterator[list[Score]]) -> Iterator[list[Score]]:
    """Yield batches of scores until the time has come, and then stop what computes them."""
    for scores in batches:
        yield scores
        if time.monotonic() >= until:
            break
    if isinstance(batches, Generator):
        batches.close()


def parser(prog: str) -> argparse.ArgumentParser:
    """Return the action's argument parser."""
    p = Parser(prog, "Compute what the plan of the leaderboard lacks, and pack it.")
    p.add_argument(
        "--plan",
        type=given_path,
        metavar="FILE",
        help=f"the plan (default: {PLAN})",
    )
    p.add_argument(
        "--dry-run", action="store_true", help="say what is missing and how long it takes, and stop"
    )
    p.add_argument(
        "--for",
        type=positive,
        dest="minutes",
        metavar="MINUTES",
        help="stop after this time, once what is being computed is saved (default: when all is "
        "there)",
    )
    p.add_argument(
        "--to",
        type=given_path,
        default=FOLDER,
        metavar="DIR",
        help=f"the folder of the files; what it has is not computed (default: {FOLDER})",
    )
    add_store(p, "all scores, as they come")
    add_tables(p)
    add_options(p)
    return p


def carry_out(prog: str, argv: Sequence[str]) -> int:
    """Say what is missing, compute it, pack it, and return the exit status."""
    args = parser(prog).parse_args(argv)
    executor, started = executor_of(args), time.monotonic()
    opened = opened_boards(prog, read_plan(args.plan or shipped(PLAN)), tables_folder(args.tables))
    with Store(args.store, ShippedScores(args.to)) as store:
        print(*forecast(opened, store), sep="\n", flush=True)
        if args.dry_run:
            return 0
        until = math.inf if args.minutes is None else started + 60 * args.minutes
        if not compute(units(opened), store, executor, until):
            print(f"stopped after {args.minutes} minutes: the same command goes on from there")
    print(*pack([args.store], args.to), sep="\n")
    return 0
