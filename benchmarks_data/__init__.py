"""Tabular NAS benchmarks: architectures by index, their networks, their trained results. Listing them does not import torch."""

from __future__ import annotations

import importlib
import pkgutil

from benchmarks_data.benchmark import Benchmark
from benchmarks_data.errors import unknown


def names() -> list[str]:
    """Return the names of all benchmarks: one folder of this package each."""
    return sorted(module.name for module in pkgutil.iter_modules(__path__) if module.ispkg)


def get(name: str) -> Benchmark:
    """Return the benchmark called *name*; raise InputError with what there is when it is unknown."""
    if name not in names():
        raise unknown("benchmark", name, names())
    benchmark: Benchmark = importlib.import_module(f"{__name__}.{name}").BENCHMARK
    return benchmark
