"""All that is made of the scores of a run: the analysis in one object, and the files and figures that show it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

import benchmarks_data
import proxies
from benchmarks_data.table import Table, is_accuracy
from harness.analysis import by_seed, combined, correlations, direction, joined
from harness.comparison import CEILING_COLUMNS, PAIR_COLUMNS, STRATUM_COLUMNS, TRUTH, ceilings, paired, standings, strata
from harness.fed import fed
from harness.inputs import NATURAL
from harness.plots_between import chosen_for_curves
from harness.scoring import reads_images
from harness.selection import POPULATIONS, population
from harness.statistics import tau_b
from harness.units import Units, units_of


@dataclass(frozen=True)
class Results:
    """The scores of a run beside trained accuracies.

    Attributes:
        scores: a frame of harness.analysis.SCORE_COLUMNS.
        table: the trained accuracies.
        targets: the columns of the table that scores are compared with.
        population: the name of the population that the architectures are from.
        benchmark: its name.
        source: the short name of the images that data-driven proxies were fed.
    """

    scores: pd.DataFrame
    table: Table
    targets: Sequence[str]
    population: str
    benchmark: str
    source: str = NATURAL

    def input_of(self, proxy: str) -> str:
        """Return the short name of the images that a score read; empty where it read none."""
        return self.source if proxy in self.orders and reads_images(proxies.request(proxy)) else ""

    def fed(self) -> str:
        """Return the sentence that says what was fed to which proxies."""
        readers = [name for name in self.orders if self.input_of(name)]
        return fed(self.source, readers, [name for name in self.orders if name not in readers])

    @cached_property
    def orders(self) -> dict[str, pd.Series]:
        """One number by architecture for each proxy, higher being better: :func:`harness.analysis.combined`."""
        return {proxy: combined(self.scores, proxy) for proxy in self.scores["proxy"].unique()}

    @cached_property
    def populations(self) -> dict[str, list[int]]:
        """The architectures that were scored, by population: those of the run, and when it is ``all`` those of the smaller ones."""
        scored = set(self.scores["index"])
        smaller = [name for name in POPULATIONS if name != self.population] if self.population == "all" else []
        benchmark = benchmarks_data.get(self.benchmark)
        parts = {name: sorted(scored.intersection(population(benchmark, name))) for name in smaller}
        return {
            self.population: sorted(scored),
            **{name: members for name, members in parts.items() if 0 < len(members) < len(scored)},
        }

    @cached_property
    def units(self) -> Units:
        """What intervals in the run's population are about."""
        return units_of(self.benchmark, self.population, self.populations[self.population])

    @property
    def is_census(self) -> bool:
        """Whether all architectures of the population are scored, so that no number has an error of drawing."""
        return self.units.census

    @cached_property
    def correlations(self) -> pd.DataFrame:
        """A frame of harness.analysis.CORRELATION_COLUMNS, ``place`` (:func:`standings`) in the run's population, and ``input``."""
        found = correlations(self.scores, self.table, self.targets, self.populations, self.benchmark)
        places: dict[tuple[str, str], int] = {}
        for target in self.targets:
            rows = found[(found["target"] == target) & (found["population"] == self.population)].set_index("proxy")["tau"]
            if self.is_census:  # nothing is to be inferred: the order of the taus
                standing = rows[list(self.orders)].rank(ascending=False, method="min").dropna().astype(int)
            else:
                standing = standings({name: float(rows[name]) for name in self.orders}, self.pairs[self.pairs["target"] == target])
            places |= {(target, str(name)): place for name, place in standing.items()}
        keys = zip(found["target"], found["proxy"], found["population"], strict=True)
        of_row = [places.get((target, proxy)) if name == self.population else None for target, proxy, name in keys]
        return found.assign(place=pd.array(of_row, dtype="Int64"), input=found["proxy"].map(self.input_of))

    @cached_property
    def pairs(self) -> pd.DataFrame:
        """For each target a frame of harness.comparison.PAIR_COLUMNS."""
        return self._for_each_target(PAIR_COLUMNS, lambda target: paired(self.orders, self.accuracy(target), self.units))

    @cached_property
    def ceilings(self) -> pd.DataFrame:
        """For each target a frame of harness.comparison.CEILING_COLUMNS."""
        indices = self.populations[self.population]
        return self._for_each_target(CEILING_COLUMNS, lambda target: ceilings(self.table, target, indices, self.units))

    def ceiling(self, target: str) -> float | None:
        """Return the tau that a score without noise would reach, where single training runs tell it."""
        taus = self.ceilings[(self.ceilings["target"] == target) & (self.ceilings["what"] == TRUTH)]["tau"].dropna()
        return float(taus.iloc[0]) if len(taus) else None

    @cached_property
    def strata(self) -> pd.DataFrame:
        """For each target a frame of harness.comparison.STRATUM_COLUMNS, by tenths of live parameters and of the target."""

        def of(target: str) -> pd.DataFrame:
            by = {"accuracy" if is_accuracy(target) else target: self.accuracy(target)}
            if "live_params" in self.orders:
                by = {"live_params": self.orders["live_params"], **by}
            return strata(self.orders, self.accuracy(target), by, units=self.units)

        return self._for_each_target(STRATUM_COLUMNS, of)

    def accuracy(self, target: str) -> pd.Series:
        """Return a target's values for the architectures that were scored, NaN where the table has none."""
        return self.table.values[target].reindex(self.populations[self.population])

    def of(self, target: str) -> pd.DataFrame:
        """Return a target's rows of :attr:`correlations` in the run's population."""
        rows = self.correlations
        return rows[(rows["target"] == target) & (rows["population"] == self.population)]

    def against(self, target: str, name: str) -> pd.DataFrame:
        """Return a target's rows of :attr:`pairs` that are about a proxy, turned so that it is the first."""
        pairs = self.pairs[self.pairs["target"] == target]
        second = pairs[pairs["other"] == name]
        turned = second.assign(
            proxy=name, other=second["proxy"], difference=-second["difference"], low=-second["high"], high=-second["low"]
        )
        return pd.concat([pairs[pairs["proxy"] == name], turned])

    def ranked(self, target: str) -> list[str]:
        """Return the proxies by their tau, the highest first, undefined ones last."""
        return list(self.of(target).sort_values("tau", ascending=False)["proxy"])

    def featured(self, target: str) -> list[str]:
        """Return the few proxies that curves show."""
        rows = self.of(target)
        return chosen_for_curves(rows[rows["proxy"].isin(list(self.orders))])

    def seconds(self) -> dict[str, float]:
        """Return the mean seconds that a score of each proxy took."""
        means = self.scores.groupby("proxy")["seconds"].mean()
        return dict(zip(map(str, means.index), means, strict=True))

    def single_seeds(self, target: str) -> dict[str, list[float]]:
        """Return the taus of single seeds, for proxies that have several."""
        accuracy, found = self.accuracy(target), {}
        for proxy in self.orders:
            seeds = direction(proxy) * by_seed(self.scores, proxy)
            if seeds.shape[1] > 1:
                found[proxy] = [tau_b(*joined(seeds[seed], accuracy)) for seed in seeds]
        return found

    def _for_each_target(self, columns: Sequence[str], make: Callable[[str], pd.DataFrame]) -> pd.DataFrame:
        frames = [make(target).assign(target=target) for target in self.targets]
        return pd.concat(frames, ignore_index=True)[["target", *columns]]
