"""What intervals are about: architectures that were drawn, or, when all there are were scored, classes of isomorphic ones.

When every architecture of a population is scored, a number has no error of drawing, and a p value would answer nothing. What can
still be asked is how far it would vary for other architectures like these. There the units are classes of isomorphic ones, as cells
of a class are one network and not several draws.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import pandas as pd

import benchmarks_data
from harness.selection import population
from harness.statistics import Labels


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
        """Return the units of intervals over some architectures: their classes in a census, else None for the architectures."""
        return self.labels(indices) if self.census else None


def units_of(benchmark: str, name: str, indices: Collection[int]) -> Units:
    """Return the units of the architectures that were scored of a population, and of any part of them."""
    space = benchmarks_data.get(benchmark)
    numbers, _ = pd.factorize(pd.Series([space.canonical(index) for index in indices], dtype=object))
    census = len(indices) == (space.size if name == "all" else len(population(space, name)))
    return Units(pd.Series(numbers, index=list(indices)), census)


def depths(benchmark: str, indices: Collection[int]) -> pd.Series | None:
    """Return the depth of each architecture, by index: layers with weights on the longest live path; None where it is not known."""
    depth = getattr(benchmarks_data.get(benchmark), "depth", None)
    return None if depth is None else pd.Series([float(depth(index)) for index in indices], index=list(indices))
