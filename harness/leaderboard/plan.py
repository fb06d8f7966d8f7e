"""The plan of the leaderboard, ``reports/leaderboard.toml``: which scores belong on it.

A board is what the leaderboard judges at once: its proxies on the same architectures, as
``harness.run --benchmark B --dataset D --archs N --target T ... --proxy ...`` scores them. Its
proxies are named one by one or by the name of a group; those of a group are computed together.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

import benchmarks_data
import proxies
from benchmarks_data.benchmark import Benchmark, takes_tokens
from benchmarks_data.errors import InputError, NoTable, unknown
from benchmarks_data.formats.places import places_of
from benchmarks_data.reading import read_text
from harness.runs.plan import Plan, RunOptions, make_plan
from harness.scoring.inputs import Images
from harness.scoring.natural import CURRENT
from harness.scoring.token_file import Uniform

PLAN = Path("reports/leaderboard.toml")
Names = Annotated[list[str], Meta(min_length=1)]
Count = Annotated[int, Meta(ge=1)]


class BoardEntry(msgspec.Struct, forbid_unknown_fields=True):
    """A ``[[board]]`` of the file."""

    benchmark: str
    dataset: str
    targets: Names
    proxies: Names
    archs: Count | str = 1000
    seeds: Count = 1
    table: str = ""
    installed_targets: list[str] = []


class PlanFile(msgspec.Struct, forbid_unknown_fields=True):
    """The file."""

    board: Annotated[list[BoardEntry], Meta(min_length=1)]
    steps: list[Count] = []
    groups: dict[str, Names] = {}


@dataclass(frozen=True)
class Board:
    """A board of the plan, checked.

    Attributes:
        place: the file and the number of the board in it, for messages.
        benchmark, dataset: of its networks.
        targets: columns of the table.
        archs: ``all``, or how many are drawn: what is to be reached.
        seeds: how many.
        table: the file of the benchmark's table, where the folders of tables have several.
        installed_targets: columns of the table that comes with a dependency, in place of *targets*
            where no folder of tables is named; none: the board needs such a folder.
        parts: names of proxies that are computed together, in the order of the plan.
        steps: smaller draws on the way to *archs*, ascending.
    """

    place: str
    benchmark: str
    dataset: str
    targets: tuple[str, ...]
    archs: str
    seeds: int = 1
    table: str = ""
    installed_targets: tuple[str, ...] = ()
    parts: tuple[tuple[str, ...], ...] = field(default_factory=tuple)
    steps: tuple[int, ...] = ()

    @property
    def name(self) -> str:
        """What tells it from the other boards, for people."""
        seeds = f", {self.seeds} seeds" if self.seeds > 1 else ""
        return f"{self.benchmark} {self.dataset}, {self.archs} architectures{seeds}"

    @property
    def proxies(self) -> list[str]:
        """The names of all its proxies, each once."""
        return list(dict.fromkeys(name for part in self.parts for name in part))

    def plan(self, tables: Path | None, names: Sequence[str] | None = None) -> Plan:
        """Return the plan of a run of all architectures of the board.

        Args:
            tables: a folder of tables, or several joined; None for the installed one.
            names: of proxies; None for those of the board.

        Raises:
            NoTable: the benchmark has no table there.
            InputError: a target is unknown, or there are fewer architectures.
        """
        installed = tables is None and self.installed_targets
        if tables is None and not installed:
            self._check_installed()
        options = RunOptions(
            proxies=list(names or self.proxies),
            benchmark=self.benchmark,
            dataset=self.dataset,
            archs=self.archs,
            seeds=self.seeds,
            targets=self.installed_targets if installed else self.targets,
            tables=self._tables(tables),
            shipped=False,
        )
        try:
            return make_plan(options)
        except NoTable:
            raise
        except InputError as error:
            raise InputError(f"{self.place}: {error}") from error

    def _check_installed(self) -> None:
        """Raise NoTable where the table that comes with a dependency lacks the targets."""
        table = benchmarks_data.get(self.benchmark).table(None)
        if absent := [name for name in self.targets if name not in table.values.columns]:
            raise NoTable(
                f"the table that comes with a dependency, {table.name}, has no {absent[0]}: name a "
                "folder of tables with --tables or NAS_TABLES"
            )

    def _tables(self, tables: Path | None) -> Path | None:
        """Return the folders of tables, and beside them the file that the board names."""
        if not self.table or tables is None:
            return tables
        folders = [place for place in places_of(tables) if place.is_dir()]
        files = [folder / self.table for folder in folders if (folder / self.table).exists()]
        return Path(os.pathsep.join(map(str, [*folders, *files[:1]])))


def default_inputs(benchmark: Benchmark) -> Images:
    """Return what a run by default feeds the networks of a benchmark; all boards have these."""
    return Uniform() if takes_tokens(benchmark) else CURRENT


def read_plan(path: Path = PLAN) -> list[Board]:
    """Return the boards of a plan.

    Raises:
        InputError: it cannot be read, or a board names what is unknown, or is there twice.
    """
    try:
        file = msgspec.convert(tomllib.loads(read_text(path)), PlanFile)
    except OSError as error:
        raise InputError(f"cannot read the plan {path}: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path} is no plan of a leaderboard: {error}") from error
    for name, members in file.groups.items():
        for one in members:
            _canonical(one, f"{path}, group {name}")
    boards: dict[str, Board] = {}
    for number, entry in enumerate(file.board, 1):
        place = f"{path}, board {number} ({entry.benchmark} {entry.dataset})"
        board = _board(entry, file, place)
        if board.name in boards:
            raise InputError(f"{place} is a second board of {board.name}: join the two")
        boards[board.name] = board
    return list(boards.values())


def _board(entry: BoardEntry, file: PlanFile, place: str) -> Board:
    if entry.benchmark not in benchmarks_data.names():
        raise InputError(
            f"{place}: {unknown('benchmark', entry.benchmark, benchmarks_data.names())}"
        )
    datasets = benchmarks_data.get(entry.benchmark).datasets
    if entry.dataset not in datasets:
        raise InputError(f"{place}: {unknown('dataset', entry.dataset, datasets)}")
    if isinstance(entry.archs, str) and entry.archs != "all":
        raise InputError(f"{place}: archs is 'all' or a number, not {entry.archs!r}")
    parts = [file.groups.get(name, [name]) for name in entry.proxies]
    return Board(
        place,
        entry.benchmark,
        entry.dataset,
        tuple(entry.targets),
        str(entry.archs),
        entry.seeds,
        entry.table,
        tuple(entry.installed_targets),
        tuple(tuple(_canonical(name, place) for name in part) for part in parts),
        tuple(sorted(set(file.steps))),
    )


def _canonical(name: str, place: str) -> str:
    try:
        return proxies.request(name).name
    except InputError as error:
        raise InputError(f"{place}: {error}") from error
