"""``harness.scores check``: what is missing or wrong in a submission to the leaderboard."""

from __future__ import annotations

import argparse
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from benchmarks_data.command import FAILED, Parser, given_path
from harness.files.shipped import shipped
from harness.leaderboard.coverage import Covered, coverage, sentences
from harness.leaderboard.handed_in import SCORES
from harness.leaderboard.plan import PLAN, Board, read_plan
from harness.leaderboard.submissions import Submission, names_beside, read_submission
from harness.scoring.shipped_scores import ShippedScores
from harness.scoring.store import Store
from harness.terminal.checks import tables_folder


@dataclass
class Check:
    """What a check has to say, a line each.

    Attributes:
        faults: what is missing or wrong.
        absent: what lacks so that a score stands on no board, though some draw of one is whole.
        notes: what was seen, and what could not be checked here.
    """

    faults: list[str] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def checked(folder: Path, plan: Path | None = None) -> Check:
    """Check a submission. A plugin is run in this process, on a few cells of NAS-Bench-201.

    Args:
        folder: of the submission.
        plan: of the leaderboard; None for the project's.

    Raises:
        InputError: it is no submission, or a file of it cannot be read.
    """
    submission = read_submission(folder)
    check = Check(list(submission.faults))
    if submission.handed_in:
        check.faults += _taken(submission)
        _add_coverage(check, submission, plan or shipped(PLAN))
    elif submission.plugin and submission.plugin.exists():
        from harness.leaderboard.trial import tried

        card = submission.card
        wrong, seen = tried(submission.plugin.resolve(), card.requirements if card else None)
        check.faults += wrong
        check.notes += seen
    return check


def _taken(submission: Submission) -> Iterator[str]:
    """Yield a line for each proxy whose name a submission in the same parent folder has too."""
    assert submission.handed_in is not None
    taken = names_beside(submission.folder)
    for name in sorted(set(submission.handed_in.scores["proxy"]) & taken.keys()):
        yield (
            f"{SCORES}: {taken[name]}, beside this folder, has a proxy {name!r} too, and the "
            "page shows one of them: choose another name"
        )


def _add_coverage(check: Check, submission: Submission, plan: Path) -> None:
    """Add on which boards of the page the scores will stand, and each proxy that covers no draw of
    any board.
    """
    assert submission.handed_in is not None
    scores, unchecked = submission.handed_in.scores, submission.handed_in.unchecked
    check.notes += submission.handed_in.left_out
    check.notes += [f"not checked: {line}" for line in unchecked]
    boards = read_plan(plan)
    covered = defaultdict[str, list[Covered]](list)
    unseen = bool(unchecked)
    for one in _coverage(scores, boards):
        if isinstance(one, Covered):
            covered[one.proxy].append(one)
        else:
            unseen = True
            check.notes.append(f"not checked: {one}")
    for name in sorted(set(scores["proxy"])):
        _add_places(check, name, covered[name], None if unseen else boards)


def _add_places(
    check: Check, name: str, covered: Sequence[Covered], boards: Sequence[Board] | None
) -> None:
    """Add on which boards a proxy will stand, and what to add where that is none.

    Args:
        check: what is added to.
        name: of the proxy.
        covered: what it has of each board of its networks.
        boards: of the plan; None where some could not be looked at, so that nothing is a fault.
    """
    check.notes += sentences(name, covered) if covered else []
    if boards is None or any(one.is_whole for one in covered):
        return
    if not covered:
        check.faults.append(f"{SCORES}: {name} is of no board: {_networks(boards)}")
        return
    nearest = min(covered, key=lambda one: (len(one.missing), len(one.plan.indices)))
    if any(one.has_draw for one in covered):
        check.absent.append(f"{name}: {nearest.remedy}")
    else:
        check.faults.append(
            f"{SCORES}: {name} covers no board, and no smaller draw of one. {nearest.remedy}"
        )


def _coverage(scores: pd.DataFrame, boards: Sequence[Board]) -> Iterator[Covered | str]:
    """Yield what scores cover of boards, as those are judged by the scores of the harness."""
    with (
        tempfile.TemporaryDirectory(prefix="zeros-harness-") as folder,
        Store(Path(folder) / "scores.sqlite", below=ShippedScores()) as store,
    ):
        yield from coverage(scores, boards, store, tables_folder(None))


def _networks(boards: Sequence[Board]) -> str:
    names = dict.fromkeys(f"{one.benchmark} {one.dataset}" for one in boards)
    return f"boards are of {', '.join(names)}"


def parser(prog: str) -> argparse.ArgumentParser:
    """Return the action's argument parser."""
    p = Parser(
        prog,
        "Say in plain words what is missing or wrong in a submission, a folder with card.toml and "
        "plugin.py or scores.csv. It runs plugin.py.",
    )
    p.add_argument("folder", nargs="+", type=given_path, metavar="FOLDER", help="of the submission")
    return p


def carry_out(prog: str, argv: Sequence[str]) -> int:
    """Print a line for each fault; return 0 where there is none, else 1."""
    failed = 0
    for folder in parser(prog).parse_args(argv).folder:
        check = checked(folder)
        for line in check.notes + check.absent:
            print(f"  {printable(line)}")
        for line in check.faults:
            print(f"wrong: {printable(line)}")
        failed += bool(check.faults)
        count = len(check.faults)
        faults = "1 fault" if count == 1 else f"{count} faults"
        good = "no fault, but on no board" if check.absent else "nothing is missing or wrong"
        print(f"{printable(str(folder))}: {faults if count else good}")
    return FAILED if failed else 0


def printable(text: str) -> str:
    """Return text of a submission on one line, without characters that command a terminal."""
    return "".join(one if one.isprintable() else repr(one)[1:-1] for one in text)
