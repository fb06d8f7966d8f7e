"""Official benchmark files turned into a small checked table, once.

``python -m benchmarks_data.convert BENCHMARK SOURCE --out DIR``. Nothing in a source is executed or
trusted: pickles are read by :mod:`benchmarks_data.formats.pickles` and may name plain containers
alone, and the table is read back before it is put in place. A conversion that was stopped goes on
where it ended.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import importlib
import io
import re
import sys
import tempfile
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import cast

import benchmarks_data
from benchmarks_data.benchmark import Benchmark
from benchmarks_data.command import Parser, given_path, guarded, writable_folder
from benchmarks_data.conversion_journal import Journal, signature
from benchmarks_data.errors import InputError
from benchmarks_data.formats.official import Official, Rows
from benchmarks_data.listed import ListedBenchmark

PROG = "python -m benchmarks_data.convert"
TABULAR = (".csv", ".csv.gz", ".parquet")


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
    if isinstance(benchmark, ListedBenchmark):
        raise InputError(
            f"{benchmark.name} is a list: write its table yourself, with columns index (from 0), "
            "arch and then targets"
        )
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
        with Journal(journal, signature(args.source, args.columns), official.columns()) as kept:
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


def _format(benchmark: Benchmark, source: Path, pairs: Sequence[str]) -> Official:
    """Return what reads a source; raise InputError when nothing does."""
    if source.name.endswith(TABULAR) and source.is_file():
        from benchmarks_data.formats.tabular import Tabular

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
    from benchmarks_data.formats.tabular import column_map

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
