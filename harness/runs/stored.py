"""Runs that lie in folders, analysed anew: one with other targets, or several as one."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks_data.command import writable_folder
from benchmarks_data.errors import InputError
from harness.runs.merging import check_architectures, merged, merged_settings
from harness.scoring.inputs import name_of_record
from harness.terminal.checks import (
    benchmark_of_run,
    check_not_larger,
    check_replaceable,
    say_what_is_replaced,
    scored_name,
    tables_folder,
)

if TYPE_CHECKING:
    from benchmarks_data.table import Table
    from harness.analysis.results import Results


@dataclass(frozen=True)
class StoredRuns:
    """Which runs are analysed, and how.

    Attributes:
        folders: that runs have written.
        targets: columns of the table; None for those of the runs.
        against: the score to compare each other one with; None for that of the runs.
        focus: the proxy that the report is about; None for that of the runs, the first's first.
        tables: a folder of tables, or several joined; None for that of NAS_TABLES, else the
            installed ones.
        out: where the report goes; None for the folder, if it is the only one.
        width: inches of figures for paper; None for figures of the report alone.
        replace: whether a report of more architectures may be written over.
    """

    folders: Sequence[Path]
    targets: Sequence[str] | None = None
    against: str | None = None
    focus: str | None = None
    tables: Path | None = None
    out: Path | None = None
    width: float | None = None
    replace: bool = False


def report_stored(asked: StoredRuns, prog: str, command: Sequence[str]) -> Results:
    """Publish the report on stored runs, print what a person wants to know, and return the results.

    *prog* is the command's name, which messages begin with; *command* is as typed, for run.json.

    Raises:
        InputError: the runs cannot be read, or do not belong together.
    """
    out = _out(asked)

    from harness.reporting.console import tell
    from harness.reporting.publish import publish

    results, settings = analysed(asked)
    folder = writable_folder(out)
    check_replaceable(folder)
    if not asked.replace:
        check_not_larger(folder, settings["archs"]["count"])
    settings["command"] = list(command)
    settings["finished"] = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    say_what_is_replaced(prog, folder)
    publish(results, folder, settings, asked.width)
    tell(prog, results, folder)
    return results


def _out(asked: StoredRuns) -> Path:
    """Return where the report goes, which is none of several runs' folders."""
    if asked.out is None and len(asked.folders) > 1:
        raise InputError("several runs are merged into a folder of their own: name it with --out")
    out = asked.out or asked.folders[0]
    folders = [folder.resolve() for folder in asked.folders]
    if len(set(folders)) < len(folders) or (len(folders) > 1 and out.resolve() in folders):
        raise InputError("the same folder is named twice: each run, and --out, needs its own")
    return out


def analysed(asked: StoredRuns) -> tuple[Results, dict[str, Any]]:
    """Return the analysis of stored runs, and what run.json says of them together."""
    from harness.analysis.results import Results
    from harness.analysis.units import check_asked
    from harness.files.run_record import read_run
    from harness.scoring.frames import read_scores

    every = [read_run(folder) for folder in asked.folders]
    frames = [read_scores(folder / "scores.csv") for folder in asked.folders]
    settings = merged_settings(every, asked.folders)
    scores = merged(frames)
    benchmark, population = (
        benchmark_of_run(settings["benchmark"]),
        settings["archs"]["population"],
    )
    check_asked(scores, benchmark.name, population)
    table = benchmark.table(tables_folder(asked.tables))
    used = {one.table.name for one in every}
    settings["targets"] = _targets(table, asked.targets or settings["targets"], used)
    check_architectures(scores, benchmark.name, asked.folders)
    for key, given in (("against", asked.against), ("focus", asked.focus)):
        settings[key] = scored_name(f"--{key}", given or settings[key], set(scores["proxy"]))
    settings["table"] = table.provenance()
    settings["archs"] |= {"count": scores["index"].nunique()}
    source = name_of_record(settings["images"])
    declared, focus = settings["against"], settings["focus"]
    results = Results(
        scores, table, settings["targets"], population, benchmark.name, source, declared, focus
    )
    return results, settings


def _targets(table: Table, names: Sequence[str], used: set[str]) -> list[str]:
    """Return the columns that *names* stand for; *used* are the tables of the runs."""
    try:
        return [table.target(name) for name in dict.fromkeys(names)]
    except InputError as error:
        others = ", ".join(sorted(used - {table.name}))
        advice = f"; the runs used {others}: name its folder with --tables" if others else ""
        raise InputError(f"{error}{advice}") from error
