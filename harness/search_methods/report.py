"""What searches leave behind: CSV files, search.json, figures, report.html and report.md."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from benchmarks_data import spaces
from benchmarks_data.table import Table
from harness.files.provenance import with_versions
from harness.files.records import record_text
from harness.files.search_record import SearchRecord
from harness.files.whole import write_csv, write_text
from harness.reporting.document import Document, Part, Section, facts, shown_command
from harness.reporting.publish import appearing
from harness.reporting.render import html, markdown
from harness.search_methods.console import tell
from harness.search_methods.figures import draw_figures, remove_figures
from harness.search_methods.method import Search
from harness.search_methods.outcomes import compared, first_choices, rows_of, size_of
from harness.search_methods.replay import RECORD
from harness.search_methods.tables import (
    COMPARED_TEXT,
    FOUND_TEXT,
    SENSITIVITIES_TEXT,
    architectures_table,
    compared_table,
    headline,
    searches_table,
)


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


def publish_search(
    searches: Sequence[Search], context: Context, folder: Path, provenance: Mapping[str, Any]
) -> None:
    """Write everything into *folder*, in place of an earlier result, and print the comparison."""
    rows = rows_of(searches, context.space, context.dataset, context.table, context.targets)
    summary = _summary(rows, context)
    versions = with_versions(provenance)
    with appearing(folder, RECORD, lambda: remove_figures(folder)) as new:
        write_csv(rows, new / "search.csv")
        write_csv(summary, new / "compared.csv")
        write_csv(sensitivities(searches, context.space), new / "sensitivities.csv")
        record = {
            **versions,
            "searches": [_record(one, row) for one, row in _pairs(searches, rows)],
        }
        report = _document(searches, rows, summary, context, new, versions)
        write_text(new / "report.html", html(report))
        write_text(new / "report.md", markdown(report))
        write_text(new / RECORD, record_text(record, SearchRecord, indent=1))
    tell(summary, rows, context.targets, folder)


def _summary(rows: pd.DataFrame, context: Context) -> pd.DataFrame:
    """Return the searches' means, and what stands beside them."""
    space = spaces.get(context.space)
    summary = compared(rows, context.table, context.targets, space.datasets)
    if context.scores and context.table is not None:
        chosen = first_choices(context.scores, space.benchmark, context.table, context.targets)
        summary = pd.concat([summary, pd.DataFrame(chosen)], ignore_index=True)
    if context.published:
        published = [_size_row(context, name, one) for name, one in context.published.items()]
        summary = pd.concat([summary, pd.DataFrame(published)], ignore_index=True)
    first = ["method", "kind", "n", "failed", "cells", "params", "seconds"]
    return summary.reindex(columns=list(dict.fromkeys([*first, *summary])))


def _size_row(context: Context, name: str, architecture: Any) -> dict[str, Any]:
    from benchmarks_data.spaces.darts.published import published_error

    params, _ = size_of(context.space, architecture, context.dataset)
    row = {"method": name, "kind": "published", "n": 1, "cells": 1, "params": params}
    return row | {"published_error": published_error(architecture, context.dataset)}


def _pairs(searches: Sequence[Search], rows: pd.DataFrame) -> list[tuple[Search, dict[str, Any]]]:
    return list(
        zip(
            searches,
            ({str(key): value for key, value in row.items()} for row in rows.to_dict("records")),
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


def _document(
    searches: Sequence[Search],
    rows: pd.DataFrame,
    summary: pd.DataFrame,
    context: Context,
    folder: Path,
    provenance: Mapping[str, Any],
) -> Document:
    maps, graphs = draw_figures(searches, context.space, folder)
    text = "" if context.table is None else COMPARED_TEXT
    sections = [
        Section("Compared", text, compared_table(summary, context.targets)),
        Section(
            "Found",
            "" if context.table is None else FOUND_TEXT,
            architectures_table(rows, context.targets, trained=context.table is not None),
            graphs,
        ),
        Section("Searches", "", searches_table(rows, context.targets)),
        Section("Sensitivities", SENSITIVITIES_TEXT, None, maps),
    ]
    sections = [section for section in sections if section.table or section.figures]
    title = f"FreeDARTS on {context.space}, {context.dataset}"
    said = [
        *headline(rows, summary, context.targets),
        *(f"Note: {warning}." for warning in provenance.get("warnings", ())),
    ]
    part = Part(f"Searches in the space {context.space}", said, sections)
    opening = [context.fed] if context.fed else []
    return Document(
        title, opening, [part], shown_command(provenance["command"]), facts(_short(provenance)), {}
    )


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


def _short(provenance: Mapping[str, Any]) -> dict[str, Any]:
    """Return the provenance with what all settings have in common said once."""
    settings = provenance["settings"]
    merged = {key: sorted({str(one[key]) for one in settings if key in one}) for key in settings[0]}
    return {**{key: value for key, value in provenance.items() if key != "settings"}, **merged}
