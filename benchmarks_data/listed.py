"""Benchmarks that are lists: architectures that somebody has trained, one a row of a table.

An index is the row's ``index``. What it means is in a file, so the list is opened before anything
is asked: :meth:`ListedBenchmark.table` opens it, and worker processes open the same file. A list is
recognised by a checksum over its architectures in order. Stored scores belong to one such checksum,
so that those of another list, of another order or length, are never taken for them.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Collection, Hashable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from benchmarks_data.benchmark import Architecture, Dataset, Tokens
from benchmarks_data.errors import InputError

if TYPE_CHECKING:
    from benchmarks_data.table import Table

#: Rows of a list at most: a longer file is no list of trained architectures.
MOST = 10**6


@dataclass(frozen=True)
class Listing:
    """A list that was read: its file, and the strings of its architectures by index."""

    path: Path
    strings: tuple[str, ...]

    @cached_property
    def checksum(self) -> str:
        """The sha256 of the architectures in order, in hexadecimal."""
        return hashlib.sha256("\n".join(self.strings).encode()).hexdigest()

    @cached_property
    def indices(self) -> dict[str, int]:
        """The index of each string, the first of one that is listed several times."""
        return {string: index for index, string in reversed([*enumerate(self.strings)])}

    @cached_property
    def repeats(self) -> dict[int, int]:
        """Of architectures that were listed before, the index at which they first were."""
        firsts = ((index, self.indices[string]) for index, string in enumerate(self.strings))
        return {index: first for index, first in firsts if index != first}


class ListedBenchmark:
    """A benchmark whose architectures are the rows of a table (columns ``index``, ``arch``).

    Who derives from it has the attributes below and the methods ``parse``, ``network``,
    ``is_connected`` and ``canonical``.

    Attributes:
        name, description, datasets: as in :class:`benchmarks_data.benchmark.Benchmark`.
        files: names of the files without ``.csv[.gz]`` that may hold the list, of which the
            folders of tables have one.
        numbers: columns of the table that hold numbers of any size instead of accuracies.
        repeated: whether an architecture may be listed several times, as it was trained several
            times; its string means the first.
        texts: columns of the table that hold text for people, which are left out.
    """

    name: str
    description: str
    files: ClassVar[tuple[str, ...]]
    datasets: ClassVar[Mapping[str, Dataset | Tokens]]
    numbers: ClassVar[Collection[str]] = ()
    repeated: ClassVar[bool] = False
    texts: ClassVar[Collection[str]] = ()

    def __init__(self) -> None:
        self._listing: Listing | None = None

    def parse(self, string: str) -> Any:
        """Return the structure that an architecture string stands for; raise InputError when it is
        malformed.
        """
        raise NotImplementedError

    def network(self, index: int, classes: int, seed: int) -> Any:
        """Return the network, as :class:`benchmarks_data.benchmark.Benchmark` says."""
        raise NotImplementedError

    def is_connected(self, index: int) -> bool:
        """Return whether the network's output depends on its input."""
        raise NotImplementedError

    def canonical(self, index: int) -> Hashable:
        """Return the isomorphism class of *index*."""
        raise NotImplementedError

    @property
    def is_open(self) -> bool:
        """Whether a list is open."""
        return self._listing is not None

    @property
    def listing(self) -> Listing:
        """The list; raise InputError while none is open."""
        if self._listing is None:
            raise InputError(
                f"{self.name} is a list in a table: name the folder of its table with --tables or "
                "NAS_TABLES (in Python call table(folder) of the benchmark first)"
            )
        return self._listing

    def open(self, path: Path, checksum: str | None = None) -> None:
        """Read the list in *path*, unless the one that is open is the same.

        Raises:
            InputError: it is no list, not the one with the *checksum*, or not the one that is open:
                what an index means never changes in a process.
        """
        if self._listing and checksum == self._listing.checksum:
            return
        listing = read_listing(path, self)
        if checksum not in (None, listing.checksum):
            raise InputError(f"the list {path} has changed since the run began: start it again")
        if self._listing and self._listing.checksum != listing.checksum:
            raise InputError(
                f"{path} lists other architectures of {self.name} than {self._listing.path}, which "
                "is open: use one list in a process"
            )
        self._listing = listing

    @property
    def size(self) -> int:
        """How many architectures are listed."""
        return len(self.listing.strings)

    def architecture(self, index: int) -> Architecture:
        """Return the architecture of *index*; raise InputError when there is none."""
        if not 0 <= index < self.size:
            raise InputError(
                f"{self.name} has no architecture {index}: indices run from 0 to {self.size - 1}"
            )
        string = self.listing.strings[index]
        return Architecture(index, string, self.parse(string))

    def index(self, string: str) -> int:
        """Return the index of an architecture string; raise InputError when it is malformed, or not
        in the list.
        """
        self.parse(string)
        if string not in self.listing.indices:
            raise InputError(
                f"{string!r} is none of the {self.size} architectures of {self.name} that "
                f"{self.listing.path.name} lists"
            )
        return self.listing.indices[string]

    def table(self, folder: Path | None = None) -> Table:
        """Return the trained results in *folder*, or in several that it joins
        (:mod:`benchmarks_data.formats.places`), and open their list.

        Raises:
            InputError: there is none, several are there, or it is not the list that is open.
        """
        from benchmarks_data.formats.places import table_files
        from benchmarks_data.formats.table import read_table
        from benchmarks_data.measurements import with_measurements

        files = table_files(folder, self.name, self.files)
        path = files.main
        self.open(path)
        datasets = tuple(self.datasets)
        table = read_table(
            path,
            size=self.size,
            datasets=datasets,
            index_of=self.index,
            numbers=self.numbers,
            repeats=self.listing.repeats,
            texts=self.texts,
        )
        return with_measurements(table, files, self.size, self.index, by_arch=True)


def open_for_frame(benchmark: object, folder: Path | None) -> None:
    """Open the list in a folder of tables where a benchmark is one, and none is open.

    Raises:
        InputError: no folder was named, or it has no list of the benchmark.
    """
    if isinstance(benchmark, ListedBenchmark) and not benchmark.is_open:
        benchmark.table(folder)


def listing_of(benchmark: object) -> tuple[Path, str] | None:
    """Return the file and the checksum of a benchmark that is a list, None of any other.

    Raises:
        InputError: no list is open.
    """
    if not isinstance(benchmark, ListedBenchmark):
        return None
    return benchmark.listing.path.resolve(), benchmark.listing.checksum


def read_listing(path: Path, benchmark: ListedBenchmark) -> Listing:
    """Read the architectures of a list; columns other than ``index`` and ``arch`` are ignored.

    Raises:
        InputError: the file is no table, an architecture is malformed or listed twice, or the
            indices are not 0 to n-1, each once.
    """
    strings: dict[int, str] = {}
    lines: dict[str, int] = {}
    for line, index, string in _rows(path, benchmark.texts):
        if index in strings:
            raise InputError(
                f"{path}, line {line}: index {index} stands there a second time: keep one row per "
                "architecture"
            )
        if lines.setdefault(string, line) != line and not benchmark.repeated:
            raise InputError(
                f"{path}, line {line}: the architecture of line {lines[string]} stands there a "
                "second time: keep one row per architecture"
            )
        try:
            benchmark.parse(string)
        except InputError as error:
            raise InputError(f"{path}, line {line}: {error}") from error
        strings[index] = string
    count = len(strings)
    if not count:
        raise InputError(f"{path} lists no architecture: is the file cut off?")
    if absent := [index for index in range(count) if index not in strings]:
        raise InputError(
            f"{path}: index {absent[0]} is missing: a list numbers its {count} architectures from "
            f"0 to {count - 1}; leave accuracies blank, not rows out"
        )
    return Listing(path, tuple(strings[index] for index in range(count)))


def _rows(path: Path, texts: Collection[str]) -> Iterator[tuple[int, int, str]]:
    """Yield the line, the index and the architecture string of each row."""
    from benchmarks_data.formats.cells import parse_index
    from benchmarks_data.formats.columns import without_columns
    from benchmarks_data.formats.table import read_text

    text, _ = read_text(path)
    try:
        rows = csv.reader(io.StringIO(without_columns(text, texts), newline=""))
        if next(rows, [])[:2] != ["index", "arch"]:
            raise InputError(f"{path}, line 1: the first columns of a list are index and arch")
        for line, row in enumerate(rows, 2):
            if len(row) < 2:
                raise InputError(f"{path}, line {line}: no architecture: is the file cut off?")
            yield line, parse_index(path, line, row[0], MOST), row[1]
    except csv.Error as error:
        raise InputError(f"{path}: not a CSV file ({error})") from error
