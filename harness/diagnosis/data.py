"""What lies on the disk: tables, the store of scores, reports."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path

import benchmarks_data
from benchmarks_data.errors import NoTable
from harness.diagnosis.finding import LEAST_FREE, Finding
from harness.scoring.store import APPLICATION_ID, VERSION

#: The benchmark of a run that names none.
DEFAULT = "nb201"


def tables(folder: Path | None) -> Iterator[Finding]:
    """Yield the table of each benchmark: of how many architectures, and with which targets.

    Each is read whole, as a run reads it.
    """
    yield Finding(
        f"folders of tables: {folder}"
        if folder
        else "folders of tables: none (--tables DIR or NAS_TABLES names them)"
    )
    for name in sorted(benchmarks_data.names(), key=lambda name: (name != DEFAULT, name)):
        yield _table(name, folder)


def _table(name: str, folder: Path | None) -> Finding:
    try:
        benchmark = benchmarks_data.get(name)
        table = benchmark.table(folder)
    except Exception as error:  # a benchmark of another package may raise anything
        text = " ".join(str(error).split()) or type(error).__name__
        return Finding(f"{name}: {text}", _mend(name, folder, error), fatal=name == DEFAULT)
    count = len(table.values)
    amount = "all" if count == benchmark.size else f"{count:,} of"
    targets = ", ".join(map(str, table.values.columns))
    return Finding(
        f"{name}: {table.name}, {amount} {benchmark.size:,} architectures; targets {targets}"
    )


def _mend(name: str, folder: Path | None, error: Exception) -> str:
    """Return what mends a benchmark without a table, of which *error* says what is wrong."""
    text = str(error)
    if text.startswith(("no folder of tables", "an empty name", "cannot look into")):
        return "name folders that exist with --tables, or unset NAS_TABLES"
    if text.startswith(("several tables of", "two tables are called")):
        return f"name one of these files in --tables too, where {name} is scored"
    if not isinstance(error, NoTable):
        return "mend or fetch again what it names"
    known = find_spec(f"benchmarks_data.{name}") and find_spec(f"benchmarks_data.{name}.official")
    source = "SOURCE" if known else "FILE.csv --columns arch=COLUMN TARGET=COLUMN"
    out = folder if folder and folder.is_dir() else "DIR"
    return f"python -m benchmarks_data.convert {name} {source} --out {out}"


def store(path: Path) -> Iterator[Finding]:
    """Yield whether scores can be kept in a file."""
    other = "name another file with --store"
    if not path.exists():
        yield Finding(f"{path}: not there yet, the first run makes it")
        yield from folder(path.parent, "--store")
        return
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as opened:
            application, version, count = (
                opened.execute(query).fetchone()[0]
                for query in (
                    "PRAGMA application_id",
                    "PRAGMA user_version",
                    "SELECT count(*) FROM sqlite_master",
                )
            )
    except sqlite3.Error as error:
        yield Finding(f"{path} cannot be read: {error}", other, fatal=True)
        return
    size = f"{path.stat().st_size / 2**20:,.1f} MiB"
    if application != APPLICATION_ID and (application or count):
        yield Finding(f"{path} is not a store of scores", other, fatal=True)
    elif application and version != VERSION:
        yield Finding(f"{path} has format {version}, not {VERSION}", other, fatal=True)
    elif not os.access(path, os.W_OK):
        yield Finding(f"{path} cannot be written", f"chmod u+w '{path}', or {other}", fatal=True)
    else:
        yield Finding(f"{path}: {size}, format {VERSION}")


def folder(path: Path, option: str) -> Iterator[Finding]:
    """Yield whether files can be written to a folder, or to where it will be made, and the free
    space there.

    *option* names another folder.
    """
    place = next(one for one in (path.absolute(), *path.absolute().parents) if one.exists())
    other = f"name another with {option}"
    try:
        with tempfile.TemporaryFile(dir=place):
            pass
    except OSError as error:
        yield Finding(f"{path} cannot be written to: {error.strerror}", other, fatal=True)
        return
    free = shutil.disk_usage(place).free
    text = f"{path}: can be written to, {free / 2**30:,.1f} GiB free"
    short = free < LEAST_FREE
    yield Finding(text, f"free some space, or {other}" if short else "", fatal=short)
