"""Which architectures are scored: populations, samples, lists."""

from __future__ import annotations

import random
import re
from collections.abc import Collection, Iterable
from functools import partial
from pathlib import Path
from typing import NamedTuple

from benchmarks_data.benchmark import Benchmark
from benchmarks_data.errors import InputError
from benchmarks_data.populations import index_of, members
from benchmarks_data.reading import read_text

#: Which architectures are asked for, as :func:`select` explains.
Archs = str | Iterable[int | str]


class Selection(NamedTuple):
    """The indices to score, in ascending order, and what a user should know about them.

    Empty when nothing is left out.
    """

    indices: list[int]
    warning: str = ""


def select(
    benchmark: Benchmark,
    archs: Archs,
    population_name: str,
    sample_seed: int,
    known: Collection[int] | None = None,
    *,
    or_fewer: bool = False,
) -> Selection:
    """Return the architectures to score.

    Args:
        archs: ``all``, a number to draw without replacement, or a file with one index or
            architecture string a line (blank lines and what follows ``#`` are skipped). In Python
            also indices and architecture strings themselves.
        population_name: one of POPULATIONS; a list is restricted to it.
        sample_seed: seeds the draw.
        known: the architectures whose target the table has, where it leaves some out; others are in
            no population then.
        or_fewer: whether all are taken where a number exceeds the population.

    Raises:
        InputError: nothing is left, the number exceeds the population, or a part of the list names
            no architecture.
    """
    candidates = members(
        benchmark, population_name, range(benchmark.size) if known is None else known
    )
    if archs == "all":
        return Selection(candidates)
    if isinstance(archs, str) and archs.isascii() and archs.isdigit() and len(archs) < 19:
        count = int(archs)
        if count > len(candidates) and not or_fewer:
            raise InputError(
                f"--archs {archs}: population {population_name!r} has {len(candidates)} "
                "architectures to draw from"
            )
        return Selection(_drawn(candidates, count, sample_seed))
    return _of_list(benchmark, archs, population_name, known)


def _drawn(candidates: list[int], count: int, seed: int) -> list[int]:
    """Return *count* of the candidates, or all of fewer, in ascending order."""
    if count < 1:
        raise InputError("--archs 0: expected a positive number of architectures")
    return sorted(random.Random(seed).sample(candidates, min(count, len(candidates))))


def _of_list(
    benchmark: Benchmark, archs: Archs, population_name: str, known: Collection[int] | None
) -> Selection:
    """Return those of a list that are in the population, and how many of it are not."""
    if isinstance(archs, str):
        given, listed = f"--archs {archs}", _read_list(benchmark, Path(archs))
    else:
        given, listed = "--archs", _listed(benchmark, archs)
    every = range(benchmark.size) if known is None else known
    chosen = members(benchmark, population_name, listed.intersection(every))
    among = f"population {population_name!r}" + (
        "" if known is None else " with a target in the table"
    )
    if not chosen:
        raise InputError(f"{given}: none of its {len(listed)} architectures is in {among}")
    absent = len(listed) - len(chosen)
    return Selection(
        chosen,
        f"{given}: {absent} of {len(listed)} are not in {among}, and left out" if absent else "",
    )


def _read_list(benchmark: Benchmark, path: Path) -> set[int]:
    try:
        lines = read_text(path).splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8 text"
        raise InputError(
            f"--archs {path}: expected 'all', a number or a file of architectures ({reason})"
        ) from error
    indices = set()
    for number, line in enumerate(lines, 1):
        text = line.partition("#")[0].strip()
        if not text:
            continue
        try:
            indices.add(_index(benchmark, text))
        except InputError as error:
            raise InputError(f"--archs {path}, line {number}: {error}") from error
    if not indices:
        raise InputError(
            f"--archs {path}: the file names no architecture: expected an index or an "
            "architecture a line"
        )
    return indices


def _listed(benchmark: Benchmark, archs: Iterable[int | str]) -> set[int]:
    indices = set()
    for number, one in enumerate(archs):
        try:
            indices.add(index_of(benchmark, one, partial(_index, benchmark)))
        except InputError as error:
            raise InputError(f"--archs, item {number}: {error}") from error
    if not indices:
        raise InputError("--archs: the list is empty: name an architecture")
    return indices


def _index(benchmark: Benchmark, text: str) -> int:
    """Return the index that a line names.

    Architectures may be written in digits too, and come first.
    """
    if not re.fullmatch(r"-?[0-9]{1,18}", text):
        return benchmark.index(text)
    try:
        return benchmark.index(text)
    except InputError:
        return benchmark.architecture(int(text)).index
