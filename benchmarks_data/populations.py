"""Populations of architectures: all, connected, one of each isomorphism class."""

from __future__ import annotations

from collections.abc import Iterable

from benchmarks_data.benchmark import Benchmark

POPULATIONS = ("all", "connected", "unique")


def population(benchmark: Benchmark, name: str) -> list[int]:
    """Return the indices of a population, in ascending order.

    ``all``: every index. ``connected``: those whose output depends on their input. ``unique``: the
    lowest index of each isomorphism class.
    """
    return members(benchmark, name, range(benchmark.size))


def members(benchmark: Benchmark, name: str, indices: Iterable[int]) -> list[int]:
    """Return those of the *indices* that are in a population, ascending.

    ``unique`` keeps the lowest of every class among them.
    """
    indices = sorted(indices)
    if name == "connected":
        return [index for index in indices if benchmark.is_connected(index)]
    if name == "unique":
        first: dict[object, int] = {}
        for index in indices:
            first.setdefault(benchmark.canonical(index), index)
        return list(first.values())
    return indices
