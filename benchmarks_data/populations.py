"""Populations of architectures: all, connected, one of each isomorphism class."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable

from benchmarks_data.benchmark import Benchmark
from benchmarks_data.errors import InputError

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


def index_of(benchmark: Benchmark, given: object, parse: Callable[[str], int]) -> int:
    """Return the index of an architecture that a caller gives as an index or as text.

    Args:
        benchmark: that it is of.
        given: the index, or text.
        parse: returns the index that a text stands for.

    Raises:
        InputError: it is no architecture of the benchmark.
    """
    try:
        index = parse(given) if isinstance(given, str) else operator.index(given)  # type: ignore[arg-type]
    except (ValueError, LookupError) as error:  # InputError among them
        raise InputError(str(error)) from error
    except TypeError:
        index = -1
    if isinstance(given, bool) or not 0 <= index < benchmark.size:
        raise InputError(
            f"{given!r} is no architecture of {benchmark.name}: expected an index from 0 to "
            f"{benchmark.size - 1}, or an architecture string"
        )
    return index
