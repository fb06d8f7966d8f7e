"""Which networks a model is fitted to, and which it is judged on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from benchmarks_data.benchmark import Benchmark, PrunesDeadEdges
from benchmarks_data.errors import InputError


@dataclass(frozen=True)
class Draw:
    """A draw of networks.

    Attributes:
        training: positions (largest,) of networks to fit to; the first n are the training set of n.
        held_out: positions of the networks that all models are judged on.
        seed: of the models.
    """

    training: np.ndarray
    held_out: np.ndarray
    seed: int


def classes_of(benchmark: Benchmark, indices: Sequence[int]) -> np.ndarray:
    """Return the number (n,) of each architecture's class, which stands on one side of a split.

    Isomorphic architectures are one class, idle operations being left out where the benchmark can.
    """
    prune = benchmark.without_dead_edges if isinstance(benchmark, PrunesDeadEdges) else int
    names = [benchmark.canonical(prune(index)) for index in indices]
    return pd.factorize(pd.Series(names, dtype=object))[0]


def check_sizes(networks: Sequence[int], classes: np.ndarray) -> None:
    """Raise InputError where a training set is of one network, or larger than half of all
    *classes* (n,).
    """
    several = len(np.unique(classes))
    if min(networks) < 2:
        raise InputError(f"--networks {min(networks)}: nothing can be fitted to fewer than 2")
    if 2 * max(networks) > several:
        raise InputError(
            f"--networks {max(networks)}: the run has {several:,} different networks with a known "
            f"target, and half of them are kept for judging: name at most {several // 2}"
        )


def sizes_that_fit(networks: Sequence[int], classes: np.ndarray) -> list[int]:
    """Return the training sets of at most half of all *classes* (n,), and at least the smallest of
    *networks*.
    """
    half = len(np.unique(classes)) // 2
    return [size for size in networks if size <= half] or [min(networks)]


def draws(classes: np.ndarray, largest: int, count: int, seed: int) -> list[Draw]:
    """Return *count* draws of *largest* training networks from architectures of *classes* (n,).

    Classes are drawn by lot, and one architecture of each. The architectures of all other classes
    are held out, for training sets of any size the same. So no network is judged that is isomorphic
    to one that was trained, and what is judged is a random part of all classes.
    """
    made = []
    for number in range(count):
        stream = np.random.default_rng([seed, number])
        order = stream.permutation(len(classes))
        members, first = np.unique(classes[order], return_index=True)
        chosen = stream.permutation(len(members))[:largest]
        held_out = np.flatnonzero(~np.isin(classes, members[chosen]))
        made.append(Draw(order[first[chosen]], held_out, int(stream.integers(2**31))))
    return made
