"""Scores that were handed in on the page: beside those that were computed here, and marked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from harness.analysis.results import Results
from harness.files.shipped import shipped
from harness.leaderboard.cards import Card, read_card
from harness.leaderboard.profiles import FITTED, PROXY, REQUIREMENTS, Link, Profile
from harness.leaderboard.submissions import SUBMISSIONS, handed_in_scores
from harness.runs.plan import Plan
from proxies.entries import Proxy
from proxies.registry import isolated
from proxies.status import OK


@dataclass(frozen=True)
class HandedInScores:
    """Scores that were handed in.

    Attributes:
        scores: a frame as :func:`harness.leaderboard.submissions.handed_in_scores` returns it.
        profiles: what their cards say, by name.
        left_out: a line for each submission that cannot be used.
    """

    scores: pd.DataFrame
    profiles: Mapping[str, Profile]
    left_out: Sequence[str]

    @property
    def called(self) -> dict[str, str]:
        """What the analysis calls them, whose names may be any text, and what the page does."""
        return {f"handed_in_{number}": name for number, name in enumerate(self.profiles, 1)}

    @contextmanager
    def known(self) -> Iterator[None]:
        """Have the analysis know them inside."""
        entries = [Proxy(one, _uncomputed, name) for one, name in self.called.items()]
        with isolated(entries):
            yield


def read_handed_in_scores(root: Path | None = None) -> HandedInScores:
    """Return the scores of the usable submissions in a folder, by default the project's."""
    folder = root or shipped(SUBMISSIONS)
    scores, left_out = handed_in_scores(folder)
    profiles = {}
    for name, its in scores.groupby("proxy", sort=False):
        card, _ = read_card(folder / str(its["submission"].iloc[0]))
        if card:
            profiles[str(name)] = _profile(str(name), card)
    return HandedInScores(scores, profiles, left_out)


def _uncomputed() -> float:
    raise NotImplementedError("a score that was handed in cannot be computed")


def _profile(name: str, card: Card) -> Profile:
    return Profile(
        name,
        FITTED if card.trained_networks else PROXY,
        f"{card.name}, by {card.authors}",
        (f"Tuned on: {card.tuned_on}.", f"Licence: {card.licence}."),
        tuple(need for need in REQUIREMENTS if need in card.requirements),
        "",
        card.trained_networks,
        None if card.paper == "none" else Link(card.authors, card.paper),
        code=() if card.code == "none" else (Link("code", card.code),),
        handed_in=True,
    )


def with_handed_in(
    results: Results, plan: Plan, handed: HandedInScores
) -> tuple[Results, dict[str, int]]:
    """Return results with the scores that were handed in of all of a plan's architectures, and of
    the others the number of architectures, by name.

    The analysis calls them as :attr:`HandedInScores.called` says.
    """
    frames, waiting = [results.scores], {}
    about = plan.job.benchmark, plan.job.dataset
    for called, name in handed.called.items():
        rows = handed.scores[handed.scores["proxy"] == name]
        rows = rows[(rows["benchmark"] == about[0]) & (rows["dataset"] == about[1])]
        rows = rows[rows["index"].isin(plan.indices) & rows["seed"].isin(plan.seeds)]
        whole = int((rows.groupby("index")["seed"].nunique() == len(plan.seeds)).sum())
        if whole == len(plan.indices):
            filled = rows.assign(proxy=called, status=OK, batch=rows["seed"])
            frames.append(filled[results.scores.columns])
        elif whole:
            waiting[name] = whole
    return replace(results, scores=pd.concat(frames, ignore_index=True)), waiting
