"""Submissions: folders with a card, and with a plugin or scores that were handed in.

Nothing of a plugin is run here: :mod:`harness.leaderboard.trial` does that.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from benchmarks_data.errors import InputError
from harness.files.whole import read_csv
from harness.leaderboard.cards import CARD, Card, read_card
from harness.leaderboard.handed_in import FRAME_COLUMNS, SCORES, HandedIn, read_handed_in

SUBMISSIONS = Path("reports/submissions")
PLUGIN = "plugin.py"


@dataclass(frozen=True)
class Submission:
    """A folder that was read.

    Attributes:
        folder: its place.
        card: what it says of itself; None where that is not usable.
        handed_in: its scores; None of a plugin, whose scores are computed here.
        faults: a line for each thing that is missing or wrong.
    """

    folder: Path
    card: Card | None
    handed_in: HandedIn | None
    faults: list[str] = field(default_factory=list)

    @property
    def plugin(self) -> Path | None:
        """The file that registers its proxies, where it has one."""
        return self.folder / PLUGIN if self.handed_in is None else None


def read_submission(folder: Path) -> Submission:
    """Read a folder, and say all that is missing or wrong in what can be checked without running
    anything of it.

    Raises:
        InputError: it is no folder, has neither card nor scores nor plugin, or a file of it cannot
            be read.
    """
    try:
        names = {path.name for path in folder.iterdir()}
    except OSError as error:
        raise InputError(f"cannot read the submission {folder}: {error.strerror}") from error
    if not names & {CARD, PLUGIN, SCORES}:
        raise InputError(
            f"{folder} is no submission: it has no {CARD}, and neither {PLUGIN} nor {SCORES}"
        )
    faults = [
        f"{name[:60]!r} is no file of a submission: remove it"
        for name in sorted(names - {CARD, PLUGIN, SCORES, "README.md", "__pycache__"})
    ]
    card = None
    if CARD in names:
        card, wrong = read_card(folder)
        faults += wrong
    else:
        faults.append(f"{CARD} is missing: docs/leaderboard.md shows one")
    if len(names & {PLUGIN, SCORES}) != 1:
        faults.append(
            f"{PLUGIN} and {SCORES} are both there: a submission has one of them"
            if names & {PLUGIN}
            else f"{PLUGIN} or {SCORES} is missing: a submission has one of them"
        )
    handed_in = read_handed_in(folder) if SCORES in names else None
    return Submission(folder, card, handed_in, faults + (handed_in.faults if handed_in else []))


def submissions(root: Path = SUBMISSIONS) -> Iterator[Submission]:
    """Yield the submissions in a folder, in the order of their names; none where it is absent.

    One that cannot be read has that as its fault.
    """
    for folder in sorted(path for path in root.glob("*") if path.is_dir()):
        try:
            yield read_submission(folder)
        except InputError as error:
            yield Submission(folder, None, None, [str(error)])


def names_beside(folder: Path) -> dict[str, str]:
    """Return the proxies in the scores of the other submissions that lie beside one, and the name
    of the first folder that has each. What cannot be read has none.
    """
    names: dict[str, str] = {}
    here = folder.resolve()
    for other in sorted(here.parent.glob(f"*/{SCORES}")):
        if other.parent.name == here.name or not (other.parent / CARD).exists():
            continue
        with contextlib.suppress(InputError):
            for name in read_csv(other, ["proxy"])["proxy"].unique():
                names.setdefault(str(name), other.parent.name)
    return names


def handed_in_scores(
    root: Path = SUBMISSIONS,
) -> tuple[pd.DataFrame, dict[str, Card], list[str]]:
    """Return the scores that were handed in, the card behind each proxy, and a line for each
    submission of which something is left out.

    The frame has the columns of :class:`HandedIn`'s, and ``submission``, the name of the folder. No
    plugin is run. A submission with a fault is left out whole, and so is one with a proxy of an
    earlier submission's name.
    """
    frames, notes = [], []
    cards: dict[str, Card] = {}
    for one in submissions(root):
        if why := _left_out(one, cards):
            notes.append(f"{one.folder} is left out: {why}")
        elif one.handed_in and one.card:
            notes += [f"{one.folder} is read in part: {line}" for line in one.handed_in.unchecked]
            scores = one.handed_in.scores
            cards |= {str(name): one.card for name in sorted(scores["proxy"].unique())}
            frames.append(scores.assign(submission=one.folder.name))
    empty = pd.DataFrame(columns=[*FRAME_COLUMNS, "submission"])
    return (pd.concat(frames, ignore_index=True) if frames else empty), cards, notes


def _left_out(one: Submission, taken: Mapping[str, Card]) -> str:
    """Return why a submission is left out where others have *taken* names; empty if it is not."""
    if one.faults:
        more = f" ({len(one.faults) - 1} more faults)" if len(one.faults) > 1 else ""
        return one.faults[0] + more
    named = set(one.handed_in.scores["proxy"]) if one.handed_in else set()
    twice = sorted(named & taken.keys())
    return f"{taken[twice[0]].name!r} has a proxy {twice[0]!r} too" if twice else ""
