"""The runs that combinations are chosen and judged on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd
from msgspec import UNSET

from benchmarks_data.errors import InputError
from harness.analysis.combinations import ScoredRun
from harness.analysis.orders import combined
from harness.analysis.units import check_asked, units_of
from harness.files.run_record import read_run
from harness.scoring.frames import read_scores
from harness.terminal.checks import benchmark_of_run


def read_all(folders: Sequence[Path], tables: Path | None) -> list[ScoredRun]:
    """Return the runs in *folders*; *tables* is where their tables lie, None for installed ones.

    Raises:
        InputError: one cannot be read, or they do not differ in benchmark or dataset.
    """
    if len({folder.resolve() for folder in folders}) < len(folders):
        raise InputError("the same folder is named twice: each run stands once")
    runs = [read_one(folder, tables) for folder in folders]
    if len({(run.benchmark, run.dataset) for run in runs}) < 2:
        raise InputError(
            f"all runs are of {runs[0].benchmark}, {runs[0].dataset}: a combination is judged on a "
            "benchmark or a dataset that it was not chosen on, so name runs of two or more"
        )
    alike = Counter(run.name for run in runs)
    return [
        replace(run, name=f"{folder}: {run.name}") if alike[run.name] > 1 else run
        for run, folder in zip(runs, folders, strict=True)
    ]


def read_one(folder: Path, tables: Path | None) -> ScoredRun:
    """Return the run in a folder, with the first of its targets; *tables* is where its table lies,
    None for the installed one.

    Raises:
        InputError: it cannot be read, or fewer than 3 of its architectures have that target.
    """
    record, scores = read_run(folder), read_scores(folder / "scores.csv")
    benchmark, population = benchmark_of_run(record.benchmark), record.archs.population
    check_asked(scores, benchmark.name, population)
    table, target = benchmark.table(tables), record.targets[0]
    if record.table.sha256 is not UNSET and record.table.sha256 != table.sha256:
        raise InputError(
            f"{folder}: the run used the table {record.table.name}, and {table.name} is another "
            "file: name the run's with --tables"
        )
    orders = {str(name): combined(scores, name) for name in scores["proxy"].unique()}
    frame = pd.DataFrame(orders).sort_index()
    accuracy = table.oriented(table.target(target)).reindex(frame.index)
    if accuracy.notna().sum() < 3:
        raise InputError(
            f"{folder}: fewer than 3 of its architectures have a value of {target}: nothing can be "
            "chosen or judged on it"
        )
    units = units_of(benchmark.name, population, list(frame.index))
    name = f"{benchmark.name} {record.dataset}"
    return ScoredRun(
        name, benchmark.name, record.dataset, target, frame, accuracy, units, record.precision
    )
