"""Any CSV or Parquet file as a source, by a map from the table's columns to the file's."""

from __future__ import annotations

import csv
import gzip
import io
import math
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from benchmarks_data.benchmark import Benchmark
from benchmarks_data.errors import InputError
from benchmarks_data.formats.cells import parse_accuracy, parse_number
from benchmarks_data.formats.official import Row, Rows
from benchmarks_data.target import Target


def column_map(pairs: Sequence[str]) -> dict[str, str]:
    """Return a map of names NAME=COLUMN.

    Raises:
        InputError: unless it has ``index`` or ``arch``, and a target.
    """
    names: dict[str, str] = {}
    for pair in pairs:
        name, equals, column = pair.partition("=")
        if not (equals and name and column) or name in names:
            raise InputError(f"--columns {pair}: expected NAME=COLUMN, each name once")
        names[name] = column
    if not {"index", "arch"} & names.keys() or not names.keys() - {"index", "arch"}:
        raise InputError(
            "--columns: name the column of 'arch' or 'index' and of a target, as in arch=model "
            "cifar10_test=accuracy"
        )
    return names


class Tabular:
    """Reads a benchmark's results from a CSV or Parquet file.

    See :class:`benchmarks_data.formats.official.Official`.
    """

    #: A user's file may list some of the architectures.
    COMPLETE = False

    def __init__(self, benchmark: Benchmark, pairs: Sequence[str]) -> None:
        self._benchmark, self._names = benchmark, column_map(pairs)

    def columns(self) -> list[str]:
        """Return the targets of the map."""
        return [name for name in self._names if name not in ("index", "arch")]

    def read(self, path: Path, skip: frozenset[int]) -> Rows:
        """Yield a row for each architecture of the file, but for those in *skip*.

        Blank values stay blank.
        """
        largest: dict[str, float] = {}
        for line, cells, done in (
            _parquet(path, self._names) if path.suffix == ".parquet" else _csv(path, self._names)
        ):
            try:
                index = _index(self._benchmark, cells)
            except ValueError as error:
                raise InputError(f"{path}, line {line}: {error}") from error
            values = {name: self._number(path, line, name, cells[name]) for name in self.columns()}
            values = {name: value for name, value in values.items() if not math.isnan(value)}
            largest |= {
                name: max(value, largest.get(name, value)) for name, value in values.items()
            }
            yield Row(index, {} if index in skip else values, done)
        for name, value in largest.items():
            # Under a strong attack not one percent may be left.
            if Target.parse(name).split and value <= 1:
                raise InputError(
                    f"{path}: column {self._names[name]!r} is {value:g} at most: an accuracy is "
                    "in percent, so multiply it by 100"
                )

    def _number(self, path: Path, line: int, name: str, cell: str) -> float:
        """Return the number in a cell, which is a percentage where the target is an accuracy.

        NaN for a blank.
        """
        parse = parse_accuracy if Target.parse(name).is_accuracy else parse_number
        return parse(path, line, self._names[name], cell)


#: The line of a row, its cells by the table's names, and which part of the file has been read.
_Cells = Iterator[tuple[int, dict[str, str], float]]


def _places(path: Path, header: Sequence[str], names: dict[str, str]) -> dict[str, int]:
    """Return where each name's column stands.

    Raises:
        InputError: one is absent or stands there twice.
    """
    for column in names.values():
        if header.count(column) != 1:
            what = "twice" if column in header else f"nowhere: there are {', '.join(header)}"
            raise InputError(f"{path}: column {column!r} stands {what}")
    return {name: header.index(column) for name, column in names.items()}


def _csv(path: Path, names: dict[str, str]) -> _Cells:
    size = path.stat().st_size
    try:
        with path.open("rb") as raw:
            unpacked: Any = gzip.GzipFile(fileobj=raw) if path.suffix == ".gz" else raw
            reader = csv.reader(io.TextIOWrapper(unpacked, encoding="utf-8", newline=""))
            header = next(reader, [])
            places = _places(path, header, names)
            for cells in reader:
                if len(cells) != len(header):
                    where = f"{path}, line {reader.line_num}"
                    raise InputError(
                        f"{where}: {len(cells)} values, expected {len(header)}: is the file cut "
                        "off?"
                    )
                yield (
                    reader.line_num,
                    {name: cells[place] for name, place in places.items()},
                    raw.tell() / size,
                )
    except (OSError, EOFError, zlib.error, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"cannot read {path}: {error}") from error


def _parquet(path: Path, names: dict[str, str]) -> _Cells:
    try:
        from pyarrow import parquet
    except ImportError as error:
        raise InputError(f"{path}: Parquet files need pyarrow: pip install pyarrow") from error
    try:
        file = parquet.ParquetFile(path)
        _places(path, file.schema_arrow.names, names)
        table = file.read(columns=list(dict.fromkeys(names.values()))).to_pydict()
    except InputError:
        raise
    except Exception as error:  # the engine has errors of its own
        raise InputError(
            f"cannot read {path}: {(str(error).splitlines() or [type(error).__name__])[0]}"
        ) from error
    count = len(next(iter(table.values())))
    for row in range(count):
        cells = {name: table[column][row] for name, column in names.items()}
        yield (
            row + 1,
            {name: "" if cell is None else str(cell) for name, cell in cells.items()},
            (row + 1) / count,
        )


def _index(benchmark: Benchmark, cells: dict[str, str]) -> int:
    """Return the index of a row that names its architecture, by both if it has both."""
    given = []
    if "index" in cells:
        if not (cells["index"].isascii() and cells["index"].isdigit() and len(cells["index"]) < 19):
            raise InputError(f"{cells['index']!r} is no index")
        given.append(benchmark.architecture(int(cells["index"])).index)
    if "arch" in cells:
        given.append(benchmark.index(cells["arch"]))
    if len(set(given)) > 1:
        raise InputError(f"{cells['arch']!r} is not index {cells['index']}")
    return given[0]
