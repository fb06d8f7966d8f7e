"""What intervals are about: architectures that were drawn, or, when all there are were scored,
classes of isomorphic ones.

When every architecture of a population is scored, a number has no error of drawing, and a p value
would answer nothing. What can still be asked is how far it would vary for other architectures like
these. There the units are classes of isomorphic ones, as cells of a class are one network and not
several draws.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import pandas as pd

import benchmarks_data
from benchmarks_data.errors import InputError
from benchmarks_data.listed import ListedBenchmark
from benchmarks_data.populations import population
from harness.analysis.statistics import Labels


@dataclass(frozen=True)
class Units:
    """What the intervals of a population are about.

    Attributes:
        classes: the number of each architecture's class, by index.
        census: whether the architectures are all of the population.
    """

    classes: pd.Series
    census: bool

    def labels(self, indices: pd.Index) -> Labels:
        """Return the class of each of some architectures, numbered without gaps."""
        _, labels = np.unique(self.classes[indices].to_numpy(), return_inverse=True)
        return labels.astype(np.int64)

    def of(self, indices: pd.Index) -> Labels | None:
        """Return the units of intervals over some architectures.

        Their classes in a census, else None for the architectures.
        """
        return self.labels(indices) if self.census else None


def units_of(benchmark: str, name: str, indices: Collection[int]) -> Units:
    """Return the units of the architectures that were scored of a population, and of any part of
    them.

    Whether they are a census is decided for all proxies together: each was asked for every one of
    the architectures, or :func:`check_asked` has refused. A score that came out undefined was asked
    for.
    """
    space = benchmarks_data.get(benchmark)
    numbers, _ = pd.factorize(
        pd.Series([space.canonical(index) for index in indices], dtype=object)
    )
    return Units(pd.Series(numbers, index=list(indices)), _is_all(benchmark, name, len(indices)))


def _is_all(benchmark: str, name: str, count: int) -> bool:
    """Return whether so many architectures are all of a population.

    Those of a list never are: it is a sample of the space that its architectures are from.
    """
    space = benchmarks_data.get(benchmark)
    if isinstance(space, ListedBenchmark):
        return False
    return count == (space.size if name == "all" else len(population(space, name)))


def check_asked(scores: pd.DataFrame, benchmark: str, name: str) -> None:
    """Raise InputError when some proxies were asked for all architectures of a population, and
    others for a part.

    The first would be a census and the others a sample, whose numbers have an error of drawing.
    Samples may differ.
    """
    asked, count = scores.groupby("proxy", sort=False)["index"].nunique(), scores["index"].nunique()
    part = asked[asked < count]
    if len(part) and _is_all(benchmark, name, count):
        raise InputError(
            f"all {count:,} architectures of population {name} are there, and {part.index[0]} "
            f"was scored on {part.iloc[0]:,} of "
            "them: a census and a sample are no one report, report the runs one by one"
        )


def depths(benchmark: str, indices: Collection[int]) -> pd.Series | None:
    """Return the depth of each architecture, by index.

    Layers with weights on the longest live path; None where it is not known.
    """
    depth = getattr(benchmarks_data.get(benchmark), "depth", None)
    return (
        None
        if depth is None
        else pd.Series([float(depth(index)) for index in indices], index=list(indices))
    )
