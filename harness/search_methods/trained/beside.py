"""Other searches of a space, read from their folders, to be set beside those that train."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from msgspec import UNSET

import benchmarks_data
from benchmarks_data import spaces
from benchmarks_data.errors import InputError
from benchmarks_data.table import Table
from harness.files.proxy_search_record import ProxySearchRecord
from harness.files.records import DAMAGED, read_record, reason
from harness.files.search_record import SearchRecord
from harness.files.trained_search_record import TrainedSearchRecord
from harness.files.whole import read_csv
from harness.search_methods.outcomes import size_of


@dataclass(frozen=True)
class Others:
    """Other searches of the space: their rows, and those of their epochs where they have such."""

    rows: pd.DataFrame
    epochs: pd.DataFrame


@dataclass(frozen=True)
class _Asked:
    """What the others are compared in: the space, the table, and its columns."""

    space: str
    table: Table | None
    targets: Sequence[str]


def read_beside(
    folders: Sequence[Path],
    space: str,
    table: Table | None,
    targets: Sequence[str],
    taken: Iterable[str],
    dataset: str,
) -> Others | None:
    """Return other searches of a space; None without any.

    A label that is *taken*, or another folder's, gets the name of its folder, if need be with that
    of the folder around it or a number. Searches of another dataset than *dataset* say which.

    Raises:
        InputError: a folder holds no searches, those of another space, or not the same columns.
    """
    asked = _Asked(space, table, targets)
    frames, courses, labels = [], [pd.DataFrame(columns=["label"])], set(taken)
    for folder in {one.resolve(): one for one in folders}.values():
        name = next((one for one in _READERS if (folder / one).exists()), None)
        if name is None:
            raise InputError(f"--beside {folder}: it holds no {' or '.join(_READERS)}")
        model, rows_of = _READERS[name]
        try:
            record = read_record(folder / name, model)
        except DAMAGED as error:
            raise InputError(f"{folder / name} is damaged{reason(error)}") from error
        theirs = getattr(record, "space", None) or _space_of(record)
        if theirs != space:
            raise InputError(f"--beside {folder}: it holds searches of {theirs}, not of {space}")
        frame = rows_of(folder, record, asked)
        other = _dataset_of(record)
        of = "" if other == dataset else f" on {other}"
        named = {one: _free(one + of, folder.resolve(), labels) for one in set(frame["objective"])}
        labels |= set(named.values())
        frames.append(frame.replace({"objective": named}))
        if name == "trained_search.json":
            columns = ["label", "epoch", "entropy", "skips", "flooded", *targets]
            epochs = read_csv(folder / "epochs.csv", columns, columns[1:])
            courses.append(epochs.replace({"label": named}))
    if not frames:
        return None
    return Others(pd.concat(frames, ignore_index=True), pd.concat(courses, ignore_index=True))


def _dataset_of(record: Any) -> str:
    """Return the dataset of searches, all of one."""
    return str(record.settings[0].dataset if isinstance(record, SearchRecord) else record.dataset)


def _free(label: str, folder: Path, taken: Collection[str]) -> str:
    """Return a label that is not taken."""
    places = ["", f" ({folder.name})", f" ({folder.parent.name}/{folder.name})"]
    numbered = (f"{places[-1]} {number}" for number in itertools.count(2))
    return next(
        label + place for place in itertools.chain(places, numbered) if label + place not in taken
    )


def _space_of(record: ProxySearchRecord) -> str:
    """Return the space whose architectures a search by proxy was of, or its benchmark's name."""
    known = benchmarks_data.names()
    space = spaces.of_benchmark(record.benchmark) if record.benchmark in known else None
    return space.name if space else record.benchmark


def _read_rows(folder: Path, file: str, asked: _Asked) -> pd.DataFrame:
    columns = ["objective", "schedule", "seed", "arch", "params", "seconds", "status"]
    return read_csv(
        folder / file, [*columns, *asked.targets], ["params", "seconds", *asked.targets]
    )


def _of_freedarts(folder: Path, _: SearchRecord, asked: _Asked) -> pd.DataFrame:
    frame = _read_rows(folder, "search.csv", asked)
    return frame.assign(objective="FreeDARTS " + frame["objective"].astype(str))


def _of_trained(folder: Path, _: TrainedSearchRecord, asked: _Asked) -> pd.DataFrame:
    return _read_rows(folder, "searches.csv", asked)


def _by_proxy(folder: Path, record: ProxySearchRecord, asked: _Asked) -> pd.DataFrame:
    """Return a row for each search by a proxy. What it trained is in the label, not in seconds.

    Raises:
        InputError: it has no seconds, or its architectures are not the space's.
    """
    if record.proxy is None:
        raise InputError(f"--beside {folder}: it scores nothing; random search is there anyhow")
    benchmark = benchmarks_data.get(record.benchmark)
    if asked.table is None:
        raise InputError(f"--beside {folder}: what it found is known by a table alone")
    rows = []
    for one in record.searches:
        if one.seconds is UNSET:
            raise InputError(
                f"--beside {folder}: an older version wrote it, without seconds; run its command "
                "again, which scores nothing anew"
            )
        if one.index not in asked.table.values.index:
            raise InputError(f"--beside {folder}: architecture {one.index} is not in the table")
        accuracies = asked.table.values.loc[[one.index]]
        architecture = benchmark.architecture(one.index)
        rows.append(
            {
                "objective": f"{record.method} by {record.proxy}",
                "schedule": f"best of {one.trained} trained",
                "seed": one.seed,
                "arch": architecture.string,
                "params": size_of(asked.space, architecture, record.dataset)[0],
                "seconds": one.seconds,
                "status": "ok",
                **{target: float(accuracies[target].iloc[0]) for target in asked.targets},
            }
        )
    return pd.DataFrame(rows)


#: Records of searches that can stand beside, and what makes rows of their folders.
_READERS: dict[str, tuple[type[Any], Callable[[Path, Any, _Asked], pd.DataFrame]]] = {
    "search.json": (SearchRecord, _of_freedarts),
    "trained_search.json": (TrainedSearchRecord, _of_trained),
    "proxy_search.json": (ProxySearchRecord, _by_proxy),
}
