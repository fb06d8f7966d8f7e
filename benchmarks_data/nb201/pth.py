"""The official files ``NAS-Bench-201-v1_0-e61699.pth`` and ``NAS-Bench-201-v1_1-096897.pth``, read
an architecture at a time.

Accuracies are those that the package's ``ResultsCount`` answers (NAS-Bench-201's own query class),
and its mean over runs.
"""

from __future__ import annotations

import mmap
from collections.abc import Mapping
from pathlib import Path
from reprlib import repr
from typing import Any

import numpy as np
from nas_201_api.api_utils import ResultsCount

from benchmarks_data.errors import InputError
from benchmarks_data.formats.nats import COSTS, RUNS, SETS
from benchmarks_data.formats.official import Row, Rows
from benchmarks_data.formats.pickles import PickleError, PickleStream
from benchmarks_data.formats.torch_file import start_of_pickle
from benchmarks_data.nb201 import space
from benchmarks_data.target import single_run

#: What the file calls the two lengths of training.
TRAININGS = {"less": 12, "full": 200}


def read(path: Path, skip: frozenset[int]) -> Rows:
    """Yield a row for each architecture, but for those in *skip*.

    Raises:
        InputError: for another, damaged or cut off file.
    """
    with path.open("rb") as file:
        try:
            data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except ValueError as error:
            raise InputError(f"{path} is empty: fetch it again") from error
        with data:
            try:
                yield from _rows(path, data, skip)
            except PickleError as error:
                raise InputError(
                    f"{path} is no NAS-Bench-201 file, or damaged ({error}): fetch it again"
                ) from error


def _rows(path: Path, data: mmap.mmap, skip: frozenset[int]) -> Rows:
    strings = [space.format_cell(cell) for cell in space.cells()]
    stream = PickleStream(data, start_of_pickle(path, data))
    for index, part in stream.parts(lambda part: part.keys() == TRAININGS.keys()):
        if not isinstance(index, int) or not 0 <= index < len(strings):
            raise PickleError(f"results of architecture {repr(index)}")
        yield Row(
            index,
            {} if index in skip else _values(path, strings[index], index, part),
            stream.place / len(data),
        )
    whole = stream.result
    if not isinstance(whole, Mapping) or whole.get("meta_archs") != strings:
        raise InputError(f"{path} lists other architectures: it is of another benchmark or version")


def _values(path: Path, string: str, index: int, part: Mapping[str, Any]) -> dict[str, float]:
    """Return the results of one architecture by column."""
    values: dict[str, float] = {}
    try:
        for name, epochs in TRAININGS.items():
            if part[name]["arch_str"] != string:
                raise ValueError(f"results of {repr(part[name]['arch_str'])}")
            results = _results(part[name])
            for column, (dataset, split) in SETS.items():
                values |= _accuracies(f"{column}_{epochs}ep", results.get(dataset, {}), split)
        for column, dataset in COSTS.items():
            values |= _costs(column, list(results.get(dataset, {}).values()))
    except Exception as error:  # the package's code on what a file says may raise anything
        what = f"{type(error).__name__}: {str(error)[:200]}"
        raise InputError(
            f"{path}, architecture {index}: no results of NAS-Bench-201 ({what})"
        ) from error
    return values


def _results(content: Mapping[str, Any]) -> dict[str, dict[int, Any]]:
    """Return the training runs of an architecture by dataset and seed, seeds in ascending order."""
    return {
        dataset: {
            seed: ResultsCount.create_from_state_dict(content["all_results"][dataset, seed])
            for seed in sorted(seeds)
        }
        for dataset, seeds in content["dataset_seed"].items()
    }


def _accuracies(column: str, runs: Mapping[int, Any], split: str) -> dict[str, float]:
    """Return the mean over runs and the single runs; nothing where the dataset has none."""
    if len(runs) > RUNS:
        raise ValueError(f"more than {RUNS} runs")
    taken = [run.get_train() if split == "train" else run.get_eval(split) for run in runs.values()]
    accuracies = [float(answer["accuracy"]) for answer in taken]
    return ({column: float(np.mean(accuracies))} if accuracies else {}) | {
        single_run(column, run): value for run, value in enumerate(accuracies, 1)
    }


def _costs(dataset: str, runs: list[Any]) -> dict[str, float]:
    """Return parameters and multiply-accumulates in millions and latency in seconds, means over
    runs as the package gives them.
    """
    if not runs:
        return {}
    latencies = [latency for run in runs if (latency := run.get_latency()) > 0]
    costs = {f"{dataset}_params": float(np.mean([run.params for run in runs]))}
    costs |= {f"{dataset}_flops": float(np.mean([run.flop for run in runs]))}
    return costs | ({f"{dataset}_latency": float(np.mean(latencies))} if latencies else {})
