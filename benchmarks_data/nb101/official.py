"""The official NAS-Bench-101 files ``nasbench_only108.tfrecord`` and ``nasbench_full.tfrecord``,
without TensorFlow.

Each record (:mod:`benchmarks_data.formats.tfrecord`) is a JSON row: hash, epochs, adjacency,
operations, and a base64 protocol buffer ``ModelMetrics`` whose evaluations are those of one
training run at its start, half and end.
"""

from __future__ import annotations

import base64
import json
import math
import re
import struct
from collections import defaultdict
from pathlib import Path

from benchmarks_data.errors import InputError
from benchmarks_data.formats.official import Row, Rows
from benchmarks_data.formats.protobuf import fields
from benchmarks_data.formats.tfrecord import records
from benchmarks_data.nb101 import space
from benchmarks_data.target import single_run, with_runs

#: Fields of an evaluation (protocol buffer ``EvaluationData``) -> the split of a column.
SPLITS = {3: "train", 4: "valid", 5: "test"}
EPOCHS = (4, 12, 36, 108)
RUNS = 3
#: Of a training run: at its start, half and end.
EVALUATIONS = 3
OPERATIONS = ("input", "conv3x3-bn-relu", "conv1x1-bn-relu", "maxpool3x3", "output")
LARGEST_RECORD = 1 << 20
#: Whether the official files have every architecture: a subset of NAS-Bench-101 is one of its own
#: records.
COMPLETE = False


def columns() -> list[str]:
    """Return the columns of the table.

    Means over runs and single runs for each split and number of epochs, and parameters.
    """
    names = [f"cifar10_{split}_{epochs}ep" for epochs in EPOCHS for split in SPLITS.values()]
    return [
        *(name for mean in names for name in with_runs(mean, RUNS)),
        "params",
    ]


def read(path: Path, skip: frozenset[int]) -> Rows:
    """Yield a row for each cell, in the order of indices, but for those in *skip*.

    The file is read once before the first.

    Accuracies are those at the end of each training run in percent, as ``get_metrics_from_hash`` of
    nasbench gives them.
    """
    cells: dict[int, dict[str, float]] = defaultdict(dict)
    size = path.stat().st_size
    for number, (record, place) in enumerate(records(path, LARGEST_RECORD, "NAS-Bench-101"), 1):
        try:
            index, epochs, params, accuracies = _parse(record)
        except (
            ValueError,
            KeyError,
            IndexError,
            TypeError,
            OverflowError,
            struct.error,
            RecursionError,
        ) as error:
            raise InputError(
                f"{path}, record {number}: not a row of NAS-Bench-101 ({error})"
            ) from error
        _add(cells[index], epochs, params, accuracies, f"{path}, record {number}")
        if number % 2000 == 0:
            yield Row(None, {}, 0.95 * place / size)
    if not cells:
        raise InputError(
            f"{path} holds no record: is it nasbench_only108.tfrecord or nasbench_full.tfrecord?"
        )
    for count, index in enumerate(sorted(cells), 1):
        yield Row(
            index,
            {} if index in skip else _with_means(cells[index]),
            0.95 + 0.05 * count / len(cells),
        )


def _parse(record: bytes) -> tuple[int, int, int, dict[str, float]]:
    """Return index, epochs, parameters and final accuracies by split of a row."""
    fingerprint, epochs, adjacency, operations, encoded = json.loads(record)
    if epochs not in EPOCHS:
        raise ValueError(f"{epochs!r} epochs")
    _check_graph(adjacency, operations)
    index = space.index(fingerprint)
    evaluations: list[bytes] = []
    params = -1
    for field, value in fields(base64.b64decode(encoded, validate=True)):
        if field == 1 and isinstance(value, bytes):
            evaluations.append(value)
        elif field == 2 and isinstance(value, int):
            params = value
    if params < 0 or len(evaluations) != EVALUATIONS:
        raise ValueError(
            f"{len(evaluations)} evaluations where {EVALUATIONS} are expected, or no number of "
            "parameters"
        )
    final = {SPLITS[field]: value for field, value in fields(evaluations[-1]) if field in SPLITS}
    if absent := set(SPLITS.values()) - set(final):
        raise ValueError(f"no accuracy of {', '.join(sorted(absent))}")
    accuracies = {split: 100 * float(value) for split, value in final.items()}
    if not all(0 <= value <= 100 for value in accuracies.values()):
        raise ValueError("an accuracy outside 0 to 1")
    return index, epochs, params, accuracies


def _check_graph(adjacency: object, operations: object) -> None:
    """Raise ValueError unless matrix and operations are written as those of a cell."""
    kinds = str(operations).split(",")
    if any(kind not in OPERATIONS for kind in kinds):
        raise ValueError("operations that are not those of a cell")
    if not re.fullmatch(f"[01]{{{len(kinds) ** 2}}}", str(adjacency)):
        raise ValueError("a matrix that is not as large as the list of operations")


def _add(
    cell: dict[str, float], epochs: int, params: int, accuracies: dict[str, float], where: str
) -> None:
    """Add a training run's accuracies to those of its cell."""
    run = next(
        (
            run
            for run in range(1, RUNS + 1)
            if single_run(f"cifar10_test_{epochs}ep", run) not in cell
        ),
        None,
    )
    if run is None or cell.setdefault("params", params) != params:
        raise InputError(
            f"{where}: more than {RUNS} runs of a cell, or another number of parameters than before"
        )
    cell |= {
        single_run(f"cifar10_{split}_{epochs}ep", run): value for split, value in accuracies.items()
    }


def _with_means(cell: dict[str, float]) -> dict[str, float]:
    """Return a cell's values, and the mean over the runs of each split and number of epochs."""
    means = {}
    for epochs in EPOCHS:
        for split in SPLITS.values():
            name = f"cifar10_{split}_{epochs}ep"
            runs = [cell[run] for run in with_runs(name, RUNS)[1:] if run in cell]
            if runs:
                means[name] = math.fsum(runs) / len(runs)
    return cell | means
