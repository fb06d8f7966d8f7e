"""The page as files: one HTML file that holds all it shows, and a table as Markdown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import matplotlib
import pandas as pd

from harness.leaderboard.cards import REQUIREMENTS
from harness.leaderboard.page_boards import ShownBoard
from harness.leaderboard.page_document import (
    INTERVAL,
    NUMBERS,
    PLACE,
    TAU,
    BoardView,
    Page,
    board_view,
    computed_rows,
)
from harness.leaderboard.profiles import BASELINE, Profile
from harness.reporting.cost_plot import cost_front, front_of
from harness.reporting.figures import save
from harness.reporting.paper import STYLE
from harness.reporting.render import page_of, rendered
from harness.terminal.widths import WIDTHS

SCRIPTS = ("tables.js", "folds.js", "leaderboard.js")
STYLES = ("report.css", "leaderboard.css")
#: How many scores of a board the Markdown table has.
TOP = 3


def board_views(
    boards: Sequence[ShownBoard], profiles: Mapping[str, Profile], folder: Path
) -> list[BoardView]:
    """Return what the page shows of boards, whose figures lie in a folder until it is written."""
    return [
        board_view(board, profiles, cost_figure(board, computed_rows(board, profiles), folder))
        for board in boards
    ]


def cost_figure(board: ShownBoard, computed: pd.DataFrame, folder: Path) -> Path | None:
    """Draw what the computed scores of a board cost and are worth, and return its PNG file, beside
    which its SVG lies; None where none has a tau and took some time.
    """
    rows = computed.assign(target=board.target)
    if len(front_of(rows)) == 0:
        return None
    costs = dict(zip(rows["proxy"], rows["seconds"], strict=True))
    with matplotlib.rc_context(STYLE):
        return save(cost_front(costs, rows, WIDTHS["text"]), folder / f"{board.anchor}.png")


def html(page: Page) -> str:
    """Return the page, which loads nothing from elsewhere."""
    return page_of(
        "leaderboard.html.j2", SCRIPTS, STYLES, page=page, place=PLACE, tau=TAU, interval=INTERVAL,
        numbers=NUMBERS, requirements=REQUIREMENTS,
    )  # fmt: skip


def markdown(page: Page) -> str:
    """Return a Markdown table with a row for each board: its first computed scores, and its best
    trivial baseline.
    """
    return rendered("leaderboard.md.j2", page=page, top=TOP, baseline=BASELINE)
