"""The one format of trained results: a CSV with ``index``, ``arch`` and one column per target.

Targets are named as in :mod:`benchmarks_data.target` and hold accuracies in percent; a blank cell
is a value that nobody published. Reading checks everything and refuses with the file, the line and
the fix.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import zlib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pandas as pd

from benchmarks_data.errors import InputError
from benchmarks_data.formats.cells import check_string, parse_accuracy, parse_index, parse_number
from benchmarks_data.formats.columns import without_columns
from benchmarks_data.reading import LARGEST_TEXT, read_bytes
from benchmarks_data.table import Table
from benchmarks_data.target import SPLITS, Target


def read_table(
    path: Path,
    *,
    size: int,
    datasets: Sequence[str],
    index_of: Callable[[str], int],
    numbers: Collection[str] = (),
    repeats: Mapping[int, int] = MappingProxyType({}),
    texts: Collection[str] = (),
) -> Table:
    """Read and check a table, which may list some of the architectures alone.

    Args:
        path: a CSV file, compressed when its name ends in ``.gz``.
        size: number of architectures in the benchmark; indices run from 0 to size - 1.
        datasets: those that a column may name.
        index_of: maps an architecture string to its index, raising InputError.
        numbers: columns that hold numbers of any size instead of accuracies.
        repeats: of an index whose architecture is that of another, the index that *index_of* has.
        texts: columns that hold text, which are left out.

    Raises:
        InputError: the file is missing, truncated, or not a table of this benchmark.
    """
    text, checksum = read_text(path)
    try:
        text = without_columns(text, texts)
        lines = enumerate(csv.reader(io.StringIO(text, newline="")), 1)
        _, header = next(lines, (1, []))
        targets = _check_header(path, header, datasets, numbers)
        values = _without_fault(text, size, index_of, set(targets).difference(numbers), repeats)
        if values is None:
            values = read_rows(path, lines, header, size, index_of, numbers, repeats)
    except csv.Error as error:
        raise InputError(f"{path}: not a CSV file ({error})") from error
    if values.empty:
        raise InputError(f"{path} lists no architecture: is the file cut off?")
    return Table(path.name, checksum, values.rename_axis("index").sort_index())


def _without_fault(
    text: str,
    size: int,
    index_of: Callable[[str], int],
    percents: Collection[str],
    repeats: Mapping[int, int],
) -> pd.DataFrame | None:
    """Return the values of a table in which all is well, or None.

    Then :func:`read_rows` says what is wrong, and where.
    """
    try:
        frame = pd.read_csv(
            io.StringIO(text), keep_default_na=False, na_values=[""], dtype={"arch": str}
        )
        named = [index_of(string) for string in frame["arch"]]
    except (ValueError, AttributeError):  # pandas' parser errors are ValueErrors
        return None
    cells = text.count(",") == (len(frame) + 1) * (frame.shape[1] - 1) and '"' not in text
    lines = text.rstrip("\n").count("\n") == len(frame)
    numeric = (
        all(kind.kind in "fi" for name, kind in frame.dtypes.items() if name != "arch")
        and frame["index"].dtype.kind == "i"
    )
    if not (
        cells
        and lines
        and numeric
        and frame["index"].is_unique
        and named == [repeats.get(index, index) for index in frame["index"]]
    ):
        return None
    values = frame.set_index("index").drop(columns="arch").astype(np.float64)
    accuracies = values[list(percents)]
    if (
        not values.index.isin(range(size)).all()
        or np.isinf(values).any(axis=None)
        or ((accuracies < 0) | (accuracies > 100)).any(axis=None)
    ):
        return None
    return values


def read_rows(
    path: Path,
    lines: Iterable[tuple[int, list[str]]],
    header: list[str],
    size: int,
    index_of: Callable[[str], int],
    numbers: Collection[str],
    repeats: Mapping[int, int] = MappingProxyType({}),
) -> pd.DataFrame:
    """Return the values of the numbered *lines* of a table.

    Raise InputError with the line of the first fault.

    Beside ``index`` and perhaps ``arch``, columns hold accuracies, and those of *numbers* any
    number.
    """
    first = 2 if header[1] == "arch" else 1
    rows: dict[int, list[float]] = {}
    for line, row in lines:
        if len(row) != len(header):
            raise InputError(
                f"{path}, line {line}: {len(row)} values, expected {len(header)}: is the file "
                "cut off?"
            )
        index = parse_index(path, line, row[0], size)
        if index in rows:
            raise InputError(
                f"{path}, line {line}: index {index} stands there a second time: keep one row "
                "per architecture"
            )
        if first == 2:
            check_string(path, line, row[1], repeats.get(index, index), index_of)
        cells = zip(header[first:], row[first:], strict=True)
        rows[index] = [
            (parse_number if name in numbers else parse_accuracy)(path, line, name, cell)
            for name, cell in cells
        ]
    return pd.DataFrame.from_dict(rows, orient="index", columns=header[first:], dtype=np.float64)


def read_text(path: Path) -> tuple[str, str]:
    """Return the text of a file, which may be compressed, and the sha256 of its bytes.

    Raises:
        InputError: it has none.
    """
    try:
        raw = read_bytes(path)
    except OSError as error:
        raise InputError(f"cannot read table {path}: {error.strerror}") from error
    try:
        data = _unpacked(path, raw) if path.suffix == ".gz" else raw
        return data.decode("utf-8"), hashlib.sha256(raw).hexdigest()
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise InputError(f"{path} is truncated or not gzip ({error}): fetch it again") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is not UTF-8 text: a table is a CSV file") from error


def _unpacked(path: Path, raw: bytes) -> bytes:
    """Return the content of a compressed file; raise InputError where it would fill the memory."""
    with gzip.GzipFile(fileobj=io.BytesIO(raw)) as file:
        data = file.read(LARGEST_TEXT + 1)
    if len(data) > LARGEST_TEXT:
        raise InputError(f"{path} unpacks to more than {LARGEST_TEXT // 2**20} MiB: it is no table")
    return data


def _check_header(
    path: Path, header: list[str], datasets: Sequence[str], numbers: Collection[str]
) -> list[str]:
    if header[:2] != ["index", "arch"] or len(header) < 3:
        given = ", ".join(header[:3]) or "nothing"
        raise InputError(
            f"{path}, line 1: a table's columns are index, arch and then targets, not {given}"
        )
    for number, name in enumerate(header[2:], 3):
        if name not in numbers and Target.parse(name).dataset not in datasets:
            raise InputError(
                f"{path}, line 1: column {number} is {name!r}, expected "
                "dataset_split[_epochsep][_runN] with a dataset among "
                f"{', '.join(datasets)} and a split among {', '.join(SPLITS)}"
            )
        if header.index(name) != number - 1:
            raise InputError(f"{path}, line 1: column {name!r} stands there twice")
    return header[2:]
