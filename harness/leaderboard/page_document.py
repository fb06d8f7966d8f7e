"""The page before it is written: boards, the map across them, and what is said of each score."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from harness.leaderboard.page_boards import ShownBoard
from harness.leaderboard.page_pictures import Shade, Whisker, whisker
from harness.leaderboard.profiles import BASELINE, Profile
from harness.reporting.cost_plot import front_of
from harness.reporting.phrases import records, tau_text
from harness.reporting.run_tables import CORRELATIONS
from harness.reporting.tables import Cell, Column, number

_OF_RUNS = {column.heading: column for column in CORRELATIONS}


def _place(row: Mapping[str, Any]) -> Cell:
    if pd.isna(row["place"]):
        return Cell("", math.inf)
    low, high = row["place_low"], row["place_high"]
    between = "" if pd.isna(low) else f" ({low:.0f} to {high:.0f})"
    partly = "*" if row["missing"] else ""
    return Cell(f"{row['place']:.0f}{partly}{between}", float(row["place"]))


def _of_how_many(row: Mapping[str, Any]) -> Cell:
    missing = f" ({row['missing']:,} missing)" if row["missing"] else ""
    return Cell(f"{row['n']:,}{missing}", float(row["n"]))


PLACE = Column(
    "place",
    "by tau among the scores that are defined on all architectures, and in brackets the places "
    "that all comparisons of these allow",
    _place,
)
TAU, INTERVAL = _OF_RUNS["tau"], _OF_RUNS["95 % interval"]
N = Column("n", "architectures with a score", _of_how_many)
#: What a board says of a score in numbers; the formats are those of a run's report.
NUMBERS = (
    _OF_RUNS["nDCG"],
    number(
        "precision",
        "precision_top10",
        "share of the top tenth by score that is in the top tenth by accuracy",
    ),
    number(
        "seconds",
        "seconds",
        "mean for an architecture, as measured when the score was computed, on machines that also "
        "did other work",
        ".2g",
    ),
    N,
)


@dataclass(frozen=True)
class Row:
    """A score on a board: its place, tau, interval, NUMBERS, and the picture of its tau."""

    profile: Profile
    place: Cell
    tau: Cell
    interval: Cell
    numbers: Sequence[Cell]
    whisker: Whisker | None


@dataclass(frozen=True)
class BoardView:
    """A board, and what the page shows of it.

    Attributes:
        board: the board.
        opening: what it comes to, in words.
        rows: of its table.
        figure: quality against cost, a PNG file whose SVG lies beside it; None where there is
            nothing to see.
        front: the scores that no other beats at the same cost, in words.
    """

    board: ShownBoard
    opening: str
    rows: Sequence[Row]
    figure: Path | None
    front: str

    @property
    def computed(self) -> list[Row]:
        """Its rows without the scores that were handed in."""
        return [row for row in self.rows if not row.profile.handed_in]


@dataclass(frozen=True)
class HeatCell:
    """A cell of the map: what it says, what it sorts by, and its colours."""

    text: str
    value: float
    shade: Shade | None = None


@dataclass(frozen=True)
class Claim:
    """A score on one board, beside what was published of it.

    Attributes:
        board: the board.
        row: its row there; None where it has none.
        whisker: the picture of its tau and of the published one.
        state: why there is no row.
        published: the published tau.
        source: who published it, and of which architectures.
    """

    board: ShownBoard
    row: Row | None
    whisker: Whisker | None
    state: str
    published: str
    source: str


@dataclass(frozen=True)
class ScoreView:
    """A score, its row of the map, and what it comes to on each board that knows it."""

    profile: Profile
    heat: Sequence[HeatCell]
    claims: Sequence[Claim]


@dataclass(frozen=True)
class Page:
    """The whole page.

    Attributes:
        opening: sentences about all of it.
        boards: in the order of the plan.
        scores: those that are above most others first.
        command: what made it, as typed.
        facts: what it was made of: names and values.
        left_out: what is not on it, a line each.
    """

    opening: Sequence[str]
    boards: Sequence[BoardView]
    scores: Sequence[ScoreView]
    command: str
    facts: Sequence[tuple[str, str]]
    left_out: Sequence[str] = ()

    @property
    def first(self) -> str:
        """The anchor of the board that is shown at first: one of many scores, and of many
        architectures.
        """

        def worth(board: ShownBoard) -> float:
            return len(board.rows) * math.log(board.count)

        return max((one.board for one in self.boards), key=worth).anchor

    @property
    def benchmarks(self) -> dict[str, list[ShownBoard]]:
        """The boards of each benchmark, in the order of the plan."""
        groups: dict[str, list[ShownBoard]] = {}
        for one in self.boards:
            groups.setdefault(one.board.benchmark, []).append(one.board)
        return groups


def computed_rows(board: ShownBoard, profiles: Mapping[str, Profile]) -> pd.DataFrame:
    """Return the rows of a board without the scores that were handed in."""
    handed_in = [name for name in board.rows["proxy"] if profiles[name].handed_in]
    return board.rows[~board.rows["proxy"].isin(handed_in)]


def board_view(
    board: ShownBoard, profiles: Mapping[str, Profile], figure: Path | None
) -> BoardView:
    """Return what the page shows of a board: of scores that were handed in their rows alone."""
    computed = computed_rows(board, profiles)
    rows = [_row(row, profiles[row["proxy"]]) for row in records(board.rows)]
    front = ", ".join(front_of(computed)["proxy"])
    return BoardView(
        board, _opening(computed, profiles), rows, figure, front and f"On the front: {front}."
    )


def _row(row: Mapping[str, Any], profile: Profile) -> Row:
    if profile.handed_in:
        row = {**row, "seconds": math.nan}  # claimed, and measured by nobody here
    cells = [column.cell(row) for column in NUMBERS]
    picture = whisker(row["tau"], row["tau_low"], row["tau_high"])
    return Row(profile, PLACE.cell(row), TAU.cell(row), INTERVAL.cell(row), cells, picture)


def _opening(rows: pd.DataFrame, profiles: Mapping[str, Profile]) -> str:
    """Return which of a board's computed scores has the highest tau, and which trivial baseline."""
    known = records(rows.dropna(subset="tau"))
    if not known:
        return "No score is complete on this board yet."
    first = f"Highest of {len(known)} computed scores: {_with_tau(known[0])}."
    trivial = [row for row in known if profiles[row["proxy"]].kind == BASELINE]
    if trivial and trivial[0] is not known[0]:
        first += f" Best trivial baseline: {_with_tau(trivial[0])}."
    return first


def _with_tau(row: Mapping[str, Any]) -> str:
    return f"{row['proxy']}, {tau_text(row['tau'], row['tau_low'], row['tau_high'])}"
