"""Kernels, sensitivities and sizes, measured once and logged."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from benchmarks_data import spaces
from benchmarks_data.command import writable_folder
from harness.claims.kernel import (
    BENCHMARK,
    Design,
    measure_cell,
    measure_supernet,
    search_size,
)
from harness.files.journal import Journal, path_of
from harness.files.theory_record import CellRecord, SizeRecord, SupernetRecord
from harness.search_methods.measurements import STEPS
from proxies.passes.objectives import OVERFLOWN, VANISHED


@dataclass(frozen=True)
class Measured:
    """All measurements.

    Attributes:
        cells: by (seed, index, width).
        supernets: by (seed, width).
        sizes: by (space, objective, seed).
    """

    cells: dict[tuple[int, int, int], CellRecord]
    supernets: dict[tuple[int, int], SupernetRecord]
    sizes: dict[tuple[str, str, int], SizeRecord]


def measure_all(
    designs: Mapping[int, Design],
    items: Sequence[tuple[int, int]],
    widths: Sequence[int],
    searches: Sequence[tuple[str, str, int]],
    out: Path,
    workers: int,
) -> Measured:
    """Return what is measured of cells, supernets and searches.

    Args:
        designs: by seed; the first one's images are those of searches.
        items: (index, width) of the cells.
        widths: of the supernets.
        searches: (space, objective, seed).
        out: the folder of the logs.
        workers: how many processes.
    """
    logs = {
        seed: Journal(path_of(out, "theory", design.key()), design.key(), parse=parse)
        for seed, design in designs.items()
    }
    for seed, design in designs.items():
        cell, supernet = partial(measure_cell, design), partial(measure_supernet, design)
        _measure(logs[seed], f"seed {seed}, cells", "cells", items, cell, workers)
        _measure(logs[seed], f"seed {seed}, supernets", "supernets", widths, supernet, workers)
    first = next(iter(designs))
    size = partial(search_size, designs[first], writable_folder(out / STEPS))
    _measure(logs[first], "sizes", "sizes", searches, size, workers)
    known = {seed: log.known for seed, log in logs.items()}
    return Measured(
        {(seed, *item): known[seed][_key("cells", item)] for seed in designs for item in items},
        {(seed, n): known[seed][_key("supernets", n)] for seed in designs for n in widths},
        {item: known[first][_key("sizes", item)] for item in searches},
    )


def _key(what: str, item: object) -> str:
    return f"{what} {item}"


def parse(key: str, value: Any) -> CellRecord | SupernetRecord | SizeRecord:
    """Return a line of the log.

    Raises:
        ValueError: it is no measurement.
    """
    what = key.partition(" ")[0]
    if what == "cells":
        return msgspec.convert(value, CellRecord)
    if what == "sizes":
        size = msgspec.convert(value, SizeRecord)
        if size.fault not in ("", OVERFLOWN, VANISHED):
            raise ValueError("an unknown fault")
        return size
    supernet = msgspec.convert(value, SupernetRecord)
    shape = [len(choice.operations) for choice in spaces.get(BENCHMARK).choices]
    if any([len(row) for row in table] != shape for table in supernet.tables):
        raise ValueError("not of the supernet's choices")
    return supernet


def _measure(
    log: Journal,
    title: str,
    what: str,
    items: Iterable[Any],
    compute: Callable[[Any], Any],
    workers: int,
) -> None:
    """Measure what the log does not know yet, in several processes, and log each result as it
    comes.
    """
    from rich.console import Console

    from harness.computing.contract import all_or_nothing
    from harness.computing.local import Local
    from harness.terminal.progress import watched

    due = [item for item in items if _key(what, item) not in log.known]
    before = len(log.known)
    with watched(Console(stderr=True), title, len(due), lambda: len(log.known) - before):
        for done, (item, value) in enumerate(
            all_or_nothing(Local(workers), partial(_labelled, compute), due), 1
        ):
            log.add(_key(what, item), value)
            if not sys.stderr.isatty() and done * 10 // len(due) > (done - 1) * 10 // len(due):
                print(f"{title}: measured {done} of {len(due)}", file=sys.stderr, flush=True)


def _labelled(compute: Callable[[Any], Any], item: Any) -> tuple[Any, Any]:
    return item, compute(item)
