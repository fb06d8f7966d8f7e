"""The official NAS-Bench-Macro file ``nas-bench-macro_cifar10.json``.

It maps each architecture to test_acc (three runs), mean_acc, params and flops.
"""

from __future__ import annotations

import json
import math
from pathlib import Path

from benchmarks_data.errors import InputError
from benchmarks_data.nbmacro import BENCHMARK
from benchmarks_data.official import Row, Rows

RUNS = 3


def columns() -> list[str]:
    """Return the columns of the table: the mean over runs, single runs, parameters and multiply-accumulates."""
    return ["cifar10_test", *(f"cifar10_test_run{run}" for run in range(1, RUNS + 1)), "params", "flops"]


def read(path: Path, skip: frozenset[int]) -> Rows:
    """Yield a row for each architecture, but for those in *skip*."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        items = list(found.items())
    except (ValueError, AttributeError, RecursionError) as error:
        raise InputError(f"{path} is no JSON object ({error}): is it nas-bench-macro_cifar10.json?") from error
    for number, (arch, entry) in enumerate(items, 1):
        try:
            index = BENCHMARK.index(arch)
            runs = [float(value) for value in entry["test_acc"]]
            if len(runs) != RUNS:
                raise ValueError(f"{len(runs)} runs")
            values = {"cifar10_test": float(entry.get("mean_acc", math.fsum(runs) / RUNS))}
            values |= {f"cifar10_test_run{run}": value for run, value in enumerate(runs, 1)}
            values |= {"params": float(entry["params"]), "flops": float(entry["flops"])}
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise InputError(f"{path}, architecture {arch!r}: not an entry of NAS-Bench-Macro ({error})") from error
        if index not in skip:
            yield Row(index, values, number / len(items))
