"""Scores that were handed in, lent to the leaderboard: known by name, and judged like all others.

Nothing of them is computed, and no plugin is run.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NoReturn

import pandas as pd

import benchmarks_data
import proxies
from benchmarks_data.listed import listing_of
from harness.leaderboard.boards import Judged
from harness.leaderboard.cards import Card
from harness.leaderboard.plan import default_inputs
from harness.leaderboard.submissions import SUBMISSIONS, handed_in_scores
from harness.scoring.job import Job, Score
from harness.scoring.store import Store
from proxies import registry
from proxies.entries import Proxy
from proxies.status import OK


@dataclass(frozen=True)
class Lent:
    """What is lent.

    Attributes:
        cards: of each proxy that was handed in, the card of its submission.
        notes: a line for each submission that is left out.
    """

    cards: dict[str, Card]
    notes: list[str]


@contextmanager
def lent(store: Store, root: Path = SUBMISSIONS) -> Iterator[Lent]:
    """Have the proxies that were handed in known by name inside, and their scores in a store.

    Args:
        store: one that is not kept: nothing tells these scores from computed ones there.
        root: the folder of the submissions.
    """
    scores, cards, notes = handed_in_scores(root)
    entries = [
        Proxy(name, _uncomputable, f"Handed in: {card.name}.", "network", stamped=True)
        for name, card in cards.items()
    ]
    with registry.isolated(entries):
        for (name, dataset), rows in scores.groupby(["benchmark", "dataset"]):
            benchmark = benchmarks_data.get(str(name))
            job = Job(
                benchmark.name,
                str(dataset),
                default_inputs(benchmark),
                listing=listing_of(benchmark),
            )
            store.write(job, _as_scores(rows))
        yield Lent(cards, notes)


def _uncomputable(*_: Any) -> NoReturn:
    raise RuntimeError("the score was handed in: nothing here computes it")


def _as_scores(rows: pd.DataFrame) -> Iterator[Score]:
    columns = ["index", "proxy", "seed", "score", "seconds"]
    rows = rows.fillna({"seconds": 0.0})  # a store has some; the page shows none of handed-in ones
    for index, proxy, seed, score, seconds in rows[columns].itertuples(index=False):
        yield Score(int(index), str(proxy), int(seed), float(score), float(seconds), OK)


def with_lent(one: Judged, lent: Lent, store: Store) -> Judged:
    """Return a judged board with the proxies that were handed in and have all its architectures.

    Those that have some are among the partial ones. Which architectures a board is judged on does
    not depend on what was handed in.
    """
    if one.plan is None:
        return one
    plan, complete, partial = one.plan, list(one.complete), dict(one.partial)
    requests, names = list(plan.requests), list(plan.options.proxies)
    for name in lent.cards:
        request = proxies.request(name)
        scored = [store.finished(plan.job, request, seed) for seed in plan.seeds]
        count = len(set.intersection(*scored).intersection(plan.indices))
        if count == len(plan.indices):
            requests.append(request)
            names.append(name)
            complete.append(name)
        elif count:
            partial[name] = count
    plan = replace(plan, requests=requests, options=replace(plan.options, proxies=names))
    return replace(one, plan=plan, complete=complete, partial=partial)
