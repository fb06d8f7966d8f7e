"""The official NAS-Bench-101 files ``nasbench_only108.tfrecord`` and ``nasbench_full.tfrecord``,
without TensorFlow.

A TFRecord file is a sequence of length (8 bytes), checksum of the length (4), data, checksum of the
data (4), little endian. Each record is a JSON row: hash, epochs, adjacency, operations, and a
base64 protocol buffer ``ModelMetrics`` whose evaluations are those of one training run at its
start, half and end.
"""

from __future__ import annotations

import base64
import json
import math
import re
import struct
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import google_crc32c

from benchmarks_data.errors import InputError
from benchmarks_data.nb101 import space
from benchmarks_data.official import Row, Rows

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
        *(
            name
            for mean in names
            for name in (mean, *(f"{mean}_run{run}" for run in range(1, RUNS + 1)))
        ),
        "params",
    ]


def read(path: Path, skip: frozenset[int]) -> Rows:
    """Yield a row for each cell, in the order of indices, but for those in *skip*.

    The file is read once before the first.

    Accuracies are those at the end of each training run in percent, as ``get_metrics_from_hash`` of
    nasbench gives them.
    """
    found: dict[int, dict[str, float]] = defaultdict(dict)
    size = path.stat().st_size
    for number, (record, place) in enumerate(_records(path), 1):
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
        _add(found[index], epochs, params, accuracies, f"{path}, record {number}")
        if number % 2000 == 0:
            yield Row(None, {}, 0.95 * place / size)
    if not found:
        raise InputError(
            f"{path} holds no record: is it nasbench_only108.tfrecord or nasbench_full.tfrecord?"
        )
    for count, index in enumerate(sorted(found), 1):
        yield Row(
            index,
            {} if index in skip else _with_means(found[index]),
            0.95 + 0.05 * count / len(found),
        )


def _records(path: Path) -> Iterator[tuple[bytes, int]]:
    """Yield the data of each record and where it ends.

    Raises:
        InputError: for a file that is cut off or damaged.
    """
    with path.open("rb") as file:
        while head := file.read(12):
            at = file.tell() - len(head)
            if len(head) < 12 or _masked(head[:8]) != struct.unpack("<I", head[8:])[0]:
                raise InputError(f"{path}, byte {at}: no TFRecord, or cut off: fetch it again")
            length = struct.unpack("<Q", head[:8])[0]
            if length > LARGEST_RECORD:
                raise InputError(
                    f"{path}, byte {at}: a record of {length} bytes is none of NAS-Bench-101"
                )
            yield _checked(file, length, path, at), file.tell()


def _checked(file: IO[bytes], length: int, path: Path, at: int) -> bytes:
    data, tail = file.read(length), file.read(4)
    if len(data) < length or len(tail) < 4:
        raise InputError(f"{path}, byte {at}: the file is cut off: fetch it again")
    if _masked(data) != struct.unpack("<I", tail)[0]:
        raise InputError(f"{path}, byte {at}: the record is damaged: fetch the file again")
    return data


def _masked(data: bytes) -> int:
    """Return TFRecord's masked CRC-32C of *data*."""
    checksum: int = google_crc32c.value(data)
    return ((checksum >> 15 | checksum << 17) + 0xA282EAD8) & 0xFFFFFFFF


def _parse(record: bytes) -> tuple[int, int, int, dict[str, float]]:
    """Return index, epochs, parameters and final accuracies by split of a row."""
    fingerprint, epochs, adjacency, operations, encoded = json.loads(record)
    if epochs not in EPOCHS:
        raise ValueError(f"{epochs!r} epochs")
    _check_graph(adjacency, operations)
    index = space.index(fingerprint)
    evaluations: list[bytes] = []
    params = -1
    for field, value in _fields(base64.b64decode(encoded, validate=True)):
        if field == 1 and isinstance(value, bytes):
            evaluations.append(value)
        elif field == 2 and isinstance(value, int):
            params = value
    if params < 0 or len(evaluations) != EVALUATIONS:
        raise ValueError(
            f"{len(evaluations)} evaluations where {EVALUATIONS} are expected, or no number of "
            "parameters"
        )
    final = {SPLITS[field]: value for field, value in _fields(evaluations[-1]) if field in SPLITS}
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


def _fields(message: bytes) -> Iterator[tuple[int, Any]]:
    """Yield the fields of a protocol buffer by number: integers, doubles and bytes."""
    place = 0
    while place < len(message):
        key, place = _varint(message, place)
        field, kind = key >> 3, key & 7
        if kind == 0:
            value, place = _varint(message, place)
            yield field, value
        elif kind == 1:
            yield field, struct.unpack_from("<d", message, place)[0]
            place += 8
        elif kind == 2:
            length, place = _varint(message, place)
            if place + length > len(message):
                raise ValueError("a protocol buffer that is cut off")
            yield field, message[place : place + length]
            place += length
        elif kind == 5:
            yield field, struct.unpack_from("<f", message, place)[0]
            place += 4
        else:
            raise ValueError(f"no protocol buffer: wire type {kind}")


def _varint(message: bytes, place: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        byte = message[place]
        place += 1
        value |= (byte & 0x7F) << shift
        if not byte & 0x80:
            return value, place
    raise ValueError("a number of more than 64 bits")


def _add(
    cell: dict[str, float], epochs: int, params: int, accuracies: dict[str, float], where: str
) -> None:
    """Add a training run's accuracies to those of its cell."""
    run = next(
        (run for run in range(1, RUNS + 1) if f"cifar10_test_{epochs}ep_run{run}" not in cell), None
    )
    if run is None or cell.setdefault("params", params) != params:
        raise InputError(
            f"{where}: more than {RUNS} runs of a cell, or another number of parameters than before"
        )
    cell |= {f"cifar10_{split}_{epochs}ep_run{run}": value for split, value in accuracies.items()}


def _with_means(cell: dict[str, float]) -> dict[str, float]:
    """Return a cell's values, and the mean over the runs of each split and number of epochs."""
    means = {}
    for epochs in EPOCHS:
        for split in SPLITS.values():
            name = f"cifar10_{split}_{epochs}ep"
            runs = [
                cell[f"{name}_run{run}"] for run in range(1, RUNS + 1) if f"{name}_run{run}" in cell
            ]
            if runs:
                means[name] = math.fsum(runs) / len(runs)
    return cell | means
