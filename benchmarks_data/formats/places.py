"""Where the files of tables lie: folders, and files that are named themselves.

Several places are one path, joined by ``os.pathsep``, as the shell's ``PATH`` is.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks_data.errors import InputError, NoTable

#: What the name of a table ends with.
ENDINGS = (".csv.gz", ".csv")


@dataclass(frozen=True)
class TableFiles:
    """The files of one benchmark's tables, wherever they lie.

    Attributes:
        benchmark: its name.
        names: those without ``.csv[.gz]`` that its main table may have.
        given: what was named.
        places: what was looked into, for people.
        paths: the files by their names without ``.csv[.gz]``, in the order of names.
        chosen: the names of files that were named themselves.
    """

    benchmark: str
    names: Sequence[str]
    given: Path
    places: str
    paths: dict[str, Path]
    chosen: frozenset[str]

    @property
    def main(self) -> Path:
        """The main table. One that was named itself is taken before those in folders.

        Raises:
            NoTable: there is none.
            InputError: there are several.
        """
        named = [name for name in self.names if name in self.chosen]
        paths = [self.paths[name] for name in named or self.names if name in self.paths]
        if not paths:
            expected = [f"{name}{ending}" for name in self.names for ending in ENDINGS]
            raise NoTable(
                f"no table of {self.benchmark} in {self.places}: expected "
                f"{', '.join(expected[:-1])} or {expected[-1]}"
            )
        if len(paths) > 1:
            raise InputError(
                f"several tables of {self.benchmark}, {' and '.join(map(str, paths))}: name the "
                f"file of one beside the rest, as in --tables {self.given}{os.pathsep}FILE"
            )
        return paths[0]

    @property
    def measurements(self) -> dict[str, Path]:
        """The tables of measurements beside the main one, by what they hold."""
        start = f"{self.benchmark}_"
        return {
            name.removeprefix(start): path
            for name, path in self.paths.items()
            if name.startswith(start) and name not in self.names
        }


def table_files(
    given: Path | None, benchmark: str, names: Sequence[str] | None = None
) -> TableFiles:
    """Return the files of a benchmark's tables in the places that were named.

    Args:
        given: a folder, a file, or several of them joined by ``os.pathsep``. A file that is named
            itself is taken in place of those of its name in folders.
        benchmark: its name, which files of measurements begin with.
        names: those that its main table may have without ``.csv[.gz]``; None for its own.

    Raises:
        NoTable: nothing was named.
        InputError: a place is not there, or two files have the same name.
    """
    if given is None:
        raise NoTable(
            f"no table of {benchmark} installs with the harness: name a folder of tables with "
            "--tables or NAS_TABLES"
        )
    names = names or (benchmark,)
    try:
        places = places_of(given)
        files = [place for place in places if place.is_file()]
        folders = [place for place in places if place not in files]
        named = _by_name(files, benchmark, names)
        within = [path for folder in folders for path in sorted(folder.iterdir())]
        other = [path for path in within if _name(path) not in named and path.is_file()]
        paths = named | _by_name(other, benchmark, names)
    except OSError as error:
        raise InputError(f"cannot look into the tables {given}: {error.strerror}") from error
    shown = " and ".join(map(str, places))
    return TableFiles(benchmark, names, given, shown, dict(sorted(paths.items())), frozenset(named))


def places_of(given: Path) -> list[Path]:
    """Return the folders and files that a path joins.

    Raises:
        InputError: one is empty, or not there.
        OSError: it cannot be looked at.
    """
    text = str(given)
    one = os.pathsep not in text or given.exists()
    places = [text] if one else text.split(os.pathsep)
    if "" in places:
        raise InputError(
            f"an empty name among the folders of tables {text}, as an unset variable leaves "
            f"behind: join names alone by {os.pathsep!r}"
        )
    for place in places:
        if not Path(place).exists():
            raise InputError(
                f"no folder of tables at {place}: give an existing one with --tables or NAS_TABLES"
            )
    return [Path(place) for place in places]


def _by_name(paths: Iterable[Path], benchmark: str, names: Sequence[str]) -> dict[str, Path]:
    """Return those of *paths* that are tables of a benchmark, by name."""
    files: dict[str, Path] = {}
    for path in paths:
        name = _name(path)
        if name not in names and not name.startswith(f"{benchmark}_"):
            continue
        first = files.setdefault(name, path)
        if first.resolve() != path.resolve():
            raise InputError(
                f"two tables are called {name}, {first} and {path}: keep one of them, or name the "
                "file of one beside the folders"
            )
    return files


def _name(path: Path) -> str:
    """Return the name of a table without its ending; empty for another file."""
    return next((path.name.removesuffix(end) for end in ENDINGS if path.name.endswith(end)), "")
