"""What searches that train a supernet leave behind: CSV files, a record, figures, a report."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from benchmarks_data import spaces
from benchmarks_data.table import Table
from harness.files.provenance import with_versions
from harness.files.records import record_text
from harness.files.trained_search_record import TrainedSearchRecord
from harness.files.whole import write_csv, write_text
from harness.reporting import tables
from harness.reporting.document import Document, Part, Section, facts, shown_command
from harness.reporting.publish import appearing
from harness.reporting.render import html, markdown
from harness.scoring.image_file import file_name, number_of_images
from harness.scoring.inputs import record_of
from harness.search_methods.console import tell
from harness.search_methods.outcomes import compared
from harness.search_methods.tables import (
    FOUND_TEXT,
    RANDOM_TEXT,
    architectures_table,
    compared_table,
    shown_target,
)
from harness.search_methods.trained.beside import Others
from harness.search_methods.trained.figures import (
    COST,
    ENTROPY,
    TRAJECTORY,
    draw_figures,
    remove_figures,
)
from harness.search_methods.trained.findings import absent_operations, diverged, findings
from harness.search_methods.trained.methods import RECORD, TRAINED
from harness.search_methods.trained.results import epoch_rows, search_rows
from harness.search_methods.trained.searching import Outcome

SEARCHES_TEXT = (
    "By setting, seed and selection. Distance: what the best of the table has more. Seconds: of "
    "all epochs and of the selection, as measured."
)


@dataclass(frozen=True)
class Beside:
    """What searches are set beside.

    Attributes:
        space, dataset: what was searched.
        table, targets: trained results, where the space has some.
        others: other searches of the space; None without any.
    """

    space: str
    dataset: str
    table: Table | None
    targets: Sequence[str]
    others: Others | None


def publish_trained(
    outcomes: Sequence[Outcome], beside: Beside, folder: Path, command: Sequence[str], tune: int
) -> None:
    """Write everything into *folder*, in place of an earlier result, and print the comparison."""
    table, targets = beside.table, beside.targets
    rows = search_rows(outcomes, table, targets)
    epochs = epoch_rows(outcomes, table, targets)
    both, courses = rows, epochs
    if beside.others is not None:
        both = pd.concat([rows, beside.others.rows], ignore_index=True)
        courses = pd.concat([epochs, beside.others.epochs], ignore_index=True)
    summary = compared(both, table, targets, spaces.get(beside.space).datasets)
    doubts = [*absent_operations(outcomes), *diverged(epochs)]
    said = [
        *findings(both, summary, courses, targets),
        *doubts,
        _images_in_words(outcomes),
    ]
    record = with_versions(_record(outcomes, rows, beside, command, tune, said))
    with appearing(folder, RECORD, lambda: remove_figures(folder)) as new:
        write_csv(rows, new / "searches.csv")
        write_csv(epochs, new / "epochs.csv")
        write_csv(summary, new / "compared.csv")
        figures = draw_figures(summary, courses, targets, new)
        report = _document(rows, summary, beside, figures, record)
        write_text(new / "report.html", html(report))
        write_text(new / "report.md", markdown(report))
        write_text(new / RECORD, record_text(record, TrainedSearchRecord, indent=1))
    tell(summary, both, targets, folder, doubts)


def _images_in_words(outcomes: Sequence[Outcome]) -> str:
    images = outcomes[0].setting.images
    held = number_of_images(images)
    counts = dict.fromkeys(one.setting.images_count or held for one in outcomes)
    *others, last = [f"{count:,}" for count in counts]
    shown = f"{', '.join(others)} and {last}" if others else last
    return (
        f"Trained on {shown} of the {held:,} images of {file_name(images.path)}, half "
        "for the weights and half for alpha."
    )


def _record(
    outcomes: Sequence[Outcome],
    rows: pd.DataFrame,
    beside: Beside,
    command: Sequence[str],
    tune: int,
    said: Sequence[str],
) -> dict[str, Any]:
    first = outcomes[0].setting
    selected = [one for outcome in outcomes for one in outcome.selected]
    searches = []
    for one, row in zip(selected, rows.to_dict("records"), strict=True):
        plain = {str(key): None if pd.isna(value) else value for key, value in row.items()}
        plain["selection"] = plain.pop("schedule")
        plain["label"] = plain.pop("objective")
        searches.append({**plain, "chosen": list(one.chosen.operations)})
    return {
        "command": list(command),
        "method": first.method,
        "paper": TRAINED[first.method].paper,
        "space": beside.space,
        "dataset": beside.dataset,
        "images": record_of(first.images),
        "settings": [outcome.setting.key() for outcome in outcomes],
        "tune": tune,
        "device": first.device,
        "targets": list(beside.targets),
        "table": beside.table.provenance() if beside.table else "none",
        "findings": list(said),
        "finished": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "searches": searches,
    }


def _document(
    rows: pd.DataFrame,
    summary: pd.DataFrame,
    beside: Beside,
    figures: Mapping[str, tuple[Path, str]],
    record: Mapping[str, Any],
) -> Document:
    trained, targets = beside.table is not None, beside.targets
    sections = [
        Section(
            "Compared",
            RANDOM_TEXT if trained else "",
            compared_table(summary, targets),
            [figures[COST]] if COST in figures else [],
        ),
        Section(
            "Course", "", None, [figures[name] for name in (TRAJECTORY, ENTROPY) if name in figures]
        ),
        Section(
            "Found", FOUND_TEXT if trained else "",
            architectures_table(rows, targets, trained=trained),
        ),
        Section("Searches", SEARCHES_TEXT, _searches_table(rows, targets, trained=trained)),
    ]  # fmt: skip
    said = record["findings"]
    title = f"{record['method']} on {beside.space}, {beside.dataset}"
    part = Part(f"Searches in the space {beside.space}", said[:-1], sections)
    hidden = ("findings", "searches", "settings")
    shown = {key: value for key, value in record.items() if key not in hidden}
    shown |= _merged(record["settings"])
    return Document(title, [said[-1]], [part], shown_command(record["command"]), facts(shown), {})


def _merged(settings: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return what settings are, each thing once."""
    return {
        key: ", ".join(dict.fromkeys(str(one[key]) for one in settings))
        for key in settings[0]
        if key not in ("method", "space", "dataset", "images")
    }


def _searches_table(rows: pd.DataFrame, targets: Sequence[str], *, trained: bool) -> tables.Table:
    columns = [
        tables.text("method", "objective"),
        tables.text("chosen by", "schedule"),
        tables.number("seed", "seed", "", "d"),
        tables.text("status", "status"),
        tables.number("training", "training_seconds", "seconds", ".1f"),
        tables.number("selection", "selection_seconds", "seconds", ".2f"),
    ]
    for target in targets if trained else ():
        columns.append(tables.number(shown_target(target), target, "percent", ".2f"))
        columns.append(
            tables.number(
                f"{shown_target(target)} distance", f"{target}_distance", "percent", ".2f"
            )
        )
    columns += [
        tables.number("skips", "skips", "skip connections", "d"),
        tables.number("entropy", "alpha_entropy", "of alpha, in nats", ".4f"),
        tables.number("params", "params", "", ",d"),
    ]
    return tables.fill(rows, columns)
