"""The scores of the page: each on every board, beside what was published of it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from benchmarks_data.target import Target
from harness.analysis.standing import standings as across
from harness.files.shipped import shipped
from harness.files.whole import read_csv
from harness.leaderboard.page_boards import ShownBoard
from harness.leaderboard.page_document import BoardView, Claim, HeatCell, Row, ScoreView
from harness.leaderboard.page_pictures import shade, whisker
from harness.leaderboard.profiles import Profile
from harness.reporting.phrases import records

#: Published figures, in a file for each benchmark.
PUBLISHED = Path("reports/published")


def score_views(boards: Sequence[BoardView], profiles: Mapping[str, Profile]) -> list[ScoreView]:
    """Return all scores of the boards.

    Those with a tau on more boards come first, and among those with as many the ones above more
    others (:func:`harness.analysis.standing.standings`); a board of a cost gives no place.
    """
    judged = [
        (one.board.anchor, one.board.rows)
        for one in boards
        if len(one.board.rows) and not Target.parse(one.board.target).is_known_before_training
    ]
    order = list(across(judged)["proxy"]) if judged else []
    names = list(dict.fromkeys([*order, *profiles]))
    published = {one.board.benchmark: _published(one.board.benchmark) for one in boards}
    by_board = [{row.profile.name: row for row in one.rows} for one in boards]
    return [
        ScoreView(
            profiles[name],
            [_heat_cell(name, one.board, its.get(name)) for one, its in _both(boards, by_board)],
            [
                _claim(name, one.board, its.get(name), published[one.board.benchmark])
                for one, its in _both(boards, by_board)
                if name in one.board.names
            ],
        )
        for name in names
    ]


def _both(boards: Sequence[BoardView], rows: Sequence[dict[str, Row]]) -> Any:
    return zip(boards, rows, strict=True)


def _state(name: str, board: ShownBoard) -> str:
    """Return why a board has no tau of a score; empty where it is not on it."""
    if name in board.beside:
        return f"does not apply: {board.beside[name]}"
    if name in board.waiting:
        return f"not computed yet: {board.waiting[name]:,} of {board.count:,}"
    if name in board.partly:
        return f"not handed in for all {board.count:,} ({board.partly[name]:,} are)"
    return ""


def _heat_cell(name: str, board: ShownBoard, row: Row | None) -> HeatCell:
    if row is None:
        short = "not apt" if name in board.beside else "later" if name in board.waiting else ""
        short = "in part" if name in board.partly else short
        return HeatCell(short, -math.inf)
    tau = row.tau.value
    if tau is None or not math.isfinite(tau):
        return HeatCell("undefined", -math.inf)
    return HeatCell(f"{tau:z.2f}", tau, shade(tau))


def _claim(name: str, board: ShownBoard, row: Row | None, published: pd.DataFrame) -> Claim:
    """Return a score on a board, beside the published tau of the dataset, which stands beside a
    target of the same dataset alone.
    """
    known = published[(published["proxy"] == name) & (published["dataset"] == board.dataset)]
    if Target.parse(board.target).dataset != board.dataset:
        known = known[:0]
    tau, source = (known["tau"].iloc[0], known["source"].iloc[0]) if len(known) else (math.nan, "")
    measured = board.rows[board.rows["proxy"] == name]
    pictures = [
        whisker(one["tau"], one["tau_low"], one["tau_high"], tau) for one in records(measured)
    ]
    text = "" if math.isnan(tau) else f"{tau:z.2f}"
    return Claim(board, row, next(iter(pictures), None), _state(name, board), text, source)


def _published(benchmark: str) -> pd.DataFrame:
    """Return the published taus of a benchmark; a frame without rows where there are none."""
    path, columns = shipped(PUBLISHED / f"{benchmark}.csv"), ["dataset", "proxy", "tau", "source"]
    return read_csv(path, columns, ["tau"]) if path.exists() else pd.DataFrame(columns=columns)
