"""A table of trained results that somebody has as a frame in memory."""

from __future__ import annotations

import hashlib
import re
from typing import Any

import numpy as np
import pandas as pd

from benchmarks_data.benchmark import Benchmark
from benchmarks_data.errors import InputError
from benchmarks_data.populations import index_of
from benchmarks_data.table import Table
from benchmarks_data.target import Target

#: What people see as the table's name.
NAME = "DataFrame"
_KEYS = ("index", "arch")
_COLUMN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")


def table_of_frame(frame: pd.DataFrame, benchmark: Benchmark) -> Table:
    """Return the table in a frame of numbers, one column per target, NaN where unknown.

    A row is of the architecture that its column ``index`` or ``arch`` names, or without these its
    label: an index, or an architecture string. Columns called accuracies
    (:mod:`benchmarks_data.target`) are in percent; others hold any numbers.

    Raises:
        InputError: the frame is empty, a row is of no architecture or of one that another row is
            of, or a column holds something else.
    """
    if frame.empty:
        raise InputError("the table has no row, or no column: give one row per architecture")
    if not frame.columns.is_unique:
        twice = frame.columns[frame.columns.duplicated()][0]
        raise InputError(f"the table has column {twice!r} twice: rename one")
    indices = _indices(frame, benchmark)
    columns = [column for column in frame.columns if column not in _KEYS]
    if not columns:
        raise InputError("the table has no column of a target: add one of numbers")
    values = {column: _numbers(frame[column], column) for column in columns}
    filled = pd.DataFrame(values, index=pd.Index(indices, name="index")).sort_index()
    checksum = hashlib.sha256(filled.to_csv().encode()).hexdigest()
    return Table(NAME, checksum, filled)


def _indices(frame: pd.DataFrame, benchmark: Benchmark) -> list[int]:
    """Return the architecture of each row."""
    given = [key for key in _KEYS if key in frame]
    columns = [frame[key] for key in given] or [frame.index.to_series()]
    named = [[_index(one, row, benchmark) for row, one in enumerate(column)] for column in columns]
    indices = named[0]
    for row, others in enumerate(zip(*named, strict=True)):
        if len(set(others)) > 1:
            raise InputError(f"the table, row {row}: index and arch are of two architectures")
    if len(set(indices)) < len(indices):
        twice = next(index for row, index in enumerate(indices) if index in indices[:row])
        raise InputError(
            f"the table has two rows of architecture {twice}: keep one row per architecture"
        )
    return indices


def _index(one: Any, row: int, benchmark: Benchmark) -> int:
    try:
        return index_of(benchmark, one, benchmark.index)
    except InputError as error:
        raise InputError(f"the table, row {row}: {error}") from error


def _numbers(column: pd.Series, name: Any) -> np.ndarray[Any, np.dtype[np.float64]]:
    if not isinstance(name, str) or not _COLUMN.fullmatch(name):
        raise InputError(
            f"the table, column {name!r}: a name is text of letters, digits, underscores, points "
            "and hyphens alone"
        )
    if not pd.api.types.is_numeric_dtype(column) or pd.api.types.is_bool_dtype(column):
        raise InputError(
            f"the table, column {name!r} holds something else than numbers: leave it out"
        )
    values = column.to_numpy(np.float64, na_value=np.nan)
    if np.isinf(values).any():
        raise InputError(f"the table, column {name!r} holds infinity: blank it, or leave it out")
    if Target.parse(name).is_accuracy and ((values < 0) | (values > 100)).any():
        raise InputError(
            f"the table, column {name!r} is called an accuracy, and not all of it is from 0 to "
            "100 percent"
        )
    return values
