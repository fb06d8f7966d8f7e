"""Official benchmark files turned into a small checked table, once.

``python -m benchmarks_data.convert BENCHMARK SOURCE --out DIR``. Nothing in a source is executed or
trusted: pickles are read by :mod:`benchmarks_data.picklestream` and may name plain containers
alone, and the table is read back before it is put in place. A conversion that was stopped goes on
where it ended.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import hashlib
import importlib
import io
import re
import sys
import tempfile
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Protocol, TextIO, cast

import benchmarks_data
from benchmarks_data.benchmark import Benchmark
from benchmarks_data.command import Parser, given_path, guarded, writable_folder
from benchmarks_data.errors import InputError
from benchmarks_data.official import Rows

PROG = "python -m benchmarks_data.convert"
TABULAR = (".csv", ".csv.gz", ".parquet")
FLUSH = 200
#: Changes whenever the readers do, so that no conversion goes on with what an older one has read.
READER = 2


def parser(prog: str = PROG) -> argparse.ArgumentParser:
    """Return the command's argument parser."""
    p = Parser(
        prog,
        "Turn a benchmark's official file or folder into the small checked table that the "
        "harness reads.",
    )
    p.add_argument(
        "benchmark", metavar="BENCHMARK", help=f"one of {', '.join(benchmarks_data.names())}"
    )
    p.add_argument(
        "source",
        type=given_path,
        metavar="SOURCE",
        help="the official file or folder, or any CSV or Parquet file with --columns",
    )
    p.add_argument(
        "--out",
        type=given_path,
        required=True,
        metavar="DIR",
        help="the folder of tables that BENCHMARK.csv.gz is written to",
    )
    p.add_argument("--force", action="store_true", help="replace the table that DIR holds")
    p.add_argument(
        "--columns",
        nargs="+",
        default=[],
        metavar="NAME=COLUMN",
        help="of a CSV or Parquet file: 'arch' or 'index', and targets, as in arch=model "
        "cifar10_test=accuracy",
    )
    return p


def main(argv: Sequence[str] | None = None, prog: str = PROG) -> int:
    """Run the command and return its exit status: 0 done, 2 unusable input, 130 interrupted."""
    return guarded(prog, partial(_run, prog), argv, kept="what was read is")


def _run(prog: str, argv: Sequence[str] | None) -> int:
    args = parser(prog).parse_args(argv)
    benchmark = benchmarks_data.get(args.benchmark)
    if not args.source.exists():
        raise InputError(f"no file or folder at {args.source}")
    out = writable_folder(args.out)
    path = out / f"{benchmark.name}.csv.gz"
    if path.exists() and not args.force:
        raise InputError(f"{path} exists: choose another folder, or replace it with --force")
    official = _format(benchmark, args.source, args.columns)
    _check_columns(benchmark, args.columns, out)
    journal = out / f".{benchmark.name}.partial.csv"
    try:
        with Journal(journal, _signature(args.source, args.columns), official.columns()) as kept:
            if kept.done:
                print(f"{prog}: {len(kept.done)} architectures were read before", file=sys.stderr)
            _fill(kept, official.read(args.source, frozenset(kept.done)))
        if official.COMPLETE and len(kept.done) < benchmark.size:
            raise InputError(
                f"{args.source} holds {len(kept.done):,} of {benchmark.size:,} architectures, "
                "and the official one has all of "
                "them: see that it is whole"
            )
        columns = _publish(benchmark, kept, path, args.source)
    except InputError:
        journal.unlink(missing_ok=True)  # the source has to be mended, and is then read anew
        raise
    journal.unlink()
    print(
        f"{path}: {len(kept.done):,} of {benchmark.size:,} architectures, columns "
        f"{', '.join(columns)}"
    )
    return 0


class Official(Protocol):
    """What a benchmark's module ``official`` offers.

    ``COMPLETE``: whether a source has every architecture of the benchmark.
    """

    COMPLETE: bool

    def columns(self) -> list[str]:
        """Return the columns of the table that a source becomes."""

    def read(self, path: Path, skip: frozenset[int]) -> Rows:
        """Yield a row for each architecture in the source at *path*.

        Those in *skip* without their values.
        """


def _format(benchmark: Benchmark, source: Path, pairs: Sequence[str]) -> Official:
    """Return what reads a source; raise InputError when nothing does."""
    if source.name.endswith(TABULAR) and source.is_file():
        from benchmarks_data.tabular import Tabular

        return Tabular(benchmark, pairs)
    if pairs:
        raise InputError(
            f"--columns belongs to files that end in {', '.join(TABULAR)}, which {source} does not"
        )
    name = f"benchmarks_data.{benchmark.name}.official"
    try:
        return cast(Official, importlib.import_module(name))
    except ModuleNotFoundError as error:
        if error.name and not name.startswith(error.name):
            raise  # a package that the reader needs
        raise InputError(
            f"no official file of {benchmark.name} is known: give a CSV or Parquet file with "
            "--columns"
        ) from error


def _check_columns(benchmark: Benchmark, pairs: Sequence[str], out: Path) -> None:
    """Raise InputError when the benchmark's table cannot have the targets of --columns, before a
    large source is read.
    """
    if not pairs:
        return
    from benchmarks_data.tabular import column_map

    names = [name for name in column_map(pairs) if name not in ("index", "arch")]
    row = [0, benchmark.architecture(0).string, *("" for _ in names)]
    with tempfile.TemporaryDirectory(dir=out, prefix=".convert-") as folder:
        path = Path(folder) / f"{benchmark.name}.csv.gz"
        _write(path, [["index", "arch", *names], row])
        try:
            benchmark.table(Path(folder))
        except InputError as error:
            raise InputError(
                re.sub(r"^.*?, line 1: (column \d+ is )?", "--columns: ", str(error))
            ) from error


def _write(path: Path, rows: Iterable[Sequence[object]]) -> None:
    """Write the rows of a table, compressed; equal rows make equal bytes."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(rows)
    path.write_bytes(gzip.compress(text.getvalue().encode(), mtime=0))


def _signature(source: Path, pairs: Sequence[str]) -> str:
    """Return what a conversion is recognised by when it goes on.

    Its source, with every file of a folder, and its columns.
    """
    files = sorted(source.iterdir()) if source.is_dir() else [source.resolve()]
    described = [
        f"{path} {status.st_size} {status.st_mtime_ns}" for path in files if (status := path.stat())
    ]
    return "\n".join([f"reader {READER}", str(source.resolve()), *pairs, *described])


class Journal:
    """The rows that have been read so far, in a file that a conversion goes on from.

    It is begun anew for another source.
    """

    def __init__(self, path: Path, signature: str, columns: Sequence[str]) -> None:
        self.path, self.columns = path, list(columns)
        self._head = [
            ["source", hashlib.sha256(signature.encode(errors="surrogateescape")).hexdigest()],
            ["index", *columns],
        ]
        self.done: dict[int, list[str]] = {}
        self._met: set[int] = set()
        self._file: TextIO | None = None

    def __enter__(self) -> Journal:
        self._read()
        self._file = self.path.open("w", encoding="utf-8", newline="")
        writer = csv.writer(self._file)
        writer.writerows([*self._head, *([index, *cells] for index, cells in self.done.items())])
        return self

    def __exit__(self, *_: object) -> None:
        if self._file:
            self._file.close()

    def _read(self) -> None:
        try:
            with self.path.open(encoding="utf-8", newline="") as file:
                head, names, *rows = csv.reader(file)
        except (OSError, ValueError, csv.Error):
            return
        if [head, names] == self._head:
            # The last row may be torn.
            self.done = {
                int(row[0]): row[1:]
                for row in rows[:-1]
                if len(row) == len(names) and row[0].isdigit()
            }

    def add(self, index: int, values: dict[str, float]) -> None:
        """Keep a row, unless an earlier conversion has.

        Raises:
            InputError: it stands in the source twice.
        """
        if index in self._met:
            raise InputError(f"architecture {index} stands in the source twice")
        self._met.add(index)
        if index in self.done:
            return
        if unknown := set(values) - set(self.columns):
            raise InputError(
                f"the source has a column {sorted(unknown)[0]!r} that does not belong to it"
            )
        cells = [repr(values[name]) if name in values else "" for name in self.columns]
        self.done[index] = cells
        if self._file:
            csv.writer(self._file).writerow([index, *cells])
            if len(self.done) % FLUSH == 0:
                self._file.flush()


def _fill(kept: Journal, rows: Rows) -> None:
    """Read all rows, with a bar that shows how far."""
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("reading", total=1.0)
        for row in rows:
            if row.index is not None:
                kept.add(row.index, row.values)
            progress.update(task, completed=row.done)


def _publish(benchmark: Benchmark, kept: Journal, path: Path, source: Path) -> list[str]:
    """Write the table beside *path*, read it back as the harness does, put it in place, and return
    its columns.
    """
    if not kept.done:
        raise InputError("the source holds no architecture")
    indices = sorted(kept.done)
    filled = [
        place
        for place in range(len(kept.columns))
        if any(cells[place] for cells in kept.done.values())
    ]
    rows = (
        [
            index,
            benchmark.architecture(index).string,
            *(kept.done[index][place] for place in filled),
        ]
        for index in indices
    )
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".convert-") as folder:
        new = Path(folder) / path.name
        _write(new, [["index", "arch", *(kept.columns[place] for place in filled)], *rows])
        try:
            benchmark.table(Path(folder))
        except InputError as error:
            raise InputError(
                f"{_of_source(str(error), new, source, indices)} (see that the source is whole)"
            ) from error
        new.replace(path)
    return [kept.columns[place] for place in filled]


def _of_source(message: str, table: Path, source: Path, indices: Sequence[int]) -> str:
    """Return what is wrong with a line of a *table* of *indices* as what is wrong with an
    architecture of its *source*.
    """

    def place(line: re.Match[str]) -> str:
        row = int(line[1] or 0) - 2
        return f"{source}, architecture {indices[row]}" if 0 <= row < len(indices) else str(source)

    return re.sub(rf"{re.escape(str(table))}(?:, line (\d+))?", place, message)


if __name__ == "__main__":
    sys.exit(main())
