"""Scoring with a progress bar, every result saved as it arrives."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from harness.computing.contract import Executor
from harness.execution import run
from harness.scoring import ERROR, Job, Score, Task
from harness.store import Store


def score_tasks(job: Job, tasks: Sequence[Task], store: Store, executor: Executor) -> list[Score]:
    """Score *tasks* by an executor, save each result in *store* as it arrives, and return those
    that failed.

    A terminal shows a bar; a log gets a line each tenth of the way.
    """
    console = Console(stderr=True)
    columns = (
        TextColumn("scoring"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    failed: list[Score] = []
    architectures = len({task.index for task in tasks})
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        total, done = sum(len(task.proxies) for task in tasks), 0
        bar = progress.add_task("scoring", total=total)
        for scores in run(job, tasks, executor):
            store.write(job, scores)
            failed += [score for score in scores if score.status.startswith(ERROR)]
            progress.advance(bar, len(scores))
            done += len(scores)
            if progress.disable and done * 10 // total > (done - len(scores)) * 10 // total:
                print(
                    f"{done:,} of {total:,} scores of {architectures:,} architectures",
                    file=sys.stderr,
                    flush=True,
                )
    return failed


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
