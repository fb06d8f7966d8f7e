"""Tabular NAS benchmarks: architectures by index, their networks, their trained results. Listing them does not import torch.

A benchmark is a folder of this package, or an object that another package offers in the entry-point group
``zeros_harness.benchmarks``.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from importlib import metadata

from benchmarks_data.benchmark import Benchmark
from benchmarks_data.errors import InputError, unknown

GROUP = "zeros_harness.benchmarks"


def names() -> list[str]:
    """Return the names of all benchmarks."""
    return sorted({*_own(), *_offered()})


def get(name: str) -> Benchmark:
    """Return the benchmark called *name*; raise InputError with what there is when it is unknown, or cannot be loaded."""
    if name in _own():
        benchmark: Benchmark = importlib.import_module(f"{__name__}.{name}").BENCHMARK
        return benchmark
    if name not in _offered():
        raise unknown("benchmark", name, names())
    return _load(_offered()[name])


@cache
def _own() -> list[str]:
    return [module.name for module in pkgutil.iter_modules(__path__) if module.ispkg and module.name != "spaces"]


@cache
def _offered() -> dict[str, metadata.EntryPoint]:
    return {point.name: point for point in metadata.entry_points(group=GROUP)}


@cache
def _load(point: metadata.EntryPoint) -> Benchmark:
    try:
        benchmark: Benchmark = point.load()
    except Exception as error:  # it is somebody else's code
        raise InputError(f"the benchmark {point.name} ({point.value}) cannot be loaded: {type(error).__name__}: {error}") from error
    if getattr(benchmark, "name", None) != point.name:
        raise InputError(f"the entry point {point.name} ({point.value}) is no benchmark of that name")
    return benchmark
