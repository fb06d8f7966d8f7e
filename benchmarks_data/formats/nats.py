"""NATS-Bench directories such as ``NATS-tss-v1_0-3ffb9-simple``.

One compressed pickle for each architecture.

Values are those of ``nats_bench.ArchResults``, the class with which the package answers queries.
Its own loader is not used: it unpickles any class, and takes a text in place of results for the
name of a file to unpickle.
"""

from __future__ import annotations

import bz2
from collections.abc import Mapping, Sequence
from pathlib import Path
from reprlib import repr
from typing import Any

from nats_bench import ArchResults

from benchmarks_data.errors import InputError
from benchmarks_data.formats.official import Row, Rows
from benchmarks_data.formats.pickles import PickleError, PickleStream
from benchmarks_data.target import cost_columns, single_run, with_runs

#: Names of the table -> dataset and set of the package.
SETS = {
    "cifar10_train": ("cifar10", "train"),
    "cifar10_valid": ("cifar10-valid", "x-valid"),
    "cifar10_test": ("cifar10", "ori-test"),
    "cifar100_train": ("cifar100", "train"),
    "cifar100_valid": ("cifar100", "x-valid"),
    "cifar100_test": ("cifar100", "x-test"),
    "imagenet16-120_train": ("ImageNet16-120", "train"),
    "imagenet16-120_valid": ("ImageNet16-120", "x-valid"),
    "imagenet16-120_test": ("ImageNet16-120", "x-test"),
}
COSTS = {"cifar10": "cifar10", "cifar100": "cifar100", "imagenet16-120": "ImageNet16-120"}
RUNS = 3
#: No file of a directory holds more bytes than this once it is unpacked.
LARGEST = 1 << 25


def columns(epochs: Sequence[int]) -> list[str]:
    """Return the columns of the table.

    Means over runs and single runs of each split, and what an architecture costs.
    """
    means = [f"{name}_{count}ep" for count in epochs for name in SETS]
    accuracies = [name for mean in means for name in with_runs(mean, RUNS)]
    return [*accuracies, *cost_columns(COSTS)]


def read(folder: Path, strings: Sequence[str], epochs: Sequence[int], skip: frozenset[int]) -> Rows:
    """Yield a row for each architecture, but for those in *skip*.

    Args:
        folder: holds ``meta.pickle.pbz2`` and ``000000.pickle.pbz2`` and so on.
        strings: the benchmark's architectures in the order of their indices.
        epochs: the lengths of training that the directory has.
        skip: indices that are not wanted.
    """
    if not folder.is_dir():
        raise InputError(
            f"{folder} is no folder: name an unpacked NATS-Bench directory, whose name ends in "
            "-simple"
        )
    meta = _load(folder / "meta.pickle.pbz2")
    if not isinstance(meta, Mapping) or meta.get("meta_archs") != list(strings):
        raise InputError(
            f"{folder / 'meta.pickle.pbz2'} lists other architectures: it is of another "
            "benchmark or version"
        )
    for index, string in enumerate(strings):
        path = folder / f"{index:06d}.pickle.pbz2"
        yield Row(
            index,
            {} if index in skip else _values(path, string, epochs),
            (index + 1) / len(strings),
        )


def _load(path: Path) -> Any:
    """Return what a compressed pickle holds: containers, texts and numbers."""
    try:
        with bz2.open(path) as file:
            data = file.read(LARGEST + 1)
    except (OSError, EOFError) as error:
        raise InputError(
            f"cannot read {path}: {getattr(error, 'strerror', None) or error}: fetch it again"
        ) from error
    if len(data) > LARGEST:
        raise InputError(
            f"{path} unpacks to more than {LARGEST >> 20} MiB, which is none of NATS-Bench"
        )
    stream = PickleStream(data)
    try:
        content = stream.read()
    except PickleError as error:
        raise InputError(
            f"{path} is damaged, or no pickle of results ({error}): fetch it again"
        ) from error
    if stream.end != len(data):
        raise InputError(f"{path} is damaged: something follows the results")
    return content


def _values(path: Path, string: str, epochs: Sequence[int]) -> dict[str, float]:
    """Return the results of one architecture by column."""
    content = _load(path)
    try:
        values: dict[str, float] = {}
        for count in epochs:
            results = ArchResults.create_from_state_dict(_state(content[f"{count:02d}"]))
            if results.arch_str != string and _channels(results.arch_str) != string:
                raise ValueError(f"results of {repr(results.arch_str)}, not of {string!r}")
            for name, (dataset, split) in SETS.items():
                values |= _accuracies(results, f"{name}_{count}ep", dataset, split)
        for name, dataset in COSTS.items():
            costs = results.get_compute_costs(dataset)
            values |= {
                f"{name}_{cost}": float(costs[cost])
                for cost in ("params", "flops", "latency")
                if costs[cost] is not None
            }
    except Exception as error:  # the package's code on what a file says may raise anything
        what = f"{type(error).__name__}: {str(error)[:200]}"
        raise InputError(
            f"{path}: not the results of a NATS-Bench architecture ({what})"
        ) from error
    return values


def _state(content: Any) -> dict[str, Any]:
    """Return the state of results.

    Raises:
        ValueError: for anything else, which the package might take for the name of a file.
    """
    if not isinstance(content, dict) or not isinstance(runs := content.get("all_results"), dict):
        raise ValueError("no dictionary of results")
    if not all(isinstance(run, dict) for run in runs.values()):
        raise ValueError("no dictionary of a training run")
    return content


def _channels(text: object) -> str:
    return ":".join(map(str, text)) if isinstance(text, list | tuple) else ""


def _accuracies(results: ArchResults, column: str, dataset: str, split: str) -> dict[str, float]:
    """Return the mean over runs and the single runs, numbered by their seeds in ascending order."""
    if dataset not in results.get_dataset_names():
        return {}
    values = {column: float(results.get_metrics(dataset, split, is_random=False)["accuracy"])}
    for run, seed in enumerate(sorted(results.get_dataset_seeds(dataset)), 1):
        if run > RUNS:
            raise ValueError(f"more than {RUNS} runs")
        values[single_run(column, run)] = float(
            results.get_metrics(dataset, split, is_random=seed)["accuracy"]
        )
    return values
