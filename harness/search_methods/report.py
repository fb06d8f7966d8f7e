"""What searches leave behind: CSV files, search.json, figures, report.html and report.md."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import matplotlib
import pandas as pd
from rich import box
from rich.table import Table as TerminalTable

from benchmarks_data import spaces
from benchmarks_data.errors import InputError
from benchmarks_data.table import Table
from harness.files.provenance import with_versions
from harness.files.whole import write_csv, write_text
from harness.reporting import tables
from harness.reporting.document import Document, Part, Section, facts, shown_command
from harness.reporting.figures import STYLE, SUFFIXES, save
from harness.reporting.publish import appearing
from harness.reporting.render import html, markdown
from harness.search_methods.outcomes import compared, first_choices, rows_of, size_of
from harness.search_methods.plots import cell_graph, sensitivity_map
from harness.search_methods.replay import RECORD
from harness.search_methods.schedules import SCHEDULES
from harness.search_methods.searches import Search
from harness.terminal.console import Wide
from proxies.passes.objectives import OBJECTIVES

COMPARED_TEXT = (
    "Means over seeds \u00b1 their standard deviation. Random architectures: mean and deviation "
    "over all draws, exact; best of "
    "several by the table's validation accuracy after as many epochs, or its longest, among the "
    "architectures that have one. "
    "Seconds: measurements of a search on one core."
)
FOUND_TEXT = "In brackets: share of the table's architectures whose accuracy is at most as high."
SENSITIVITIES_TEXT = (
    "Sensitivity |alpha dR/dalpha| of each candidate in the whole supernet, divided by one "
    "number for all. Frames: what the first "
    "schedule chose."
)
MAP, GRAPH = "sensitivities", "cell"


@dataclass(frozen=True)
class Context:
    """What searches are set beside.

    Attributes:
        space, dataset: what was searched.
        table, targets: trained results, where the space has some.
        scores: the folder of a run, whose proxies' first choices are reported.
        published: further architectures by name.
        fed: the sentence that says what was fed.
    """

    space: str
    dataset: str
    table: Table | None = None
    targets: Sequence[str] = ()
    scores: Path | None = None
    published: Mapping[str, Any] = field(default_factory=dict)
    fed: str = ""


def read_published(path: Path, space: str) -> dict[str, Any]:
    """Return the genotypes in a JSON file, an object of them or one under the key ``cells``.

    Raises:
        InputError: it is none, or the space has no genotypes.
    """
    from benchmarks_data.spaces.darts.genotype import genotype

    if space != "darts":
        raise InputError("--published takes genotypes of the space darts: leave it out")
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path} is no JSON file: {error}") from error
    entries = entries.get("cells", entries) if isinstance(entries, dict) else None
    if not isinstance(entries, dict) or not entries:
        raise InputError(f"{path} holds no genotypes: expected an object, name -> genotype")
    found = {}
    for name, entry in entries.items():
        try:
            found[str(name)] = genotype(entry)
        except InputError as error:
            raise InputError(f"{path}, {name}: {error}") from error
    return found


def publish_search(
    searches: Sequence[Search], context: Context, folder: Path, provenance: Mapping[str, Any]
) -> None:
    """Write everything into *folder*, in place of an earlier result, and print the comparison."""
    space = spaces.get(context.space)
    found = rows_of(searches, context.space, context.dataset, context.table, context.targets)
    summary = compared(found, context.table, context.targets, space.datasets)
    if context.scores and context.table is not None:
        chosen = first_choices(context.scores, space.benchmark, context.table, context.targets)
        summary = pd.concat([summary, pd.DataFrame(chosen)], ignore_index=True)
    if context.published:
        published = [_size_row(context, name, one) for name, one in context.published.items()]
        summary = pd.concat([summary, pd.DataFrame(published)], ignore_index=True)
    summary = summary.reindex(
        columns=list(
            dict.fromkeys(["method", "kind", "n", "failed", "cells", "params", "seconds", *summary])
        )
    )
    versions = with_versions(provenance)
    with appearing(folder, RECORD, lambda: _remove_figures(folder)) as new:
        write_csv(found, new / "search.csv")
        write_csv(summary, new / "compared.csv")
        write_csv(sensitivities(searches, context.space), new / "sensitivities.csv")
        record = {
            **versions,
            "searches": [_record(one, row) for one, row in _pairs(searches, found)],
        }
        report = _document(searches, found, summary, context, new, versions)
        write_text(new / "report.html", html(report))
        write_text(new / "report.md", markdown(report))
        write_text(new / RECORD, json.dumps(record, indent=1) + "\n")
    _tell(summary, found, context.targets, folder)


def _size_row(context: Context, name: str, found: Any) -> dict[str, Any]:
    from benchmarks_data.spaces.darts.published import published_error

    params, _ = size_of(context.space, found, context.dataset)
    row = {"method": name, "kind": "published", "n": 1, "cells": 1, "params": params}
    return row | {"published_error": published_error(found, context.dataset)}


def sensitivities(searches: Sequence[Search], space: str) -> pd.DataFrame:
    """Return the sensitivities of the whole supernets.

    One row for each objective, seed, choice and candidate.

    ``sensitivity`` times exp(``log_scale``) is |alpha dR/dalpha|.
    """
    rows = []
    for one in {(one.objective, one.seed): one for one in searches if one.first}.values():
        for choice, values in zip(spaces.get(space).choices, one.first, strict=True):
            for kind, value in zip(choice.operations, values, strict=True):
                if not math.isnan(value):
                    rows.append((one.objective, one.seed, choice.name, kind, value, one.log_scale))
    return pd.DataFrame(
        rows, columns=["objective", "seed", "choice", "operation", "sensitivity", "log_scale"]
    )


def _pairs(searches: Sequence[Search], found: pd.DataFrame) -> list[tuple[Search, dict[str, Any]]]:
    return list(
        zip(
            searches,
            ({str(key): value for key, value in row.items()} for row in found.to_dict("records")),
            strict=True,
        )
    )


def _record(one: Search, row: Mapping[str, Any]) -> dict[str, Any]:
    plain = {key: None if pd.isna(value) else value for key, value in row.items()}
    return {
        **plain,
        "chosen": list(one.chosen),
        "removed": [[list(candidate) for candidate in step.removed] for step in one.steps],
    }


def _remove_figures(folder: Path) -> None:
    """Remove the figures that a search can have left, and no others."""
    names = [f"{MAP}_{objective}" for objective in OBJECTIVES]
    names += [
        f"{GRAPH}_{objective}_{schedule}" for objective in OBJECTIVES for schedule in SCHEDULES
    ]
    for name in names:
        for suffix in SUFFIXES:
            (folder / f"{name}{suffix}").unlink(missing_ok=True)


def _figures(
    searches: Sequence[Search], space: str, folder: Path
) -> tuple[list[tuple[Path, str]], list[tuple[Path, str]]]:
    """Draw a map of sensitivities for each objective, and each different cell of the first seed.

    Return both with captions.
    """
    choices = spaces.get(space).choices
    maps: dict[str, tuple[Path, str]] = {}
    graphs: dict[tuple[str | None, ...], tuple[Path, str]] = {}
    with matplotlib.rc_context(STYLE):
        for one in searches:
            if one.seed != 0 or one.fault or not one.first:
                continue
            if one.objective not in maps:
                figure = sensitivity_map(
                    choices,
                    one.first,
                    one.chosen,
                    f"{space}, objective {one.objective}, seed {one.seed}",
                )
                maps[one.objective] = (
                    save(figure, folder / f"{MAP}_{one.objective}.png"),
                    f"Objective {one.objective}, seed 0.",
                )
            if one.chosen not in graphs and (nodes := spaces.get(space).nodes):
                name = f"{GRAPH}_{one.objective}_{one.schedule}.png"
                graphs[one.chosen] = (
                    save(cell_graph(choices, one.chosen, nodes), folder / name),
                    f"{one.objective}, {one.schedule}, seed 0.",
                )
    return list(maps.values()), list(graphs.values())


def headline(found: pd.DataFrame, summary: pd.DataFrame, targets: Sequence[str]) -> list[str]:
    """Return in words what the searches found, and how it stands beside random cells."""
    sentences = []
    for row in summary[summary["kind"] == "search"].to_dict("records"):
        if row["n"] == 0:
            reason = found[found["status"] != "ok"]["status"].mode()[0]
            sentences.append(f"{row['method']}: nothing found, since {reason}.")
            continue
        failed = f", {row['failed']:.0f} more failed" if row["failed"] else ""
        cells = "one architecture" if row["cells"] == 1 else f"{row['cells']:.0f} architectures"
        searches = "one search" if row["n"] == 1 else f"{row['n']} searches"
        accuracies = "; ".join(
            f"{_mean_text(row, target)} on {target}"
            for target in targets
            if not math.isnan(row[target])
        )
        sentences.append(
            f"{row['method']}: {cells} in "
            f"{searches}{failed}{', ' if accuracies else ''}{accuracies}."
        )
    return sentences


def _mean_text(row: Mapping[Any, Any], target: str) -> str:
    deviation = row.get(f"{target}_sd", math.nan)
    return f"{row[target]:.2f}" + (
        f" ±{deviation:.2f}" if deviation is not None and not pd.isna(deviation) else ""
    )


def _document(
    searches: Sequence[Search],
    found: pd.DataFrame,
    summary: pd.DataFrame,
    context: Context,
    folder: Path,
    provenance: Mapping[str, Any],
) -> Document:
    maps, graphs = _figures(searches, context.space, folder)
    text = "" if context.table is None else COMPARED_TEXT
    sections = [
        Section("Compared", text, _compared_table(summary, context.targets)),
        Section(
            "Found",
            "" if context.table is None else FOUND_TEXT,
            _found_table(found, context),
            graphs,
        ),
        Section("Searches", "", _searches_table(found, context.targets)),
        Section("Sensitivities", SENSITIVITIES_TEXT, None, maps),
    ]
    sections = [section for section in sections if section.table or section.figures]
    title = f"FreeDARTS on {context.space}, {context.dataset}"
    said = [
        *headline(found, summary, context.targets),
        *(f"Note: {reason}." for reason in provenance.get("warnings", ())),
    ]
    part = Part(f"Searches in the space {context.space}", said, sections)
    opening = [context.fed] if context.fed else []
    return Document(
        title, opening, [part], shown_command(provenance["command"]), facts(_short(provenance)), {}
    )


def _shown(target: str) -> str:
    """Return the name of a column of the table so that it can be broken into lines."""
    return target.replace("_", " ")


def _compared_table(summary: pd.DataFrame, targets: Sequence[str]) -> tables.Table:
    columns = [
        tables.text("method", "method"),
        tables.number("n", "n", "seeds, architectures or draws", ".0f"),
    ]
    columns += [tables.number("architectures", "cells", "different ones", ".0f")]
    columns += [
        tables.beside(_shown(target), target, f"{target}_sd", "{:.2f} \u00b1 {:.2f}", "percent")
        for target in targets
    ]
    columns += [
        tables.number("params", "params", "mean", ",.0f"),
        tables.number("seconds", "seconds", "mean", ".2f"),
    ]
    if "published_error" in summary and summary["published_error"].notna().any():
        columns += [
            tables.number(
                "published error",
                "published_error",
                "test error in percent, as its authors report it",
                ".2f",
            )
        ]
    return tables.fill(summary, columns)


def _found_table(found: pd.DataFrame, context: Context) -> tables.Table:
    """Return a row for each different architecture."""
    done = found[found["status"] == "ok"]
    rows = done.drop_duplicates("arch").assign(
        searches=lambda one: one["arch"].map(done["arch"].value_counts())
    )
    columns = [] if context.table is None else [tables.number("index", "index", "", "d")]
    columns += [tables.number("searches", "searches", "that found it", "d")]
    columns += [
        tables.beside(
            _shown(target), target, f"{target}_percentile", "{:.2f} ({:.1f} %)", "percent"
        )
        for target in context.targets
    ]
    columns += [
        tables.number("params", "params", "", ",d"),
        tables.number("flops", "flops", "multiply-accumulates", ",d"),
    ]
    return tables.fill(rows, [*columns, tables.text("architecture", "arch")])


def _searches_table(found: pd.DataFrame, targets: Sequence[str]) -> tables.Table:
    columns = [tables.text(name, name) for name in ("objective", "schedule")] + [
        tables.number("seed", "seed", "", "d")
    ]
    columns += [tables.number(_shown(target), target, "percent", ".2f") for target in targets]
    columns += [
        tables.number("params", "params", "", ",d"),
        tables.number("seconds", "seconds", "", ".2f"),
    ]
    return tables.fill(found, [*columns, tables.text("status", "status")])


def _short(provenance: Mapping[str, Any]) -> dict[str, Any]:
    """Return the provenance with what all settings have in common said once."""
    settings = provenance["settings"]
    merged = {key: sorted({str(one[key]) for one in settings if key in one}) for key in settings[0]}
    return {**{key: value for key, value in provenance.items() if key != "settings"}, **merged}


def _tell(summary: pd.DataFrame, found: pd.DataFrame, targets: Sequence[str], folder: Path) -> None:
    """Print the comparison, what was found and what failed."""
    console = Wide()
    shown = TerminalTable(box=box.SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    shown.add_column("", no_wrap=True)
    for target in targets or ["params"]:
        shown.add_column(_shown(target), justify="right", overflow="fold", min_width=12)
    shown.add_column("seconds", justify="right")
    for row in summary.to_dict("records"):
        values = ["" if math.isnan(row[target]) else _mean_text(row, target) for target in targets]
        values += [] if targets else ["" if pd.isna(row["params"]) else f"{row['params']:,.0f}"]
        seconds = "" if pd.isna(row["seconds"]) else f"{row['seconds']:.1f}"
        shown.add_row(
            row["method"].replace("[", r"\["),
            *values,
            seconds,
            style=None if row["kind"] == "search" else "dim",
        )
    console.print(shown)
    lines = []
    for (objective, arch), group in found[found["status"] == "ok"].groupby(
        ["objective", "arch"], sort=False
    ):
        index = "" if pd.isna(group["index"].iloc[0]) else f"index {group['index'].iloc[0]}, "
        lines.append(f"{objective}, {len(group)} of its searches: {index}{arch}")
    for row in found[found["status"] != "ok"].to_dict("records"):
        lines.append(f"{row['objective']}, {row['schedule']}, seed {row['seed']}: {row['status']}")
    for line in [*lines, f"Report, searches and figures: {folder / 'report.html'}"]:
        console.print(line, highlight=False, soft_wrap=True, markup=False)
