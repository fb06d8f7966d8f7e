"""Tabular NAS benchmarks: architectures by index, their networks, their trained results.

Listing them does not import torch.

A benchmark is a folder of this package, an object that another package offers in the entry-point
group ``zeros_harness.benchmarks``, or one that the file of a plugin defines.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

from benchmarks_data.benchmark import Benchmark, absent_parts
from benchmarks_data.errors import InputError, unknown
from benchmarks_data.plugged import PLUGGED, Plugged

GROUP = "zeros_harness.benchmarks"
#: Folders of this package that hold something else.
NO_BENCHMARKS = ("formats", "spaces")
_lent: dict[str, Benchmark] = {}


def names() -> list[str]:
    """Return the names of all benchmarks."""
    return sorted({*_own(), *_offered(), *PLUGGED, *_lent})


def get(name: str) -> Benchmark:
    """Return the benchmark called *name*.

    Raises:
        InputError: it is unknown, the message saying what there is; it cannot be loaded; or several
            are called so.
    """
    if name in _lent:
        return _lent[name]
    if name in PLUGGED:
        return PLUGGED[name].benchmark
    offered = _offered().get(name, ())
    places = [*([f"{__name__}.{name}"] if name in _own() else []), *map(_place, offered)]
    if len(places) > 1:
        raise InputError(
            f"several benchmarks are called {name}: {' and '.join(places)}: uninstall all but one"
        )
    if name in _own():
        benchmark: Benchmark = importlib.import_module(f"{__name__}.{name}").BENCHMARK
        return benchmark
    if not offered:
        raise unknown("benchmark", name, names())
    return _load(offered[0])


def plug(benchmark: Any, file: Path, checksum: int) -> bool:
    """Make the benchmark known that the *file* of a plugin defines, which has a *checksum*.

    Returns:
        False where it is a constant of that name, or a known benchmark that the file has imported.

    Raises:
        ValueError: it is no benchmark, or another one is called so.
    """
    if not (hasattr(benchmark, "architecture") or hasattr(benchmark, "network")):
        return False
    if isinstance(benchmark, type):
        raise ValueError("its BENCHMARK is a class: make it an object of that class")
    if absent := absent_parts(benchmark):
        raise ValueError(f"its BENCHMARK lacks {', '.join(absent)}")
    name = benchmark.name
    if not (isinstance(name, str) and re.fullmatch("[a-z][a-z0-9_]*", name)):
        raise ValueError(
            f"the name of its BENCHMARK must be lower-case letters, digits and underscores, not "
            f"{name!r}"
        )
    if name in names():
        if get(name) is benchmark:
            return False
        others = [f"{__name__}.{name}"] if name in _own() else []
        others += [str(PLUGGED[name].file)] if name in PLUGGED else []
        others += map(_place, _offered().get(name, ()))
        raise ValueError(
            f"a benchmark named {name!r} is already there, {' and '.join(others)}: rename that of "
            f"{file}"
        )
    PLUGGED[name] = Plugged(benchmark, file, checksum)
    return True


def checksum_of(name: str) -> int:
    """Return the checksum of the file that defines a benchmark; 0 where no plugin does."""
    return PLUGGED[name].checksum if name in PLUGGED else 0


@contextmanager
def isolated(benchmark: Benchmark) -> Iterator[None]:
    """Have one more benchmark inside, in place of another of its name, and forget it at the end."""
    before = dict(_lent)
    _lent[benchmark.name] = benchmark
    try:
        yield
    finally:
        _lent.clear()
        _lent.update(before)


@cache
def _own() -> list[str]:
    return [
        module.name
        for module in pkgutil.iter_modules(__path__)
        if module.ispkg and module.name not in NO_BENCHMARKS
    ]


@cache
def _offered() -> dict[str, tuple[metadata.EntryPoint, ...]]:
    """Return what other packages offer, by name.

    One package that is found twice on the path offers it once.
    """
    offered: dict[str, dict[str, metadata.EntryPoint]] = {}
    for point in metadata.entry_points(group=GROUP):
        offered.setdefault(point.name, {})[_place(point)] = point
    return {name: tuple(points.values()) for name, points in offered.items()}


def _place(point: metadata.EntryPoint) -> str:
    """Return where a benchmark comes from, for people."""
    return f"{point.value} of the package {point.dist.name}" if point.dist else point.value


@cache
def _load(point: metadata.EntryPoint) -> Benchmark:
    try:
        benchmark: Benchmark = point.load()
    except Exception as error:  # it is somebody else's code
        raise InputError(
            f"the benchmark {point.name} ({point.value}) cannot be loaded: "
            f"{type(error).__name__}: {error}"
        ) from error
    if getattr(benchmark, "name", None) != point.name:
        raise InputError(
            f"the entry point {point.name} ({point.value}) is no benchmark of that name"
        )
    return benchmark
