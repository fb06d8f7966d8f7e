"""Kernels, sensitivities and sizes, measured once and logged."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks_data import spaces
from benchmarks_data.command import writable_folder
from harness.claims.kernel import (
    BENCHMARK,
    CELL,
    KERNEL,
    SCORES,
    Design,
    measure_cell,
    measure_supernet,
    search_size,
)
from harness.files.journal import Journal, path_of
from harness.search_methods.searches import STEPS
from proxies.passes.objectives import OBJECTIVES, OVERFLOWN, VANISHED


def _measure_all(
    designs: Mapping[int, Design],
    items: Sequence[tuple[int, int]],
    widths: Sequence[int],
    searches: Sequence[tuple[str, str, int]],
    out: Path,
    workers: int,
) -> tuple[dict[Any, Any], dict[Any, Any], dict[Any, Any]]:
    """Return what is measured of cells, supernets and searches, as
    :func:`harness.claims.report.publish_theory` takes it.

    Args:
        designs: by seed; the first one's images are those of searches.
        items: (index, width) of the cells.
        widths: of the supernets.
        searches: (space, objective, seed).
        out: the folder of the logs.
        workers: how many processes.
    """
    logs = {
        seed: Journal(path_of(out, "theory", design.key()), design.key(), valid=_valid)
        for seed, design in designs.items()
    }
    for seed, design in designs.items():
        _measure(
            logs[seed],
            f"seed {seed}, cells",
            "cells",
            items,
            partial(measure_cell, design),
            workers,
        )
        _measure(
            logs[seed],
            f"seed {seed}, supernets",
            "supernets",
            widths,
            partial(measure_supernet, design),
            workers,
        )
    first = next(iter(designs))
    _measure(
        logs[first],
        "sizes",
        "sizes",
        searches,
        partial(search_size, designs[first], writable_folder(out / STEPS)),
        workers,
    )
    cells = {
        (seed, *item): logs[seed].known[_key("cells", item)] for seed in designs for item in items
    }
    supernets = {
        (seed, width): logs[seed].known[_key("supernets", width)]
        for seed in designs
        for width in widths
    }
    return cells, supernets, {item: logs[first].known[_key("sizes", item)] for item in searches}


def _key(what: str, item: object) -> str:
    return f"{what} {item}"


def _valid(key: str, value: Any) -> bool:
    """Return whether a line of the log can be a measurement."""
    if not isinstance(value, dict):
        return False
    what = key.partition(" ")[0]
    if what == "sizes":
        whole = isinstance(value.get("params"), int) or value.get("params") is None
        return (
            value.keys() == {"arch", "params", "fault"}
            and whole
            and isinstance(value["arch"], str)
            and value["fault"] in ("", OVERFLOWN, VANISHED)
        )
    if what == "cells":
        known = value.keys() == set(CELL) and all(
            isinstance(entry, float) for entry in value.values()
        )
        return (
            known
            and not any(math.isnan(value[name]) for name in SCORES)
            and all(_plausible(value[name]) for name in KERNEL)
        )
    shape = [len(choice.operations) for choice in spaces.get(BENCHMARK).choices]
    return value.keys() == {*OBJECTIVES, *KERNEL} and all(
        _is_table(table, shape) for table in value.values()
    )


def _plausible(value: Any) -> bool:
    """Return whether a value can be a bound, a trace or a sensitivity.

    From 0 on, or NaN where a kernel is singular.
    """
    return isinstance(value, float) and (math.isnan(value) or 0.0 <= value < math.inf)


def _is_table(value: Any, shape: Sequence[int]) -> bool:
    rows = isinstance(value, list) and all(
        isinstance(row, list) and all(map(_plausible, row)) for row in value
    )
    return rows and [len(row) for row in value] == shape


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
