"""The official NAS-Bench-Macro file ``nas-bench-macro_cifar10.json``.

It maps each architecture to test_acc (three runs), mean_acc, params and flops.
"""

from __future__ import annotations

import json
import math
from pathlib import Path

from benchmarks_data.errors import InputError
from benchmarks_data.formats.official import Row, Rows
from benchmarks_data.nbmacro import BENCHMARK
from benchmarks_data.target import single_run, with_runs

RUNS = 3
#: How far a published mean may be from the mean of the published runs, in percent.
ROUNDED = 0.02
#: Whether the official file has every architecture.
COMPLETE = True


def columns() -> list[str]:
    """Return the columns of the table.

    The mean over runs, single runs, parameters and multiply-accumulates.
    """
    return [*with_runs("cifar10_test", RUNS), "params", "flops"]


def read(path: Path, skip: frozenset[int]) -> Rows:
    """Yield a row for each architecture, but for those in *skip*."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        items = list(content.items())
    except (ValueError, RecursionError) as error:
        raise InputError(
            f"{path} is no JSON file ({error}): is it nas-bench-macro_cifar10.json?"
        ) from error
    except AttributeError as error:
        raise InputError(
            f"{path} holds no JSON object: is it nas-bench-macro_cifar10.json?"
        ) from error
    for number, (arch, entry) in enumerate(items, 1):
        try:
            index = BENCHMARK.index(arch)
            if not isinstance(entry["test_acc"], list) or len(entry["test_acc"]) != RUNS:
                raise ValueError(f"test_acc is no list of {RUNS} runs")
            runs = [float(value) for value in entry["test_acc"]]
            values = {"cifar10_test": float(entry.get("mean_acc", math.fsum(runs) / RUNS))}
            if abs(values["cifar10_test"] - math.fsum(runs) / RUNS) > ROUNDED:
                raise ValueError("mean_acc is not the mean of test_acc")
            values |= {single_run("cifar10_test", run): value for run, value in enumerate(runs, 1)}
            values |= {"params": float(entry["params"]), "flops": float(entry["flops"])}
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
            raise InputError(
                f"{path}, architecture {arch!r}: not an entry of NAS-Bench-Macro ({error})"
            ) from error
        yield Row(index, {} if index in skip else values, number / len(items))
