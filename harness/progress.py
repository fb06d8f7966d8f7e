"""Scoring with a progress bar, every result saved as it arrives."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from harness import executors
from harness.scoring import Job, Task
from harness.store import Store


def score_tasks(job: Job, tasks: Sequence[Task], store: Store, workers: int) -> None:
    """Score *tasks* in *workers* processes and save each result in *store* as it arrives.

    A terminal shows a bar; a log gets a line each tenth of the way.
    """
    console = Console(stderr=True)
    columns = (TextColumn("scoring"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        bar = progress.add_task("scoring", total=len(tasks))
        for done, scores in enumerate(executors.run(job, tasks, workers), 1):
            store.write(job, scores)
            progress.advance(bar)
            if progress.disable and done * 10 // len(tasks) > (done - 1) * 10 // len(tasks):
                print(f"scored {done} of {len(tasks)}", file=sys.stderr, flush=True)
