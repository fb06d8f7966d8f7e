"""How much of each board the scores of a submission cover."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from benchmarks_data.errors import NoTable
from harness.leaderboard.boards import Draw, draws
from harness.leaderboard.plan import Board


class Covered(NamedTuple):
    """What a proxy has of a board.

    Attributes:
        proxy: its name.
        board: the board's.
        scored: architectures of the board that have a score under each of the board's seeds.
        of: architectures of the board.
        whole: the largest draw of the board of which none is missing; None where each lacks some.
        smallest: architectures of the smallest draw.
    """

    proxy: str
    board: str
    scored: int
    of: int
    whole: int | None
    smallest: int

    @property
    def sentence(self) -> str:
        """The same in words."""
        if self.scored == self.of:
            return f"{self.proxy} covers the board {self.board}"
        enough = (
            f"which is all of its draw of {self.whole:,}"
            if self.whole
            else f"and not all of its smallest draw, of {self.smallest:,}"
        )
        return (
            f"{self.proxy} has {self.scored:,} of {self.of:,} of the board {self.board}, {enough}"
        )


def coverage(
    scores: pd.DataFrame, boards: Iterable[Board], tables: Path | None
) -> Iterator[Covered | str]:
    """Yield what each proxy of *scores* has of each board of its benchmark and dataset, or a line
    that says why a board cannot be looked at.

    Args:
        scores: a frame as :class:`harness.leaderboard.handed_in.HandedIn` has it.
        boards: of the plan.
        tables: a folder of tables, or several joined; None for the installed one.
    """
    for board in boards:
        its_own = (scores["benchmark"] == board.benchmark) & (scores["dataset"] == board.dataset)
        rows = scores[its_own]
        if rows.empty:
            continue
        try:
            drawn = draws(board, board.plan(tables, ["params"]))
        except NoTable as error:
            yield f"the board {board.name}: {error}"
            continue
        for proxy, its in rows.groupby("proxy"):
            yield _covered(str(proxy), its, board, drawn)


def _covered(proxy: str, rows: pd.DataFrame, board: Board, drawn: list[Draw]) -> Covered:
    by_seed = {seed: set(its["index"]) for seed, its in rows.groupby("seed")}
    scored = set.intersection(*(by_seed.get(seed, set()) for seed in range(board.seeds)))
    whole = [len(draw.indices) for draw in drawn if scored.issuperset(draw.indices)]
    every = drawn[-1].indices
    smallest = len(drawn[0].indices)
    return Covered(
        proxy,
        board.name,
        len(scored.intersection(every)),
        len(every),
        max(whole, default=None),
        smallest,
    )
