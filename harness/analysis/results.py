"""The analysis of a run's scores in one object."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

import benchmarks_data
import proxies
from benchmarks_data.benchmark import takes_tokens
from benchmarks_data.populations import POPULATIONS, members
from benchmarks_data.table import Table
from benchmarks_data.target import Target
from harness.analysis.comparison import CEILING_COLUMNS, STRATUM_COLUMNS, TRUTH, ceilings, strata
from harness.analysis.contrasts import PAIR_COLUMNS, groups, paired, same_orders, turned
from harness.analysis.correlations import correlations, partial_trainings
from harness.analysis.orders import by_seed, combined, inapplicable, joined
from harness.analysis.parts import PART_COLUMNS, parts_of
from harness.analysis.statistics import tau_b
from harness.analysis.top_metrics import SEARCH_COLUMNS, search_metrics
from harness.analysis.units import Units, units_of
from proxies import BASELINES
from proxies.requests import direction, reads_images


def chosen_for_curves(correlations: pd.DataFrame, subject: str, count: int = 3) -> list[str]:
    """Return the proxies that curves show.

    The subject and the others of highest tau, with the best trivial baseline and params.
    """
    ranked = correlations.dropna(subset="tau").sort_values("tau", ascending=False)["proxy"]
    trivial = [name for name in ranked if name in BASELINES]
    others = [name for name in ranked if name not in BASELINES]
    first = [name for name in ranked if name == subject]
    return list(
        dict.fromkeys(
            [*first, *others[:count], *trivial[:1], *(name for name in trivial if name == "params")]
        )
    )[:5]


@dataclass(frozen=True)
class Results:
    """The scores of a run beside trained accuracies.

    Attributes:
        scores: a frame of harness.scoring.frames.SCORE_COLUMNS.
        table: the trained accuracies.
        targets: the columns of the table that scores are compared with.
        population: the name of the population that the architectures are from.
        benchmark: its name.
        source: the short name of the images that data-driven proxies were fed.
        declared: the proxy that the others were declared to be compared with, if one was.
        focus: the proxy that a report is to be about; None leaves it to :attr:`subject`.
        passed_over: the proxies that it would be about, did they apply to some architecture.
    """

    scores: pd.DataFrame
    table: Table
    targets: Sequence[str]
    population: str
    benchmark: str
    source: str = "natural"
    declared: str | None = None
    focus: str | None = None
    passed_over: Sequence[str] = ()

    @property
    def subject(self) -> str:
        """The proxy that a report is about.

        The one in focus; else ZEROS where it was scored and applies, else the first that applies
        and is no trivial baseline.
        """
        names = [str(name) for name in self.scores["proxy"].unique()]
        never = inapplicable(self.scores)
        focus = [self.focus] if self.focus in names else []
        proper = [name for name in names if name not in BASELINES]
        proper.sort(key=lambda name: (name in never, name != "zeros"))
        return [*focus, *proper, *names][0]

    def input_of(self, proxy: str) -> str:
        """Return the short name of the images that a score read; empty where it read none."""
        return self.source if proxy in self.orders and reads_images(proxies.request(proxy)) else ""

    @cached_property
    def orders(self) -> dict[str, pd.Series]:
        """One number by architecture for each proxy, higher being better.

        :func:`harness.analysis.orders.combined`.
        """
        return {proxy: combined(self.scores, proxy) for proxy in self.scores["proxy"].unique()}

    @cached_property
    def populations(self) -> dict[str, list[int]]:
        """The architectures that were scored, by population.

        Those of the run, and when it is ``all`` those of the smaller ones.
        """
        scored = sorted(set(self.scores["index"]))
        smaller = (
            [name for name in POPULATIONS if name != self.population]
            if self.population == "all"
            else []
        )
        benchmark = benchmarks_data.get(self.benchmark)
        parts = {name: members(benchmark, name, scored) for name in smaller}
        return {
            self.population: scored,
            **{name: part for name, part in parts.items() if 0 < len(part) < len(scored)},
        }

    @cached_property
    def units(self) -> Units:
        """What intervals in the run's population are about."""
        return units_of(self.benchmark, self.population, self.populations[self.population])

    @property
    def is_census(self) -> bool:
        """Whether all architectures of the population are scored, so that no number has an error of
        drawing.
        """
        return self.units.census

    @cached_property
    def correlations(self) -> pd.DataFrame:
        """A frame of harness.analysis.correlations.CORRELATION_COLUMNS, ``group`` in the run's
        population, ``input``, and ``applies``: whether the score applies to some architecture.

        Groups are letters (:func:`groups`); in a census, where nothing is to be inferred, there are
        none.
        """
        frame = correlations(
            self.scores, self.table, self.targets, self.populations, self.benchmark
        )
        known: dict[tuple[str, str], str] = {}
        for target in self.targets:
            rows = frame[
                (frame["target"] == target) & (frame["population"] == self.population)
            ].set_index("proxy")["tau"]
            lettered = groups(
                {name: float(rows[name]) for name in self.orders},
                self.pairs[self.pairs["target"] == target],
            )
            known |= (
                {}
                if self.is_census
                else {(target, name): group for name, group in lettered.items()}
            )
        keys = zip(frame["target"], frame["proxy"], frame["population"], strict=True)
        of_row = [
            known.get((target, proxy)) if name == self.population else None
            for target, proxy, name in keys
        ]
        return frame.assign(
            group=pd.array(of_row, dtype="string"),
            input=frame["proxy"].map(self.input_of),
            applies=~frame["proxy"].isin(list(inapplicable(self.scores))),
        )

    @cached_property
    def pairs(self) -> pd.DataFrame:
        """For each target a frame of harness.analysis.contrasts.PAIR_COLUMNS."""

        def of(target: str) -> pd.DataFrame:
            return paired(self.orders, self.accuracy(target), self.declared, self.units)

        return self._for_each_target(PAIR_COLUMNS, of)

    @cached_property
    def search(self) -> pd.DataFrame:
        """For each target that is an accuracy a frame of
        harness.analysis.top_metrics.SEARCH_COLUMNS.

        Without intervals in a census.
        """

        def of(target: str) -> pd.DataFrame:
            trained = {
                name: self.table.values[column]
                for name, column in partial_trainings(self.table, target).items()
            }
            indices = self.populations[self.population]
            orders = {
                name: order.reindex(indices) for name, order in {**self.orders, **trained}.items()
            }
            searched = orders if Target.parse(target).is_accuracy else {}
            metrics = search_metrics(searched, self.accuracy(target))
            return metrics.assign(low=math.nan, high=math.nan) if self.is_census else metrics

        return self._for_each_target(SEARCH_COLUMNS, of)

    @cached_property
    def ceilings(self) -> pd.DataFrame:
        """For each target a frame of harness.analysis.comparison.CEILING_COLUMNS."""
        indices = self.populations[self.population]
        return self._for_each_target(
            CEILING_COLUMNS, lambda target: ceilings(self.table, target, indices, self.units)
        )

    def ceiling(self, target: str) -> float | None:
        """Return the tau that a score without noise would reach, where single training runs tell
        it.
        """
        taus = self.ceilings[
            (self.ceilings["target"] == target) & (self.ceilings["what"] == TRUTH)
        ]["tau"].dropna()
        return float(taus.iloc[0]) if len(taus) else None

    @cached_property
    def strata(self) -> pd.DataFrame:
        """For each target a frame of harness.analysis.comparison.STRATUM_COLUMNS, by tenths of live
        parameters (of networks of tokens, of those without embeddings) and of the target.
        """
        tokens = takes_tokens(benchmarks_data.get(self.benchmark))
        size = "params_nonembedding" if tokens else "live_params"

        def of(target: str) -> pd.DataFrame:
            name = "accuracy" if Target.parse(target).is_accuracy else target
            by = {name: self.accuracy(target)}
            if size in self.orders:
                by = {size: self.orders[size], **by}
            return strata(self.orders, self.accuracy(target), by, units=self.units)

        return self._for_each_target(STRATUM_COLUMNS, of)

    @cached_property
    def parts(self) -> pd.DataFrame:
        """For each target a frame of harness.analysis.parts.PART_COLUMNS, empty where the benchmark
        has no parts.
        """

        def of(target: str) -> pd.DataFrame:
            return parts_of(self.orders, self.accuracy(target), self.benchmark, self.units)

        return self._for_each_target(PART_COLUMNS, of)

    def accuracy(self, target: str) -> pd.Series:
        """Return a target's values for the architectures that were scored, as
        :meth:`benchmarks_data.table.Table.oriented` has them; NaN where the table has none.
        """
        return self.table.oriented(target).reindex(self.populations[self.population])

    def of(self, target: str) -> pd.DataFrame:
        """Return a target's rows of :attr:`correlations` in the run's population."""
        rows = self.correlations
        return rows[(rows["target"] == target) & (rows["population"] == self.population)]

    def against(self, target: str, name: str) -> pd.DataFrame:
        """Return a target's rows of :attr:`pairs` that are about a proxy, turned so that it is the
        first.
        """
        pairs = self.pairs[self.pairs["target"] == target]
        return pd.concat([pairs[pairs["proxy"] == name], turned(pairs[pairs["other"] == name])])

    def each_against(self, target: str, name: str) -> pd.DataFrame:
        """Return the rows of :meth:`against`, turned so that the proxy is the second."""
        return turned(self.against(target, name))

    def same(self, target: str) -> dict[str, str]:
        """Return a name for each proxy, which identical rankings share: ``params = flops``."""
        names = same_orders(self.orders, self.accuracy(target))
        return {name: " = ".join(group) for group in names for name in group}

    def ranked(self, target: str) -> list[str]:
        """Return the proxies by their tau, the highest first, undefined ones last."""
        return list(self.of(target).sort_values("tau", ascending=False)["proxy"])

    def featured(self, target: str) -> list[str]:
        """Return the few proxies that curves show."""
        rows = self.of(target)
        return chosen_for_curves(rows[rows["proxy"].isin(list(self.orders))], self.subject)

    def seconds(self) -> dict[str, float]:
        """Return the mean seconds that a score of each proxy took."""
        means = self.scores.groupby("proxy")["seconds"].mean()
        return dict(zip(map(str, means.index), means, strict=True))

    def single_seeds(self, target: str) -> dict[str, list[float]]:
        """Return the taus of single seeds, for proxies that have several."""
        accuracy, taus = self.accuracy(target), {}
        for proxy in self.orders:
            seeds = direction(proxy) * by_seed(self.scores, proxy)
            if seeds.shape[1] > 1:
                taus[proxy] = [tau_b(*joined(seeds[seed], accuracy)) for seed in seeds]
        return taus

    def _for_each_target(
        self, columns: Sequence[str], make: Callable[[str], pd.DataFrame]
    ) -> pd.DataFrame:
        frames = [make(target).assign(target=target) for target in self.targets]
        filled = [frame for frame in frames if len(frame)] or frames
        return pd.concat(filled, ignore_index=True)[["target", *columns]]
