"""Any CSV or Parquet file as a source, by a map from the table's columns to the file's."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from benchmarks_data.benchmark import Benchmark
from benchmarks_data.errors import InputError
from benchmarks_data.official import Row, Rows


def column_map(pairs: Sequence[str]) -> dict[str, str]:
    """Return a map of names NAME=COLUMN; raise InputError unless it has ``index`` or ``arch``, and a target."""
    names: dict[str, str] = {}
    for pair in pairs:
        name, found, column = pair.partition("=")
        if not (found and name and column) or name in names:
            raise InputError(f"--columns {pair}: expected NAME=COLUMN, each name once")
        names[name] = column
    if not {"index", "arch"} & names.keys() or not names.keys() - {"index", "arch"}:
        raise InputError("--columns: name the column of 'arch' or 'index' and of a target, as in arch=model cifar10_test=accuracy")
    return names


class Tabular:
    """Reads a benchmark's results from a CSV or Parquet file: see :class:`benchmarks_data.convert.Official`."""

    def __init__(self, benchmark: Benchmark, pairs: Sequence[str]) -> None:
        self._benchmark, self._names = benchmark, column_map(pairs)

    def columns(self) -> list[str]:
        """Return the targets of the map."""
        return [name for name in self._names if name not in ("index", "arch")]

    def read(self, path: Path, skip: frozenset[int]) -> Rows:
        """Yield a row for each architecture of the file, but for those in *skip*. Blank values stay blank."""
        frame, names = _frame(path), self._names
        if absent := [column for column in names.values() if column not in frame.columns]:
            raise InputError(f"{path} has no column {absent[0]!r}: it has {', '.join(map(str, frame.columns))}")
        for number, record in enumerate(frame[list(dict.fromkeys(names.values()))].to_dict("records"), 1):
            try:
                index = _index(self._benchmark, {name: record[column] for name, column in names.items()})
                values = {name: _number(record[names[name]]) for name in self.columns()}
            except (ValueError, TypeError) as error:
                raise InputError(f"{path}, row {number}: {error}") from error
            if index not in skip:
                yield Row(index, {name: value for name, value in values.items() if not math.isnan(value)}, number / len(frame))


def _frame(path: Path) -> pd.DataFrame:
    try:
        if path.suffix == ".parquet":
            return pd.read_parquet(path)
        return pd.read_csv(path, dtype=str, keep_default_na=False)
    except ImportError as error:
        raise InputError(f"{path}: Parquet files need pyarrow: pip install 'zeros-harness[parquet]'") from error
    except Exception as error:  # each engine has its own errors
        raise InputError(f"cannot read {path}: {str(error).splitlines()[0]}") from error


def _index(benchmark: Benchmark, record: dict[str, object]) -> int:
    """Return the index of a row that names its architecture, by both if it has both."""
    given = [benchmark.architecture(int(str(record["index"]))).index] if "index" in record else []
    given += [benchmark.index(str(record["arch"]))] if "arch" in record else []
    if len(set(given)) > 1:
        raise ValueError(f"{record['arch']!r} is not index {record['index']}")
    return given[0]


def _number(value: object) -> float:
    return math.nan if value in ("", None) else float(str(value))
