"""Further numbers of a benchmark's architectures, such as latencies.

Tables ``{benchmark}_{what}.csv[.gz]`` beside the main one.

A table of measurements has a column ``index``, perhaps ``arch``, and columns of numbers in any
unit, blank where unknown. It may leave architectures out.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import replace
from pathlib import Path

import pandas as pd

from benchmarks_data.benchmark import Benchmark
from benchmarks_data.errors import InputError
from benchmarks_data.formats.places import TableFiles, table_files
from benchmarks_data.formats.table import read_rows, read_table, read_text
from benchmarks_data.table import Table

_COLUMN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")


def table_in(folder: Path | None, benchmark: Benchmark, numbers: Collection[str] = ()) -> Table:
    """Return a benchmark's table, with the measurements beside it.

    Args:
        folder: of tables, or several joined (:mod:`benchmarks_data.formats.places`), of which one
            holds ``{benchmark}.csv[.gz]``.
        benchmark: whose table it is.
        numbers: columns of the table that hold numbers of any size instead of accuracies.

    Raises:
        InputError: no folder was named, or a file in it is missing or not of this benchmark.
    """
    files = table_files(folder, benchmark.name)
    table = read_table(
        files.main,
        size=benchmark.size,
        datasets=tuple(benchmark.datasets),
        index_of=benchmark.index,
        numbers=numbers,
    )
    return with_measurements(table, files, benchmark.size, benchmark.index)


def with_measurements(
    table: Table,
    files: TableFiles,
    size: int,
    index_of: Callable[[str], int],
    *,
    by_arch: bool = False,
) -> Table:
    """Return *table* with the columns of the tables of measurements among *files*.

    With *by_arch* each file must name its architectures, as those of a list, where an index alone
    could mean that of another list.

    A column whose name stands in several files is called after its file:
    ``nb201_hardware_cifar10.csv`` gives ``hardware_cifar10_raspi4_latency``.

    Raises:
        InputError: such a file is not a table of measurements of this benchmark.
    """
    frames: dict[str, pd.DataFrame] = {}
    checksums = {}
    for what, path in files.measurements.items():
        frames[what], checksums[path.name] = _read(path, size, index_of, by_arch)
    times = Counter([*table.values.columns, *(name for frame in frames.values() for name in frame)])
    renamed = [
        frame.reindex(table.values.index).rename(
            columns={name: f"{what}_{name}" for name in frame if times[name] > 1}
        )
        for what, frame in frames.items()
    ]
    values = pd.concat([table.values, *renamed], axis=1)
    if not values.columns.is_unique:
        twice = values.columns[values.columns.duplicated()][0]
        raise InputError(
            f"the tables {', '.join(checksums)} in {files.places} have column {twice!r} twice: "
            "rename one"
        )
    return replace(table, values=values, measurements=checksums)


def _read(
    path: Path, size: int, index_of: Callable[[str], int], by_arch: bool
) -> tuple[pd.DataFrame, str]:
    """Return the columns of numbers of one file, and its checksum."""
    text, checksum = read_text(path)
    lines = enumerate(csv.reader(io.StringIO(text, newline="")), 1)
    try:
        _, header = next(lines, (1, []))
        columns = _columns(path, header)
        if by_arch and header[1:2] != ["arch"]:
            raise InputError(
                f"{path}, line 1: measurements of a list have a column arch after index: an index "
                "alone could be that of another list"
            )
        frame = read_rows(path, lines, header, size, index_of, columns)
    except csv.Error as error:
        raise InputError(f"{path}: not a CSV file ({error})") from error
    return frame.rename_axis("index"), checksum


def _columns(path: Path, header: list[str]) -> list[str]:
    columns = header[2:] if header[1:2] == ["arch"] else header[1:]
    if header[:1] != ["index"] or not columns:
        raise InputError(
            f"{path}, line 1: a table of measurements has a column index, perhaps arch, and then "
            "columns of numbers"
        )
    for name in columns:
        if not _COLUMN.fullmatch(name):
            raise InputError(
                f"{path}, line 1: column {name!r}: a name has letters, digits, underscores, "
                "points and hyphens alone"
            )
        if columns.count(name) > 1:
            raise InputError(f"{path}, line 1: column {name!r} stands there twice")
    return columns
