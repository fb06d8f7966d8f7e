"""What the theory's measurements leave: CSV files, theory.json, figures, report.html."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib
import pandas as pd

from harness.claims.findings import sentences
from harness.claims.kernel import Design
from harness.claims.measurements import Measured
from harness.claims.plots import operation_scatter, scatter, size_strip
from harness.claims.rows import AGAINST, cell_rows, correlations, operation_rows, size_rows
from harness.files.provenance import with_versions
from harness.files.records import record_text
from harness.files.theory_record import TheoryRecord
from harness.files.whole import write_csv, write_text
from harness.reporting import tables
from harness.reporting.document import Document, Part, Section, facts, shown_command
from harness.reporting.figures import SUFFIXES, save
from harness.reporting.paper import STYLE
from harness.reporting.publish import appearing
from harness.reporting.render import html, markdown
from harness.terminal.console import Wide

RECORD = "theory.json"
BOUND_TEXT = (
    "Tau of ZEROS with sqrt(y' K^-1 y / n): of cells, each in its own network with gates of 1; "
    "of operations, zeta in the "
    "whole supernet against the bound of the supernet in which the choice has taken the "
    "operation, at the gates of the "
    "preset. The theory says that it is below 0. K is a proxy of the theorem's kernel, which is "
    "of the supernet's loss at "
    "infinite width: the kernel of the summed logits by all weights of a network of finite "
    "width, as in TE-NAS, with "
    "weights drawn with variance 2 / fan in and batch normalisation in evaluation mode. A bound "
    "falls with the scale of the "
    "kernel whatever its shape, so the same is shown for the bound of the kernel divided by its "
    "mean diagonal, and for its "
    "trace, which no label enters. Taus are means over seeds of weights and batches. Intervals "
    "of cells hold the sampling "
    "of cells and of seeds; those of operations, which are all there are, of seeds alone, so "
    "that they need two."
)
SIZES_TEXT = (
    "Parameters of the networks of what one-shot searches choose, and the share of random "
    "architectures that are smaller, equal "
    "ones counted half. They are drawn among those that a search can find, which never takes the "
    "operation none. Without a bias "
    "to size that share is 50 in 100 on average."
)


def publish_theory(
    measured: Measured,
    published: Mapping[str, Any],
    design: Design,
    folder: Path,
    provenance: Mapping[str, Any],
) -> None:
    """Write cells.csv, operations.csv, correlations.csv, sizes.csv, theory.json, figures and
    reports, and print the sentences.
    """
    of_cells, of_operations = cell_rows(measured.cells), operation_rows(measured.supernets)
    taus = correlations(of_cells, of_operations)
    sizes = size_rows(measured.sizes, published, of_cells, design)
    said = sentences(taus, sizes)
    record = with_versions(provenance)
    with appearing(folder, RECORD, lambda: _remove_figures(folder)) as new:
        frames = {
            "cells": of_cells,
            "operations": of_operations,
            "correlations": taus,
            "sizes": sizes,
        }
        for name, frame in frames.items():
            write_csv(frame, new / f"{name}.csv")
        report = _document(
            of_cells, of_operations, taus, sizes, said, new, {**record, "input": design.fed()}
        )
        write_text(new / "report.html", html(report))
        write_text(new / "report.md", markdown(report))
        write_text(new / RECORD, record_text({**record, "findings": said}, TheoryRecord, indent=1))
    console = Wide()
    for line in [*said, f"Report, tables and figures: {folder / 'report.html'}"]:
        console.print(line, highlight=False, soft_wrap=True, markup=False)


def _remove_figures(folder: Path) -> None:
    for suffix in SUFFIXES:
        for path in folder.glob(f"*{suffix}"):
            if re.fullmatch(r"(bound|operations)_\d+|sizes", path.stem):
                path.unlink()


def _document(
    cells: pd.DataFrame,
    operations: pd.DataFrame,
    taus: pd.DataFrame,
    sizes: pd.DataFrame,
    said: Sequence[str],
    folder: Path,
    record: Mapping[str, Any],
) -> Document:
    scatters, strip = _figures(cells, operations, sizes, folder)
    sections = [
        Section("The bound", BOUND_TEXT, tables.fill(taus, _bound_columns()), scatters),
        Section("Size", SIZES_TEXT, tables.fill(sizes, _size_columns()), [strip]),
    ]
    said = [*said, *(f"Note: {reason}." for reason in record["warnings"])]
    part = Part("A proxy of the theorem's kernel, and size", said, sections)
    title, command = (
        "ZEROS against a proxy of the theorem's kernel",
        shown_command(record["command"]),
    )
    return Document(title, [record["input"]], [part], command, facts(record), {})


def _bound_columns() -> list[tables.Column]:
    columns = [
        tables.text("of", "of"),
        tables.number("channels", "channels", "", "d"),
        tables.text("score", "score"),
    ]
    for suffix, heading in {
        "": "tau, bound",
        "_scale_free": "tau, scaled",
        "_trace": "tau, trace",
    }.items():
        columns += [
            tables.number(heading, f"tau{suffix}", f"with the {AGAINST[suffix].replace('_', ' ')}"),
            tables.interval(f"tau{suffix}_low", f"tau{suffix}_high"),
        ]
    columns += [
        tables.number("n", "n", "", "d"),
        tables.number("missing", "missing", "singular kernels", "d"),
    ]
    return columns


def _size_columns() -> list[tables.Column]:
    return [
        *(tables.text(name, name) for name in ("space", "by", "name")),
        tables.number("seed", "seed", "", ".0f"),
        tables.number("params", "params", "", ",.0f"),
        tables.number(
            "percentile", "percentile", "share of random architectures that are smaller", ".1f"
        ),
        tables.text("note", "note"),
    ]


def _figures(
    cells: pd.DataFrame, operations: pd.DataFrame, sizes: pd.DataFrame, folder: Path
) -> tuple[list[tuple[Path, str]], tuple[Path, str]]:
    """Draw cells and operations of the first seed against the bound, two figures for each width,
    and all sizes; with captions.
    """
    first, widths = cells["seed"].min(), sorted(cells["channels"].unique())
    cells, operations = cells[cells["seed"] == first], operations[operations["seed"] == first]
    with matplotlib.rc_context(STYLE):
        scatters = [
            (
                save(scatter(cells, width), folder / f"bound_{width}.png"),
                f"Cells of {width} initial channels, seed {first}.",
            )
            for width in widths
        ]
        scatters += [
            (
                save(operation_scatter(operations, width), folder / f"operations_{width}.png"),
                f"Operations of the supernet of {width} initial channels, seed {first}.",
            )
            for width in widths
        ]
        strip = (
            save(size_strip(sizes), folder / "sizes.png"),
            "Sizes of what was chosen; dotted: no bias to size.",
        )
    return scatters, strip
