"""How far long work has come: a bar on a terminal, lines in a log."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Sized
from contextlib import contextmanager
from typing import TypeVar

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

S = TypeVar("S", bound=Sized)


def tracked(what: str, total: int, of: str, batches: Iterable[S]) -> Iterator[S]:
    """Yield *batches* on, and show how many of *total* items they have brought.

    A terminal shows a bar; a log gets a line each tenth of the way.

    Args:
        what: the name of the work, such as ``scoring``.
        total: how many items there will be.
        of: what they are, such as ``scores of 20 architectures``.
        batches: some items after the other.
    """
    console = Console(stderr=True)
    columns = (
        TextColumn(what),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        bar, done = progress.add_task(what, total=total), 0
        for batch in batches:
            yield batch
            progress.advance(bar, len(batch))
            done += len(batch)
            if progress.disable and done * 10 // total > (done - len(batch)) * 10 // total:
                print(f"{done:,} of {total:,} {of}", file=sys.stderr, flush=True)


@contextmanager
def watched(console: Console, what: str, total: int, count: Callable[[], int]) -> Iterator[None]:
    """Show on a terminal how many of *total* are done by now, which *count* is asked for every
    second.
    """
    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    ended = threading.Event()
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as progress:
        bar = progress.add_task(what, total=total)

        def watch() -> None:
            while not ended.wait(1.0):
                progress.update(bar, completed=count())

        watcher = threading.Thread(target=watch, daemon=True)
        if not progress.disable:
            watcher.start()
        try:
            yield
        finally:
            ended.set()
