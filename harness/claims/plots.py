"""Figures of the theory: sensitivities against the bound, and the sizes of what was chosen."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter

from harness.reporting.paper import BLUE, ORANGE, PALETTE
from proxies.passes.objectives import OBJECTIVES


def family(name: object) -> str:
    """Return what published genotypes have in common that are numbered, such as ``synflow_3``."""
    return str(name).partition("_")[0]


def scatter(cells: pd.DataFrame, width: int) -> Figure:
    """Draw ZEROS of the cells of one width against the bound, a panel for each objective."""
    rows = cells[cells["channels"] == width]
    figure = Figure(figsize=(3.1 * len(OBJECTIVES), 3.0), layout="constrained")
    for axes, objective in zip(
        figure.subplots(1, len(OBJECTIVES), sharey=True), OBJECTIVES, strict=True
    ):
        known = (
            rows[[f"zeros_{objective}", "bound"]].astype(float).replace(-np.inf, np.nan).dropna()
        )
        axes.scatter(
            known[f"zeros_{objective}"], known["bound"], s=9, color=BLUE, alpha=0.6, linewidths=0
        )
        if len(known):
            axes.set_yscale("log")
        axes.set_xlabel(f"ZEROS, objective {objective} (log)")
    figure.supylabel(f"bound, {width} channels", fontsize=9)
    return figure


def operation_scatter(operations: pd.DataFrame, width: int) -> Figure:
    """Draw zeta of a supernet's operations against the bound, a panel for each objective, a colour
    for each operation.
    """
    rows = operations[operations["channels"] == width]
    figure = Figure(figsize=(3.1 * len(OBJECTIVES), 3.3), layout="constrained")
    panels = figure.subplots(1, len(OBJECTIVES), sharey=True)
    for axes, objective in zip(panels, OBJECTIVES, strict=True):
        for colour, (kind, group) in zip(
            PALETTE, rows.groupby("operation", sort=False), strict=False
        ):
            axes.scatter(
                group[objective],
                group["bound"],
                s=20,
                color=colour,
                alpha=0.8,
                linewidths=0,
                label=str(kind),
            )
        if (rows[objective] > 0).any() and (rows["bound"] > 0).any():
            axes.set_xscale("log")
            axes.set_yscale("log")
        axes.xaxis.set_minor_formatter(NullFormatter())
        axes.set_xlabel(f"zeta, objective {objective}")
    figure.legend(
        *panels[0].get_legend_handles_labels(),
        loc="outside upper center",
        ncols=4,
        frameon=False,
        fontsize=8,
    )
    figure.supylabel(f"bound, {width} channels", fontsize=9)
    return figure


def size_strip(sizes: pd.DataFrame) -> Figure:
    """Draw the percentile in size of everything that was chosen, a line for each kind."""
    chosen = sizes[sizes["by"] != "random"].copy()
    chosen["kind"] = [
        f"darts: published {family(row['name'])}"
        if row["by"] == "published"
        else f"{row['space']}: {', '.join(filter(None, (row['name'], row['note'])))}"
        for row in chosen.to_dict("records")
    ]
    kinds = list(dict.fromkeys(chosen["kind"]))[::-1]
    figure = Figure(figsize=(6.4, 0.3 * len(kinds) + 0.9), layout="constrained")
    axes = figure.subplots()
    axes.axvline(50, color="black", lw=0.8, ls=":")
    for place, kind in enumerate(kinds):
        rows = chosen[chosen["kind"] == kind]
        colour = ORANGE if (rows["by"] == "published").all() else BLUE
        axes.scatter(
            rows["percentile"], [place] * len(rows), s=22, color=colour, alpha=0.7, linewidths=0
        )
    axes.set_yticks(range(len(kinds)), kinds)
    axes.set_xlim(-3, 103)
    axes.set_xlabel("share of random architectures that are smaller (%)")
    return figure
