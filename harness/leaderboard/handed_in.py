"""Scores that somebody hands in, ``scores.csv`` of a submission: read row by row, and checked."""

from __future__ import annotations

import csv
import io
import math
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd

import benchmarks_data
import proxies
from benchmarks_data.errors import InputError, NoTable, unknown
from benchmarks_data.listed import ListedBenchmark
from benchmarks_data.reading import read_text
from harness.terminal.checks import tables_folder
from proxies.entries import SEVERAL
from proxies.status import OK

SCORES = "scores.csv"
#: Bytes and rows of a file at most.
LARGEST, MOST = 2**26, 10**6
#: Different faults of rows that are named at most; of others their number is.
NAMED = 50
#: Characters of such a fault at most.
LONGEST = 400
COLUMNS = ("benchmark", "dataset", "proxy", "seed", "score")
#: Columns that may be there: a run's scores.csv has them. With a status, the file is a run's.
OPTIONAL = ("seconds", "status", "batch")
#: What a frame of usable rows has.
FRAME_COLUMNS = ("benchmark", "dataset", "index", "proxy", "seed", "arch", "score", "seconds")
#: An architecture is named by one of these, or by both.
ARCHITECTURE = ("index", "arch")
#: What a run's scores.csv lacks, as the run has one dataset.
DATASET = (
    ": add it, that of the networks, such as cifar10; a run's scores.csv has none, and "
    "docs/leaderboard.md shows how to add it"
)
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_NATURAL = re.compile(r"[0-9]{1,9}")
#: Python's float() takes more: digits of other scripts, and 1_0 for 10.
_NUMBER = re.compile(r"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?|-inf")


@dataclass(frozen=True)
class HandedIn:
    """What a file of scores holds.

    Attributes:
        scores: those that are usable, a frame of FRAME_COLUMNS.
        faults: a line for each fault of the file.
        left_out: a line for each kind of rows of a run that are no part of a submission.
        unchecked: a line for each benchmark whose rows cannot be checked, as its table is absent.
    """

    scores: pd.DataFrame
    faults: list[str]
    unchecked: list[str]
    left_out: list[str] = field(default_factory=list)


class _Faults:
    """Lines about rows: each different fault once, with the first line that has it."""

    def __init__(self) -> None:
        self._lines: dict[str, list[int]] = {}

    def add(self, line: int, text: str) -> None:
        self._lines.setdefault(text[:LONGEST], [line, 0])[1] += 1

    def lines(self) -> list[str]:
        shown = [
            f"{SCORES}, line {first}{f' and {count - 1:,} more' if count > 1 else ''}: {text}"
            for text, (first, count) in self._lines.items()
        ]
        left = len(shown) - NAMED
        return shown[:NAMED] + ([f"{SCORES}: {left:,} more faults of rows"] if left > 0 else [])


def read_handed_in(folder: Path) -> HandedIn:
    """Read the scores in a folder, and check each row.

    Raises:
        InputError: the file cannot be read, is too large, or is no CSV.
    """
    path = folder / SCORES
    rows: dict[tuple[Any, ...], tuple[str, float, float]] = {}
    faults, absent, left_out = _Faults(), dict[str, str](), Counter[str]()
    try:
        reader = csv.DictReader(io.StringIO(read_text(path, LARGEST), newline=""), restkey="")
        header = list(reader.fieldnames or ())
        if wrong := _faults_of_header(header):
            return HandedIn(_frame(rows), wrong, [])
        for line, row in _numbered(path, reader):
            if why := _no_part(row):
                left_out[why] += 1
                continue
            try:
                _take(line, row, rows, faults)
            except NoTable as error:
                absent[row["benchmark"]] = f"{SCORES}: rows of {row['benchmark']}: {error}"
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise InputError(f"cannot read {path}: {reason}") from error
    empty = [] if rows or absent else [f"{SCORES}: it has no usable row"]
    lines = [f"{SCORES}, left out: {why}: {count:,}" for why, count in left_out.items()]
    return HandedIn(_frame(rows), faults.lines() or empty, list(absent.values()), lines)


def _numbered(path: Path, reader: csv.DictReader[str]) -> Iterator[tuple[int, dict[str, Any]]]:
    for count, row in enumerate(reader, 1):
        if count > MOST:
            raise InputError(f"{path} has more than {MOST:,} rows: hand in several submissions")
        yield reader.line_num, row


def _no_part(row: Mapping[str, Any]) -> str:
    """Return why a row of a run's file is no part of a submission; empty if it may be one."""
    if "" in row or None in row.values():
        return ""
    if row.get("status", OK) != OK:
        return "rows without a score, by their status"
    if "status" in row and row["proxy"].partition("[")[0] in proxies.registered():
        return "rows of proxies of the harness, which computes their scores"
    if row.get("batch", "") not in ("", row["seed"]):
        return "rows whose batch is not their seed, as no board has them"
    return ""


def _faults_of_header(header: list[str]) -> list[str]:
    lines = [
        f"{SCORES}: column {name!r} is missing{DATASET if name == 'dataset' else ''}"
        for name in COLUMNS
        if name not in header
    ]
    if not set(ARCHITECTURE) & set(header):
        lines.append(f"{SCORES}: column 'index' or 'arch' is missing")
    known = (*COLUMNS, *ARCHITECTURE, *OPTIONAL)
    lines += [
        f"{SCORES}: {unknown('column', name[:60], known)}"
        for name in dict.fromkeys(header)
        if name not in known
    ]
    twice = sorted({name for name in header if header.count(name) > 1})
    return lines + [f"{SCORES}: column {name[:60]!r} is there twice" for name in twice]


def _take(
    line: int,
    row: Mapping[str, Any],
    rows: dict[tuple[Any, ...], tuple[str, float, float]],
    faults: _Faults,
) -> None:
    """Add a row to *rows*, or what is wrong with it to *faults*.

    Raises:
        NoTable: the row is of a list whose table is in no folder of tables.
    """

    def tried(read: Callable[..., Any], *given: str) -> Any:
        try:
            return read(*given)
        except NoTable:
            raise
        except InputError as error:
            faults.add(line, str(error))
            return None

    if "" in row or None in row.values():
        faults.add(line, "it has another number of fields than the first line")
        return
    benchmark, dataset = row["benchmark"], row["dataset"]
    index: Any = None
    if tried(_network, benchmark, dataset):
        index = tried(_index, benchmark, row.get("index", ""), row.get("arch", ""))
    proxy, seed = tried(_proxy, row["proxy"]), tried(_seed, row["seed"])
    score, seconds = tried(_score, row["score"]), tried(_seconds, row.get("seconds", ""))
    if None in (index, proxy, seed, score, seconds):
        return
    key = (benchmark, dataset, index, proxy, seed)
    if key in rows:
        faults.add(line, f"{proxy} of an architecture and seed of {benchmark} is there twice")
        return
    rows[key] = (benchmarks_data.get(benchmark).architecture(index).string, score, seconds)


@lru_cache(maxsize=256)
def _network(benchmark: str, dataset: str) -> bool:
    """Check the names of a benchmark and dataset; open a benchmark that is a list.

    Raises:
        InputError: one is unknown, or the list's table is in no folder of tables.
    """
    if benchmark not in benchmarks_data.names():
        raise unknown("benchmark", benchmark[:60], benchmarks_data.names())
    one = benchmarks_data.get(benchmark)
    if dataset not in one.datasets:
        raise unknown(f"dataset of {benchmark}:", dataset[:60], one.datasets)
    if isinstance(one, ListedBenchmark) and not one.is_open:
        one.table(tables_folder(None))
    return True


def _index(benchmark: str, index: str, arch: str) -> int:
    """Return the architecture that a row names, by its number, its string, or both alike."""
    one = benchmarks_data.get(benchmark)
    if not index and not arch:
        raise InputError("it names no architecture")
    if index and not _NATURAL.fullmatch(index):
        raise InputError(f"index {index[:60]!r} is no whole number from 0 on")
    if index and not int(index) < one.size:
        raise InputError(f"index {index} of {benchmark}: its architectures are 0 to {one.size - 1}")
    if not arch:
        return int(index)
    try:
        known = one.index(arch)
    except InputError as error:
        raise InputError(f"arch {arch[:120]!r} of {benchmark}: {error}") from error
    if index and one.architecture(int(index)).string != one.architecture(known).string:
        raise InputError(f"index {index} and arch of {benchmark} are two architectures")
    return int(index) if index else known


@lru_cache(maxsize=256)
def _proxy(text: str) -> str:
    if not _NAME.fullmatch(text):
        raise InputError(
            f"proxy {text[:60]!r}: a name is lower-case letters, digits and underscores, 40 at most"
        )
    if text in SEVERAL:
        raise InputError(f"proxy {text!r} stands for several proxies: choose another name")
    if text in proxies.registered():
        raise InputError(
            f"proxy {text!r} is one of the harness, which computes its scores: choose another name"
        )
    return text


def _seed(text: str) -> int:
    if not _NATURAL.fullmatch(text):
        raise InputError(f"seed {text[:60]!r} is no whole number from 0 on")
    return int(text)


def _score(text: str) -> float:
    """Return a score: a finite number, or -inf, which is the lowest of all."""
    value = _number(text)
    if math.isnan(value) or value == math.inf:
        raise InputError(f"score {text[:60]!r} is no number: leave out what has no score")
    return value


def _seconds(text: str) -> float:
    """Return seconds; NaN where none are given."""
    if not text:
        return math.nan
    value = _number(text)
    if not 0 <= value < math.inf:
        raise InputError(f"seconds {text[:60]!r} is no number from 0 on")
    return value


def _number(text: str) -> float:
    return float(text) if _NUMBER.fullmatch(text) else math.nan


def _frame(rows: Mapping[tuple[Any, ...], tuple[str, float, float]]) -> pd.DataFrame:
    every = [(*key, *values) for key, values in rows.items()]
    frame = pd.DataFrame(every, columns=list(FRAME_COLUMNS))
    return frame.astype({"index": int, "seed": int, "score": float, "seconds": float})
