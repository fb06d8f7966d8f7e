"""What the page is made of: the plan's boards, judged by the scores that come with the harness."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from benchmarks_data.errors import InputError, NoTable
from harness.files.provenance import with_versions
from harness.leaderboard.boards import Judged, judged
from harness.leaderboard.lending import Lent, lent, with_lent
from harness.leaderboard.page_boards import ShownBoard, results_of, shown_boards
from harness.leaderboard.page_document import Page
from harness.leaderboard.page_render import board_views
from harness.leaderboard.page_scores import score_views
from harness.leaderboard.plan import Board
from harness.leaderboard.profiles import handed_in_profile, profile
from harness.leaderboard.submissions import SUBMISSIONS
from harness.reporting.document import facts, shown_command
from harness.scoring.shipped_scores import ShippedScores
from harness.scoring.store import Store

OPENING = (
    "How well do scores that are computed without training rank architectures that somebody has "
    "trained? On each board all scores are judged on the same architectures, but for those where a "
    "score is undefined (column n), by Kendall's tau-b with its 95 % interval.",
    "The scores come with the harness and can be computed again, but for those that are marked as "
    "handed in: the run below a board prints the same numbers. Data-driven scores read the "
    "default inputs, which are drawn by seed. Seconds are as "
    "measured when a score was computed, on machines that also did other work: those of scores "
    "computed at different times are not comparable to a factor of 2 or more.",
)


class Gathered(NamedTuple):
    """The boards that something is known of, and a line for each of which nothing is."""

    boards: list[ShownBoard]
    notes: list[str]


def page_of(
    boards: Sequence[Board], tables: Path | None, folder: Path, command: Sequence[str]
) -> tuple[Page, list[str]]:
    """Return the page of a plan's boards, and what a person should know of it, a line each.

    Args:
        boards: of the plan.
        tables: a folder of tables, or several joined; None for the installed one.
        folder: where figures go until the page is written.
        command: what makes it, as typed.
    """
    scores = ShippedScores()
    with (
        tempfile.TemporaryDirectory(prefix="zeros-harness-") as temporary,
        Store(Path(temporary) / "scores.sqlite", below=scores) as store,
        lent(store, SUBMISSIONS) as handed_in,
    ):
        shown, notes = gathered(boards, store, tables, handed_in)
    cards, names = handed_in.cards, [name for board in shown for name in board.names]
    profiles = {
        name: handed_in_profile(name, cards[name]) if name in cards else profile(name)
        for name in names
    }
    views = board_views(shown, profiles, folder)
    scored = score_views(views, profiles)
    notes += handed_in.notes
    page = Page(OPENING, views, scored, shown_command(command), _facts(scores), notes)
    return page, [*scores.notes, *(f"not on the page: {note}" for note in notes)]


def gathered(
    boards: Sequence[Board], store: Store, tables: Path | None, handed_in: Lent
) -> Gathered:
    """Return what the page shows of a plan's boards, by the scores in a store, and by those that
    were handed in.
    """
    known: list[Judged] = []
    notes, without_table = [], []
    for board in boards:
        try:
            one = judged(board, store, tables)
        except InputError as error:  # no table, or none with its targets
            if tables is None and isinstance(error, NoTable):
                without_table.append(board.name)
            else:
                notes.append(f"{board.name}: {error}")
            continue
        if one.plan is None:
            notes.append(f"{board.name}: no score of it is complete yet")
        else:
            known.append(one)
    for one in [one for one in known if _in_another(one, known)]:
        known.remove(one)
        notes.append(
            f"{one.board.name}: another board shows the same scores on the same architectures"
        )
    if without_table:
        notes.append(
            f"{'; '.join(without_table)}: no table with their targets comes with the harness: name "
            "a folder of tables with --tables or NAS_TABLES"
        )
    whole = [with_lent(one, handed_in, store) for one in known]
    plans = [(one.plan, one.partial) for one in whole if one.plan]
    return Gathered(
        shown_boards((plan, results_of(plan, store), partial) for plan, partial in plans), notes
    )


def _in_another(one: Judged, known: Sequence[Judged]) -> bool:
    """Return whether another board that is judged on the same architectures has all of its
    scores, and more.
    """

    def about(other: Judged) -> tuple[object, ...] | None:
        plan = other.plan
        return (plan.job, plan.targets, plan.indices, plan.seeds) if plan else None

    return any(
        about(one) == about(other) and set(one.board.proxies) < set(other.board.proxies)
        for other in known
    )


def _facts(scores: ShippedScores) -> list[tuple[str, str]]:
    """Return how many scores come with the harness and where they were packed, and the versions
    that made the page.
    """
    packed = [
        (name, f"{one.rows:,} scores, packed {one.packed}") for name, one in scores.index.items()
    ]
    return [*packed, *facts(with_versions({}))]
