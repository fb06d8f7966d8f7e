"""The boards of the page: the analysis of what is complete on them, and what is not there yet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import pandas as pd

import benchmarks_data
import proxies
from benchmarks_data.formats.places import places_of
from benchmarks_data.target import Target
from harness.analysis.orders import inapplicable
from harness.analysis.results import Results
from harness.leaderboard.standings import standings
from harness.reporting.document import shown_command
from harness.runs.conduct import analysed
from harness.runs.plan import Plan
from harness.scoring.frames import collect
from harness.scoring.store import Store
from proxies import BASELINES


@dataclass(frozen=True)
class ShownBoard:
    """A board as the page shows it: of one target.

    Attributes:
        anchor: its name in the page's address.
        benchmark, dataset, target: names of them; the dataset is that of the networks.
        count, size: architectures that are judged, and that the benchmark has.
        seeds: how many seeds of weights and batches.
        rows: a frame of harness.leaderboard.standings.STANDING_COLUMNS.
        waiting: of scores that are not computed yet how many architectures are scored, by name.
        partly: the same of scores that were handed in for some of the architectures alone.
        beside: why scores do not apply, by name.
        command: what prints the same numbers, as typed.
        table: what the trained results are from.
        census: whether all of the benchmark are judged.
    """

    anchor: str
    benchmark: str
    dataset: str
    target: str
    count: int
    size: int
    seeds: int
    rows: pd.DataFrame
    waiting: Mapping[str, int]
    beside: Mapping[str, str]
    command: str
    table: str
    census: bool = False
    partly: Mapping[str, int] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """What it is about, in words."""
        return f"{self.benchmark}: {self.what}"

    @property
    def what(self) -> str:
        """What tells it from the other boards of its benchmark, in words."""
        target = Target.parse(self.target)
        networks = "" if target.among([self.dataset]) else f", {self.dataset}'s networks"
        number = f"all {self.count:,}" if self.census else f"{self.count:,}"
        return f"{target.label}{networks}, {number} architectures"

    @property
    def name(self) -> str:
        """The same without the number of architectures."""
        return f"{self.title.rpartition(', ')[0]}"

    @property
    def names(self) -> list[str]:
        """The names of all scores that it says something of."""
        return [*map(str, self.rows["proxy"]), *self.waiting, *self.partly, *self.beside]


def results_of(plan: Plan, store: Store) -> Results:
    """Return the analysis of a plan whose scores are all in a store.

    Raises:
        InputError: some are not.
    """
    frame = collect(plan.job, plan.requests, plan.indices, plan.seeds, store)
    return analysed(plan, [frame])


def shown_boards(
    boards: Iterable[tuple[Plan, Results, Mapping[str, int]]],
) -> list[ShownBoard]:
    """Return the boards of the page, each target of a board being one, with distinct anchors.

    An anchor is ``nb201-cifar10`` for the first board of a benchmark and dataset. Where an earlier
    board has that, the target follows, or the number of architectures where that has the target.

    Args:
        boards: the plan of what is complete on each, its analysis, and of what is not complete the
            number of architectures that are scored.
    """
    shown: dict[str, ShownBoard] = {}
    for plan, results, waiting in boards:
        for target in plan.targets:
            anchor = _anchor(plan, target, shown)
            shown[anchor] = _shown(plan, results, waiting, target, anchor)
    return list(shown.values())


def _anchor(plan: Plan, target: str, taken: Mapping[str, ShownBoard]) -> str:
    short, count = f"{plan.job.benchmark}-{plan.job.dataset}", str(len(plan.indices))
    same = short in taken and taken[short].target == target
    long = f"{short}-{target}-{count}"
    names = [short, f"{short}-{count if same else target}", long]
    names += [f"{long}-{number}" for number in range(2, len(taken) + 2)]
    return next(name for name in names if name not in taken)


def _shown(
    plan: Plan, results: Results, waiting: Mapping[str, int], target: str, anchor: str
) -> ShownBoard:
    own = {name for name in waiting if proxies.request(name).proxy.own}
    return ShownBoard(
        anchor,
        plan.job.benchmark,
        plan.job.dataset,
        target,
        len(plan.indices),
        benchmarks_data.get(plan.job.benchmark).size,
        len(plan.seeds),
        standings(results, target),
        {name: count for name, count in waiting.items() if name in own},
        inapplicable(results.scores),
        command_of(plan),
        plan.table.name,
        results.is_census,
        {name: count for name, count in waiting.items() if name not in own},
    )


def command_of(plan: Plan) -> str:
    """Return the run that has the numbers of a board, as typed: of all its targets, as which
    architectures are drawn depends on them. Of what was handed in, there is none.
    """
    options, names = plan.options, [one.name for one in plan.requests if one.proxy.own]
    named = [name for name in names if name not in BASELINES] or names[:1]
    words = ["--benchmark", plan.job.benchmark, "--dataset", plan.job.dataset]
    words += ["--archs", str(options.archs), "--target", *plan.targets]
    given = places_of(options.tables) if options.tables else []
    if plan.table.name in [place.name for place in given]:  # one of several that the folders have
        words += ["--tables", f"DIR/{plan.table.name}"]
    words += ["--seeds", str(options.seeds)] if options.seeds > 1 else []
    return shown_command(["python -m harness.run", *words, "--proxy", *named])
