"""What the theory's measurements say.

Correlations with intervals, sizes against random ones, sentences, report.html.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
import pandas as pd
from scipy import stats

import benchmarks_data
from benchmarks_data import spaces
from benchmarks_data.spaces.choice import NONE
from harness.claims.kernel import BENCHMARK, DATASET, SCORES, Design
from harness.claims.plots import family, operation_scatter, scatter, size_strip
from harness.claims.statistics import over_seeds
from harness.files.provenance import with_versions
from harness.files.whole import write_csv, write_text
from harness.reporting import tables
from harness.reporting.document import Document, Part, Section, facts, shown_command
from harness.reporting.figures import STYLE, SUFFIXES, save
from harness.reporting.phrases import tau_text
from harness.reporting.publish import appearing
from harness.reporting.render import html, markdown
from harness.search_methods.numerics import ROUNDING, meaningless
from harness.search_methods.outcomes import random_sizes
from harness.terminal.console import Wide
from proxies.passes.cost import parameters_of
from proxies.passes.objectives import OBJECTIVES, preset

RECORD = "theory.json"
#: Cells or operations of which a sentence is made at least.
FEWEST = 20
#: Random architectures whose sizes are counted.
RANDOM = {BENCHMARK: 1000, "darts": 300}
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
#: What taus are with, by the suffix of their columns.
AGAINST = {"": "bound", "_scale_free": "scale_free_bound", "_trace": "trace"}


def correlations(cells: pd.DataFrame, operations: pd.DataFrame) -> pd.DataFrame:
    """Return a row for each kind, width and score.

    Its tau with the bound, with that of the scaled kernel, and with the trace.

    Scores are ZEROS by objective, of cells the baselines SynFlow and params too, and the trace
    itself.
    """
    rows = []
    for width, group in cells.groupby("channels"):
        rows += [_row("cells", width, name, name, group) for name in (*SCORES, "trace")]
    for width, group in operations.groupby("channels"):
        named = {**{f"zeros_{objective}": objective for objective in OBJECTIVES}, "trace": "trace"}
        rows += [_row("operations", width, name, column, group) for name, column in named.items()]
    return pd.DataFrame(rows)


def _row(kind: str, width: object, name: str, column: str, group: pd.DataFrame) -> dict[str, Any]:
    items = ["index"] if kind == "cells" else ["choice", "operation"]
    seeds = list(group["seed"].unique())
    wide = {
        one: group.pivot(index=items, columns="seed", values=one).astype(float)
        for one in {column, *AGAINST.values()}
    }
    row: dict[str, Any] = {"of": kind, "channels": width, "score": name}
    for suffix, other in AGAINST.items():
        known = wide[column].notna().all(axis=1) & wide[other].notna().all(axis=1)
        if not suffix:
            row |= {"n": int(known.sum()), "missing": int((~known).sum())}
        if column != other:
            one, against = wide[column][known], wide[other][known]
            pairs = [(one[seed].to_numpy(), against[seed].to_numpy()) for seed in seeds]
            found = over_seeds(pairs, sampled=kind == "cells")
            row |= {
                f"tau{suffix}": found.value,
                f"tau{suffix}_low": found.low,
                f"tau{suffix}_high": found.high,
            }
    return row | {"seeds": len(seeds)}


def cell_rows(cells: Mapping[tuple[int, int, int], Mapping[str, float]]) -> pd.DataFrame:
    """Return a row for each seed, cell and width."""
    benchmark = benchmarks_data.get(BENCHMARK)
    return pd.DataFrame(
        {
            "index": index,
            "arch": benchmark.architecture(index).string,
            "channels": width,
            **values,
            "seed": seed,
        }
        for (seed, index, width), values in cells.items()
    )


def operation_rows(
    supernets: Mapping[tuple[int, int], Mapping[str, Sequence[Sequence[float]]]],
) -> pd.DataFrame:
    """Return a row for each seed, width and candidate operation but none, whose sensitivity is 0
    whatever the supernet does.
    """
    choices = spaces.get(BENCHMARK).choices
    rows = []
    for (seed, width), found in supernets.items():
        for number, choice in enumerate(choices):
            for place, kind in enumerate(choice.operations):
                if kind != NONE:
                    values = {name: table[number][place] for name, table in found.items()}
                    rows.append(
                        {
                            "channels": width,
                            "choice": choice.name,
                            "operation": kind,
                            **values,
                            "seed": seed,
                        }
                    )
    return pd.DataFrame(rows)


def size_rows(
    searches: Mapping[tuple[str, str, int], Mapping[str, Any]],
    published: Mapping[str, Any],
    cells: pd.DataFrame,
    design: Design,
) -> pd.DataFrame:
    """Return the size of what each search, each published genotype and each score's first cell has,
    and its percentile.

    Column note marks searches whose sensitivities are rounding errors.
    """
    rows: list[dict[str, Any]] = [
        {"space": space, "by": "search", "name": f"zeros, {objective}", "seed": number, **found}
        for (space, objective, number), found in searches.items()
    ]
    widest = cells[
        (cells["channels"] == cells["channels"].max()) & (cells["seed"] == cells["seed"].min())
    ]
    for name in SCORES[:-1]:
        first = widest.loc[widest[name].astype(float).idxmax()]
        size = parameters_of(benchmarks_data.get(BENCHMARK).network(int(first["index"]), 10, 0))
        rows.append(
            {
                "space": BENCHMARK,
                "by": "sample",
                "name": f"highest {name}",
                "arch": first["arch"],
                "params": size,
            }
        )
    for name, genotype in published.items():
        size = parameters_of(spaces.get("darts").network(genotype, DATASET, 0))
        rows.append(
            {
                "space": "darts",
                "by": "published",
                "name": name,
                "arch": str(genotype),
                "params": size,
            }
        )
    frame = pd.DataFrame(rows, columns=["space", "by", "name", "seed", "arch", "params", "fault"])
    drawn = {space: random_sizes(space, count, design.seed) for space, count in RANDOM.items()}
    frame["percentile"] = [
        math.nan
        if pd.isna(row["params"])
        else float(stats.percentileofscore(drawn[row["space"]], row["params"], kind="mean"))
        for row in frame.to_dict("records")
    ]
    notes = [
        ROUNDING if meaningless(space, name, preset(design.preset, name, space)) else ""
        for space, name, _ in searches
    ]
    frame["note"] = notes + [""] * (len(frame) - len(notes))
    for space, sizes in drawn.items():
        mean = {
            "space": space,
            "by": "random",
            "name": f"mean of {len(sizes)} random",
            "params": float(np.mean(sizes)),
        }
        frame = pd.concat(
            [frame, pd.DataFrame([{**mean, "percentile": 50.0, "note": ""}])], ignore_index=True
        )
    return frame


def sentences(found: pd.DataFrame, sizes: pd.DataFrame) -> list[str]:
    """Return in words what holds and what does not."""
    said = []
    for kind in ("cells", "operations"):
        for objective in OBJECTIVES:
            rows = found[(found["of"] == kind) & (found["score"] == f"zeros_{objective}")]
            said.append(
                f"ZEROS of {kind}, objective {objective}, is {_verdict(rows, '')} with the "
                f"bound: {_taus(rows, '')}. Whatever the "
                f"kernel's scale, it is {_verdict(rows, '_scale_free')}: "
                f"{_taus(rows, '_scale_free')}."
            )
    scale = found[(found["of"] == "cells") & (found["score"] == "trace")]
    said.append(
        "The bound of cells and the kernel's trace, which no label enters, have "
        f"{_taus(scale, '')}."
    )
    return said + [
        sentence for space in sizes["space"].unique() for sentence in _size_sentences(space, sizes)
    ]


def _verdict(rows: pd.DataFrame, suffix: str) -> str:
    if rows[f"tau{suffix}"].isna().all() or rows["n"].min() < FEWEST:
        return f"not judged (fewer than {FEWEST} have both numbers)"
    if rows[f"tau{suffix}_low"].isna().all():
        return "not judged (no interval)"
    below, above = (rows[f"tau{suffix}_high"] < 0).sum(), (rows[f"tau{suffix}_low"] > 0).sum()
    everywhere = " at every width" if len(rows) > 1 else ""
    if below == len(rows):
        return f"negatively correlated{everywhere}"
    if above == len(rows):
        return f"positively correlated{everywhere}"
    if below + above == 0:
        return "not significantly correlated" + (" at any width" if everywhere else "")
    return f"negatively correlated at {below}, positively at {above} of {len(rows)} widths"


def _taus(rows: pd.DataFrame, suffix: str) -> str:
    columns = [f"tau{suffix}", f"tau{suffix}_low", f"tau{suffix}_high"]
    values = (
        f"{tau_text(*(row[name] for name in columns))} at {row['channels']}"
        for row in rows.to_dict("records")
    )
    return f"tau {'; '.join(values)} channels"


def _size_sentences(space: str, sizes: pd.DataFrame) -> list[str]:
    said = []
    chosen = sizes[(sizes["space"] == space) & sizes["percentile"].notna() & (sizes["note"] == "")]
    for name, rows in chosen[chosen["by"] == "search"].groupby("name", sort=False):
        values = ", ".join(f"{value:.0f}" for value in rows["percentile"])
        said.append(
            f"{name} on {space} chooses networks that are larger than {values} % of random ones "
            "(a number for each seed)."
        )
    theirs = chosen[chosen["by"] == "published"]
    for group, rows in theirs.groupby(theirs["name"].map(family), sort=False):
        mean, low, high = (
            f"{value:.0f}" for value in rows["percentile"].agg(["mean", "min", "max"])
        )
        said.append(
            f"The {len(rows)} published {group} cells are larger than {mean} % of random ones on "
            f"average ({low} to {high})."
            if len(rows) > 1
            else f"The published {group} cell is larger than {mean} % of random ones."
        )
    return said


def publish_theory(
    cells: Mapping[tuple[int, int, int], Mapping[str, float]],
    supernets: Mapping[tuple[int, int], Mapping[str, Sequence[Sequence[float]]]],
    searches: Mapping[tuple[str, str, int], Mapping[str, Any]],
    published: Mapping[str, Any],
    design: Design,
    folder: Path,
    provenance: Mapping[str, Any],
) -> None:
    """Write cells.csv, operations.csv, correlations.csv, sizes.csv, theory.json, figures and
    reports, and print the sentences.
    """
    of_cells, of_operations = cell_rows(cells), operation_rows(supernets)
    found = correlations(of_cells, of_operations)
    sizes = size_rows(searches, published, of_cells, design)
    said = sentences(found, sizes)
    record = with_versions(provenance)
    with appearing(folder, RECORD, lambda: _remove_figures(folder)) as new:
        frames = {
            "cells": of_cells,
            "operations": of_operations,
            "correlations": found,
            "sizes": sizes,
        }
        for name, frame in frames.items():
            write_csv(frame, new / f"{name}.csv")
        report = _document(
            of_cells, of_operations, found, sizes, said, new, {**record, "input": design.fed()}
        )
        write_text(new / "report.html", html(report))
        write_text(new / "report.md", markdown(report))
        write_text(new / RECORD, json.dumps({**record, "findings": said}, indent=1) + "\n")
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
    found: pd.DataFrame,
    sizes: pd.DataFrame,
    said: Sequence[str],
    folder: Path,
    record: Mapping[str, Any],
) -> Document:
    scatters, strip = _figures(cells, operations, sizes, folder)
    bounds = [
        tables.text("of", "of"),
        tables.number("channels", "channels", "", "d"),
        tables.text("score", "score"),
    ]
    for suffix, heading in {
        "": "tau, bound",
        "_scale_free": "tau, scaled",
        "_trace": "tau, trace",
    }.items():
        bounds += [
            tables.number(heading, f"tau{suffix}", f"with the {AGAINST[suffix].replace('_', ' ')}"),
            tables.interval(f"tau{suffix}_low", f"tau{suffix}_high"),
        ]
    bounds += [
        tables.number("n", "n", "", "d"),
        tables.number("missing", "missing", "singular kernels", "d"),
    ]
    large = [
        *(tables.text(name, name) for name in ("space", "by", "name")),
        tables.number("seed", "seed", "", ".0f"),
        tables.number("params", "params", "", ",.0f"),
        tables.number(
            "percentile", "percentile", "share of random architectures that are smaller", ".1f"
        ),
        tables.text("note", "note"),
    ]
    sections = [
        Section("The bound", BOUND_TEXT, tables.fill(found, bounds), scatters),
        Section("Size", SIZES_TEXT, tables.fill(sizes, large), [strip]),
    ]
    said = [*said, *(f"Note: {reason}." for reason in record["warnings"])]
    part = Part("A proxy of the theorem's kernel, and size", said, sections)
    title, command = (
        "ZEROS against a proxy of the theorem's kernel",
        shown_command(record["command"]),
    )
    return Document(title, [record["input"]], [part], command, facts(record), {})


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
