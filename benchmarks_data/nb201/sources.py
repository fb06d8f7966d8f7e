"""Where NAS-Bench-201's trained results come from.

The table that installs from PyPI, or a folder of tables.

The PyPI package analog-nasbench (AnalogNAS-Bench) ships a pickle with the CIFAR-10 accuracy of all
15,625 cells after its own digital baseline training. The package itself is not imported: it needs
the retired ``pkg_resources``.

This is the one file that Python's unpickler reads, as it reads it in a tenth of the time that
:mod:`benchmarks_data.formats.pickles` takes and every run needs it. It is part of an installed
package, and none that a user names. The unpickler knows two classes that do nothing, and refuses
every other name before anything is called.
"""

from __future__ import annotations

import hashlib
import importlib.util
import io
import pickle
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from benchmarks_data.errors import InputError
from benchmarks_data.nb201 import space
from benchmarks_data.reading import read_bytes
from benchmarks_data.table import Table

PACKAGE, DISTRIBUTION = "analognasbench", "analog-nasbench"
#: The pickle's keys give the operation of each edge in this order, by these numbers.
PICKLED_EDGES = ((0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3))
PICKLED_OPERATIONS = ("skip_connect", "none", "nor_conv_3x3", "nor_conv_1x1", "avg_pool_3x3")
TARGET = "cifar10_test"


class _Record:
    """Stands in for the two record classes of the pickle; holds attributes and does nothing."""


class _RecordUnpickler(pickle.Unpickler):
    """An unpickler that knows two record classes and refuses every other name."""

    ALLOWED = frozenset(
        {(f"{PACKAGE}.data", "Architecture"), (f"{PACKAGE}.data", "DriftMeasurement")}
    )

    def find_class(self, module: str, name: str) -> type[_Record]:
        if (module, name) not in self.ALLOWED:
            raise InputError(f"it names {module}.{name}, which does not belong to it")
        return _Record


def embedded_path() -> Path:
    """Return the path of the installed pickle.

    Raises:
        InputError: the package is not installed.
    """
    package = importlib.util.find_spec(PACKAGE)
    folders = (package.submodule_search_locations if package else None) or []
    for folder in folders:
        if (path := Path(folder) / "data.anb").is_file():
            return path
    raise InputError(
        f"the embedded table is missing: pip install {DISTRIBUTION}, or give a folder of tables "
        "with --tables"
    )


def embedded() -> Table:
    """Return the installed table, whose values the caller may change.

    A process reads it once.

    Raises:
        InputError: as :func:`embedded_path` and :func:`read_embedded`.
    """
    table = _read_once(embedded_path())
    return replace(table, values=table.values.copy())


@cache
def _read_once(path: Path) -> Table:
    return read_embedded(path)


def read_embedded(path: Path) -> Table:
    """Read the pickle at *path* into a table with the single target ``cifar10_test``.

    Raises:
        InputError: the file is damaged, names a foreign class, or does not hold every cell once.
    """
    try:
        raw = read_bytes(path)
        records = _RecordUnpickler(io.BytesIO(raw)).load()
    except InputError as error:
        raise InputError(f"{path} is not trusted: {error}; reinstall {DISTRIBUTION}") from error
    except OSError as error:
        raise InputError(f"cannot read the embedded table {path}: {error.strerror}") from error
    except Exception as error:  # a damaged pickle may raise almost anything
        raise InputError(
            f"{path} is damaged ({type(error).__name__}: {error}): reinstall {DISTRIBUTION}"
        ) from error
    accuracies = _accuracies(path, records)
    values = (
        pd.DataFrame({TARGET: pd.Series(accuracies, dtype="float64")})
        .rename_axis("index")
        .sort_index()
    )
    return Table(DISTRIBUTION, hashlib.sha256(raw).hexdigest(), values)


def _accuracies(path: Path, records: Any) -> dict[int, float]:
    if not isinstance(records, dict) or len(records) != space.SIZE:
        raise InputError(f"{path} does not hold {space.SIZE} cells: reinstall {DISTRIBUTION}")
    accuracies = {}
    for key, record in records.items():
        accuracy = getattr(record, "baseline_accuracy", None)
        if not isinstance(accuracy, float | int) or not 0 <= accuracy <= 100:
            raise InputError(
                f"{path}: the accuracy of {key} is {accuracy!r}, not a percentage: reinstall "
                f"{DISTRIBUTION}"
            )
        try:
            operation = dict(
                zip(PICKLED_EDGES, (PICKLED_OPERATIONS[number] for number in key), strict=True)
            )
        except (IndexError, TypeError, ValueError):
            raise InputError(
                f"{path}: {key!r} is not a cell of six operations: reinstall {DISTRIBUTION}"
            ) from None
        cell = tuple(operation[edge] for edge in space.EDGES)
        accuracies[space.number(cell)] = float(accuracy)
    if len(accuracies) != space.SIZE:
        raise InputError(f"{path} names a cell twice: reinstall {DISTRIBUTION}")
    return accuracies
