"""On which boards of the page the scores of a submission will stand, and what the others lack."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

import benchmarks_data
import proxies
from benchmarks_data.errors import NoTable
from harness.leaderboard.boards import Draw, draws, judged
from harness.leaderboard.page_boards import command_of
from harness.leaderboard.plan import Board
from harness.runs.plan import Plan
from harness.scoring.store import Store

#: Missing architectures that are named at most.
NAMED = 3
#: Where the run that writes down architectures leaves them.
OUT = "reports/board"


@dataclass(frozen=True)
class Covered:
    """What a proxy has of a board.

    Attributes:
        proxy: its name.
        plan: the run of the architectures on which the page judges the board.
        is_shown: whether the page shows the board; if not, as no scores of it ship, *plan* is of
            its smallest draw.
        missing: those of its architectures that have no score, ascending; where a seed is missing,
            no score under any seed.
        missing_seeds: seeds of the board that no score has.
        seeds: those that scores have.
        has_draw: whether the scores are complete on any draw of the board.
    """

    proxy: str
    plan: Plan
    is_shown: bool
    missing: list[int]
    missing_seeds: list[int]
    seeds: list[int]
    has_draw: bool

    @property
    def is_whole(self) -> bool:
        """Whether the scores are complete on the architectures that the page judges."""
        return not self.missing and not self.missing_seeds

    @property
    def board(self) -> str:
        """The board, with the number of architectures that are judged."""
        job, count = self.plan.job, len(self.plan.indices)
        every = "all " if count == benchmarks_data.get(job.benchmark).size else ""
        absent = "" if self.is_shown else " (no scores of this board ship yet)"
        return f"{job.benchmark} {job.dataset}, {every}{count:,} architectures{absent}"

    @property
    def lack(self) -> str:
        """What is missing, in words; empty where nothing is."""
        lacks = []
        if self.missing_seeds:
            lacks.append(f"{_seeds(self.missing_seeds)} needed, yours are {_listed(self.seeds)}")
        if self.missing:
            lacks.append(_missing(self.missing))
        return "; ".join(lacks)

    @property
    def state(self) -> str:
        """Why it is not whole, in a few words."""
        if self.missing_seeds:
            return f"{_seeds(self.missing_seeds)} needed"
        return f"it has {len(self.plan.indices) - len(self.missing):,}"

    @property
    def remedy(self) -> str:
        """What to add, in words."""
        nearest = f"The nearest board is {self.board}: {self.lack}"
        if not self.missing:
            return nearest
        run = command_of(replace(self.plan, requests=[proxies.request("params")]))
        return f"{nearest}. This run lists all of them in {OUT}/scores.csv: {run} --out {OUT}"


def coverage(
    scores: pd.DataFrame, boards: Iterable[Board], store: Store, tables: Path | None
) -> Iterator[Covered | str]:
    """Yield what each proxy of *scores* has of each board of its benchmark and dataset, or a line
    that says why a board cannot be looked at.

    Args:
        scores: a frame as :class:`harness.leaderboard.handed_in.HandedIn` has it.
        boards: of the plan.
        store: the scores that the boards are judged by.
        tables: a folder of tables, or several joined; None for the installed one.
    """
    for board in boards:
        its_own = (scores["benchmark"] == board.benchmark) & (scores["dataset"] == board.dataset)
        rows = scores[its_own]
        if rows.empty:
            continue
        try:
            whole = board.plan(tables)
            drawn, shown = draws(board, whole), judged(board, store, tables).plan
        except NoTable as error:
            yield f"the board {board.name}: {error}"
            continue
        options = replace(whole.options, archs=drawn[0].archs)
        smallest = replace(whole, options=options, indices=drawn[0].indices)
        for proxy, its in rows.groupby("proxy"):
            yield _covered(str(proxy), its, shown or smallest, shown is not None, drawn)


def sentences(proxy: str, boards: Sequence[Covered]) -> list[str]:
    """Return on which boards of the page a proxy will stand and on which not, in words."""
    # two boards of the plan that are judged on the same architectures are one on the page
    whole = list(dict.fromkeys(one.board for one in boards if one.is_whole))
    part = dict.fromkeys(f"{one.board} ({one.state})" for one in boards if not one.is_whole)
    lines = [f"{proxy}: on the page it will stand on {'; '.join(whole) or 'no board'}"]
    return lines + ([f"{proxy}: it will not stand on {'; '.join(part)}"] if part else [])


def _covered(
    proxy: str, rows: pd.DataFrame, plan: Plan, is_shown: bool, drawn: Sequence[Draw]
) -> Covered:
    seeds = rows["seed"].unique().tolist()
    by_seed = {seed: set(rows.loc[rows["seed"] == seed, "index"]) for seed in seeds}
    absent = [seed for seed in plan.seeds if seed not in by_seed]
    scored = (
        set.union(*by_seed.values())
        if absent
        else set.intersection(*(by_seed[seed] for seed in plan.seeds))
    )
    return Covered(
        proxy,
        plan,
        is_shown,
        sorted(set(plan.indices) - scored),
        absent,
        sorted(by_seed),
        not absent and any(scored.issuperset(draw.indices) for draw in drawn),
    )


def _listed(numbers: Sequence[int]) -> str:
    *first, last = map(str, numbers)
    return f"{', '.join(first)} and {last}" if first else last


def _seeds(numbers: Sequence[int]) -> str:
    several = len(numbers) > 1
    return f"seed{'s' if several else ''} {_listed(numbers)} {'are' if several else 'is'}"


def _missing(indices: Sequence[int]) -> str:
    if len(indices) == 1:
        return f"1 architecture is missing, that of index {indices[0]}"
    few = "those" if len(indices) <= NAMED else "such as those"
    return f"{len(indices):,} architectures are missing, {few} of index {_listed(indices[:NAMED])}"
