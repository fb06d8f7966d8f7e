"""Search spaces: what a supernet leaves open, and what a decision about all of it stands for.

A search space need not have a table of trained results; where it has one, it names its benchmark.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from benchmarks_data.benchmark import Dataset
from benchmarks_data.errors import unknown

if TYPE_CHECKING:
    from benchmarks_data.spaces.choice import Choice
    from benchmarks_data.spaces.supernet import Supernet

_NAMES = ("nb201", "darts", "proxyless", "mobile")


class SearchSpace(Protocol):
    """A search space.

    Attributes:
        name, description: for people.
        datasets: whose networks are searched, the main one first.
        benchmark: the name of the benchmark that holds its architectures; empty when none does.
        nodes: names of a cell's nodes, by number; empty where what is found is no cell.
        limits: groups of choices of which only some may stay: (numbers of the choices, how many
            stay).
    """

    name: str
    description: str
    benchmark: str
    nodes: Mapping[int, str]

    @property
    def datasets(self) -> Mapping[str, Dataset]: ...

    @property
    def least_cells(self) -> int | None:
        """The least number of cells of a supernet; None where it has no cells to count."""

    @property
    def choices(self) -> tuple[Choice, ...]: ...

    @property
    def limits(self) -> tuple[tuple[tuple[int, ...], int], ...]: ...

    def supernet(
        self, dataset: str, seed: int, *, channels: int | None = None, cells: int | None = None
    ) -> Supernet:
        """Return the search network; *channels* and *cells* change its published size.

        Raises:
            InputError: it has no such size.
        """

    def decode(self, chosen: Sequence[str | None], order: Sequence[float]) -> Any:
        """Return what the operation of every choice (None: the choice was taken away) stands for.

        ``str`` of it names it.

        Where the order of terms is free, those with the higher number in *order* (one for each
        choice) come first.
        """

    def network(self, architecture: Any, dataset: str, seed: int) -> Any:
        """Return the network of what was found, as it is trained on *dataset*."""


def names() -> list[str]:
    """Return the names of all search spaces."""
    return list(_NAMES)


def of_benchmark(benchmark: str) -> SearchSpace | None:
    """Return the search space whose architectures a benchmark holds; None where there is none."""
    return next((space for space in map(get, names()) if space.benchmark == benchmark), None)


def get(name: str) -> SearchSpace:
    """Return the search space called *name*.

    Raise InputError with what there is when it is unknown.
    """
    if name not in _NAMES:
        raise unknown("search space", name, _NAMES)
    space: SearchSpace = importlib.import_module(f"{__name__}.{name}").SPACE
    return space
