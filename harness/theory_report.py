"""What the theory's measurements say: correlations with intervals, sizes against random ones, sentences, report.html."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from rich.console import Console
from scipy import stats

import benchmarks_data
from benchmarks_data import spaces
from benchmarks_data.spaces.choice import NONE
from harness import tables
from harness.document import Document, Part, Section, facts, shown_command
from harness.figures import STYLE, SUFFIXES, save
from harness.files import tau_text, with_versions, write_csv, write_text
from harness.found import parameters_of
from harness.kernel import BENCHMARK, DATASET, Design, random_sizes
from harness.plots import BLUE, ORANGE
from harness.publish import appearing
from harness.render import html, markdown
from harness.statistics import kendall
from proxies.passes.objectives import OBJECTIVES

RECORD = "theory.json"
#: Random architectures whose sizes are counted.
RANDOM = {BENCHMARK: 1000, "darts": 300}
BOUND_TEXT = (
    "Tau of ZEROS with the bound sqrt(y' K^-1 y / n): of cells, each in its own network; of operations, zeta in the whole supernet "
    "against the bound of the supernet in which the choice has taken the operation. The theory says that it is below 0. Intervals "
    "of operations take them for independent, which those of one supernet are not: they are narrower than they should be."
)
SIZES_TEXT = (
    "Parameters of the networks of what one-shot searches choose, and the share of random architectures that are smaller, equal "
    "ones counted half. Without a bias to size that share is 50 in 100 on average."
)


def correlations(cells: pd.DataFrame, operations: pd.DataFrame) -> pd.DataFrame:
    """Return tau with the bound: one row for each kind, width and objective, and for the baselines SynFlow and params of cells."""
    rows = []
    for width, group in cells.groupby("channels"):
        for name in [*(f"zeros_{objective}" for objective in OBJECTIVES), "synflow", "params"]:
            rows.append(_row("cells", width, name, group[name], group["bound"]))
    for width, group in operations.groupby("channels"):
        for objective in OBJECTIVES:
            rows.append(_row("operations", width, f"zeros_{objective}", group[objective], group["bound"]))
    return pd.DataFrame(rows)


def _row(kind: str, width: object, name: str, score: pd.Series, bound: pd.Series) -> dict[str, Any]:
    known = pd.DataFrame({"score": score.astype(float), "bound": bound.astype(float)}).dropna()
    found = kendall(known["score"].to_numpy(float), known["bound"].to_numpy(float))
    return {
        "of": kind, "channels": width, "score": name, "n": len(known), "missing": len(score) - len(known),
        "tau": found.value, "tau_low": found.low, "tau_high": found.high,
    }  # fmt: skip


def cell_rows(cells: Mapping[tuple[int, int], Mapping[str, float]]) -> pd.DataFrame:
    """Return a row for each cell and width."""
    benchmark = benchmarks_data.get(BENCHMARK)
    return pd.DataFrame(
        {"index": index, "arch": benchmark.architecture(index).string, "channels": width, **values}
        for (index, width), values in cells.items()
    )


def operation_rows(supernets: Mapping[int, Mapping[str, Sequence[Sequence[float]]]]) -> pd.DataFrame:
    """Return a row for each width and candidate operation but none, whose sensitivity is 0 whatever the supernet does."""
    choices = spaces.get(BENCHMARK).choices
    rows = []
    for width, found in supernets.items():
        for number, choice in enumerate(choices):
            for place, kind in enumerate(choice.operations):
                if kind != NONE:
                    values = {name: table[number][place] for name, table in found.items()}
                    rows.append({"channels": width, "choice": choice.name, "operation": kind, **values})
    return pd.DataFrame(rows)


def size_rows(
    searches: Mapping[tuple[str, str, int], Mapping[str, Any]], published: Mapping[str, Any], cells: pd.DataFrame, seed: int
) -> pd.DataFrame:
    """Return the size of what each search, each published genotype and each score's first cell has, and its percentile."""
    rows = [
        {"space": space, "by": "search", "name": f"zeros, {objective}", "seed": number, **found}
        for (space, objective, number), found in searches.items()
    ]
    widest = cells[cells["channels"] == cells["channels"].max()]
    for name in ("zeros_synflow", "zeros_snip", "zeros_grasp", "synflow"):
        first = widest.loc[widest[name].astype(float).idxmax()]
        size = parameters_of(benchmarks_data.get(BENCHMARK).network(int(first["index"]), 10, 0))
        rows.append({"space": BENCHMARK, "by": "sample", "name": f"highest {name}", "arch": first["arch"], "params": size})
    for name, genotype in published.items():
        size = parameters_of(spaces.get("darts").network(genotype, DATASET, 0))
        rows.append({"space": "darts", "by": "published", "name": name, "arch": str(genotype), "params": size})
    frame = pd.DataFrame(rows, columns=["space", "by", "name", "seed", "arch", "params", "fault"])
    drawn = {space: random_sizes(space, count, seed) for space, count in RANDOM.items()}
    frame["percentile"] = [
        math.nan if pd.isna(row["params"]) else float(stats.percentileofscore(drawn[row["space"]], row["params"], kind="mean"))
        for row in frame.to_dict("records")
    ]
    for space, sizes in drawn.items():
        mean = {"space": space, "by": "random", "name": f"mean of {len(sizes)} random", "params": float(np.mean(sizes))}
        frame = pd.concat([frame, pd.DataFrame([{**mean, "percentile": 50.0}])], ignore_index=True)
    return frame


def sentences(found: pd.DataFrame, sizes: pd.DataFrame) -> list[str]:
    """Return in words what holds and what does not."""
    said = []
    for kind in ("cells", "operations"):
        for objective in OBJECTIVES:
            rows = found[(found["of"] == kind) & (found["score"] == f"zeros_{objective}")]
            below = rows[rows["tau_high"] < 0]
            above = rows[rows["tau_low"] > 0]
            verdict = (
                "negatively correlated with the bound at every width" if len(below) == len(rows)
                else "positively correlated with the bound at every width" if len(above) == len(rows)
                else "not significantly correlated with the bound at any width" if not len(below) + len(above)
                else f"negatively correlated with the bound at {len(below)}, positively at {len(above)} of {len(rows)} widths"
            )  # fmt: skip
            taus = "; ".join(
                f"{tau_text(row['tau'], row['tau_low'], row['tau_high'])} at {row['channels']} channels"
                for row in rows.to_dict("records")
            )
            said.append(f"ZEROS of {kind}, objective {objective}, is {verdict}: tau {taus}.")
    for space in sizes["space"].unique():
        searched = sizes[(sizes["space"] == space) & (sizes["by"] == "search")]
        for name, rows in searched.groupby("name", sort=False):
            known = rows["percentile"].dropna()
            if len(known):
                values = ", ".join(f"{value:.0f}" for value in known)
                said.append(
                    f"{name} on {space} chooses networks that are larger than {values} % of random ones (a number for each seed)."
                )
        theirs = sizes[(sizes["space"] == space) & (sizes["by"] == "published")]
        for prefix in dict.fromkeys(str(name).partition("_")[0] for name in theirs["name"]):
            rows = theirs[theirs["name"].str.startswith(f"{prefix}_")]
            mean, low, high = (f"{value:.0f}" for value in rows["percentile"].agg(["mean", "min", "max"]))
            said.append(
                f"The {len(rows)} published {prefix} cells are larger than {mean} % of random ones on average ({low} to {high})."
            )
    return said


def scatter(cells: pd.DataFrame, width: int) -> Figure:
    """Draw ZEROS of the cells of one width against the bound, a panel for each objective."""
    rows = cells[cells["channels"] == width]
    figure = Figure(figsize=(3.1 * len(OBJECTIVES), 3.0), layout="constrained")
    for axes, objective in zip(figure.subplots(1, len(OBJECTIVES), sharey=True), OBJECTIVES, strict=True):
        known = rows[[f"zeros_{objective}", "bound"]].astype(float).replace(-np.inf, np.nan).dropna()
        axes.scatter(known[f"zeros_{objective}"], known["bound"], s=9, color=BLUE, alpha=0.6, linewidths=0)
        axes.set_yscale("log")
        axes.set_xlabel(f"ZEROS, objective {objective} (log)")
    figure.supylabel(f"bound, {width} channels", fontsize=9)
    return figure


def size_strip(sizes: pd.DataFrame) -> Figure:
    """Draw the percentile in size of everything that was chosen, a line for each kind."""
    chosen = sizes[sizes["by"] != "random"].copy()
    chosen["kind"] = [
        f"{row['space']}: {row['name']}" if row["by"] != "published" else f"darts: published {str(row['name']).partition('_')[0]}"
        for row in chosen.to_dict("records")
    ]
    kinds = list(dict.fromkeys(chosen["kind"]))[::-1]
    figure = Figure(figsize=(6.4, 0.3 * len(kinds) + 0.9), layout="constrained")
    axes = figure.subplots()
    axes.axvline(50, color="black", lw=0.8, ls=":")
    for place, kind in enumerate(kinds):
        rows = chosen[chosen["kind"] == kind]
        colour = ORANGE if (rows["by"] == "published").all() else BLUE
        axes.scatter(rows["percentile"], [place] * len(rows), s=22, color=colour, alpha=0.7, linewidths=0)
    axes.set_yticks(range(len(kinds)), kinds)
    axes.set_xlim(-3, 103)
    axes.set_xlabel("share of random architectures that are smaller (%)")
    return figure


def publish_theory(
    cells: Mapping[tuple[int, int], Mapping[str, float]],
    supernets: Mapping[int, Mapping[str, Sequence[Sequence[float]]]],
    searches: Mapping[tuple[str, str, int], Mapping[str, Any]],
    published: Mapping[str, Any],
    design: Design,
    folder: Path,
    provenance: Mapping[str, Any],
) -> None:
    """Write cells.csv, operations.csv, correlations.csv, sizes.csv, theory.json, figures and reports, and print the sentences."""
    of_cells, of_operations = cell_rows(cells), operation_rows(supernets)
    found = correlations(of_cells, of_operations)
    sizes = size_rows(searches, published, of_cells, design.seed)
    said = sentences(found, sizes)
    record = with_versions(provenance)
    with appearing(folder, RECORD, lambda: _remove_figures(folder)) as new:
        frames = {"cells": of_cells, "operations": of_operations, "correlations": found, "sizes": sizes}
        for name, frame in frames.items():
            write_csv(frame, new / f"{name}.csv")
        report = _document(of_cells, found, sizes, said, new, record)
        write_text(new / "report.html", html(report))
        write_text(new / "report.md", markdown(report))
        write_text(new / RECORD, json.dumps({**record, "findings": said}, indent=1) + "\n")
    console = Console()
    for line in [*said, f"Report, tables and figures: {folder / 'report.html'}"]:
        console.print(line, highlight=False, soft_wrap=True, markup=False)


def _remove_figures(folder: Path) -> None:
    for suffix in SUFFIXES:
        for path in [*folder.glob(f"bound_*{suffix}"), folder / f"sizes{suffix}"]:
            path.unlink(missing_ok=True)


def _document(
    cells: pd.DataFrame, found: pd.DataFrame, sizes: pd.DataFrame, said: Sequence[str], folder: Path, record: Mapping[str, Any]
) -> Document:
    with matplotlib.rc_context(STYLE):
        scatters = [
            (save(scatter(cells, width), folder / f"bound_{width}.png"), f"Cells of {width} initial channels.")
            for width in sorted(cells["channels"].unique())
        ]
        strip = save(size_strip(sizes), folder / "sizes.png"), "Sizes of what was chosen; dotted: no bias to size."
    bounds = [
        tables.text("of", "of"), tables.number("channels", "channels", "", "d"), tables.text("score", "score"),
        tables.number("tau", "tau", "with the bound"), tables.interval("tau_low", "tau_high"), tables.number("n", "n", "", "d"),
        tables.number("missing", "missing", "singular kernels", "d"),
    ]  # fmt: skip
    large = [
        tables.text("space", "space"), tables.text("by", "by"), tables.text("name", "name"),
        tables.number("seed", "seed", "", ".0f"),
        tables.number("params", "params", "", ",.0f"),
        tables.number("percentile", "percentile", "share of random architectures that are smaller", ".1f"),
    ]  # fmt: skip
    part = Part(
        "Neural tangent kernel and size",
        said,
        [
            Section("The bound", BOUND_TEXT, tables.fill(found, bounds), scatters),
            Section("Size", SIZES_TEXT, tables.fill(sizes, large), [strip]),
        ],
    )
    return Document("The theory of ZEROS, measured", [], [part], shown_command(record["command"]), facts(record), {})
