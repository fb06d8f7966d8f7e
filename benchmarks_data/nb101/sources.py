"""Where NAS-Bench-101's trained results come from.

A table, or one of the samples that were republished with other benchmarks.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pandas as pd

from benchmarks_data.errors import InputError
from benchmarks_data.formats.cells import parse_accuracy, parse_index
from benchmarks_data.formats.places import table_files
from benchmarks_data.formats.table import read_table, read_text
from benchmarks_data.measurements import with_measurements
from benchmarks_data.nb101 import space
from benchmarks_data.table import Table
from benchmarks_data.target import Target

#: Columns of a sample beside accuracies.
CELL = ("index", "hash", "adj_upper_rowmajor", "ops")
#: Tables of some cells: that of other benchmarks, mostly of 5 and 6 vertices, and a random sample.
SAMPLES = ("nb101_subset", "nb101_random")


def read(folder: Path | None) -> Table:
    """Return the table in *folder*, or in several that it joins.

    One of the whole benchmark is taken before a sample, unless that was named itself.

    Raises:
        InputError: there is none, or there are two samples of which none was named itself.
    """
    files = table_files(folder, "nb101", ("nb101", *SAMPLES))
    whole = files.paths.get("nb101")
    if whole and files.chosen.isdisjoint(SAMPLES):
        table = read_table(
            whole, size=space.SIZE, datasets=("cifar10",), index_of=space.index, numbers=("params",)
        )
    else:
        table = read_subset(files.main)
    return with_measurements(table, files, space.SIZE, space.index)


def read_subset(path: Path) -> Table:
    """Read a table that describes its cells by columns ``hash``, ``adj_upper_rowmajor`` and ``ops``
    instead of ``arch``.
    """
    text, checksum = read_text(path)
    reader = csv.DictReader(io.StringIO(text, newline=""), restkey="excess")
    header = list(reader.fieldnames or ())
    if absent := [name for name in CELL if name not in header]:
        raise InputError(
            f"{path}, line 1: no column {absent[0]}, which a subset of NAS-Bench-101 has"
        )
    targets = [name for name in header if Target.parse(name).is_accuracy]
    rows: dict[int, list[float]] = {}
    try:
        for line, row in enumerate(reader, 2):
            if "excess" in row or None in row.values():
                raise InputError(
                    f"{path}, line {line}: not {len(header)} values: is the file cut off?"
                )
            index = parse_index(path, line, row["index"], space.SIZE)
            if index in rows:
                raise InputError(
                    f"{path}, line {line}: index {index} stands there a second time: keep one "
                    "row per architecture"
                )
            _check_cell(path, line, row, index)
            rows[index] = [parse_accuracy(path, line, name, row[name]) for name in targets]
    except csv.Error as error:
        raise InputError(f"{path}: not a CSV file ({error})") from error
    if not rows or not targets:
        raise InputError(f"{path} has no accuracy: is the file cut off?")
    values = pd.DataFrame.from_dict(rows, orient="index", columns=targets, dtype="float64")
    return Table(path.name, checksum, values.rename_axis("index").sort_index())


def _check_cell(path: Path, line: int, row: dict[str, str], index: int) -> None:
    text = f"{row['adj_upper_rowmajor']}:{row['ops']}"
    same = text == space.format_cell(space.cell(index))
    try:
        if row["hash"] != space.hash_of(index) or not (same or space.index(text) == index):
            raise InputError(f"hash, adj_upper_rowmajor and ops are not those of index {index}")
    except InputError as error:
        raise InputError(f"{path}, line {line}: {error}") from error
