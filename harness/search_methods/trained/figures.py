"""The figures of searches that train a supernet."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import matplotlib
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, NullFormatter

from harness.reporting.figures import SUFFIXES, save
from harness.reporting.paper import GREY, LINE, PALETTE, STYLE
from harness.search_methods.trained.results import ENOUGH, by_epoch

COST, TRAJECTORY, ENTROPY = "accuracy_seconds", "trajectory", "entropy"
#: So many that no two curves of a figure have marker and colour in common.
MARKERS = "osD^v<>pP*Xhd"
#: Of curves: another one when the colours begin anew.
LINES = ("-", "--", ":", "-.")
#: About so many points of a curve have a marker.
MARKED = 8
LEGEND_COLUMNS = 2


def remove_figures(folder: Path) -> None:
    """Remove the figures that such searches can have left, and no others."""
    for name in (COST, TRAJECTORY, ENTROPY):
        for suffix in SUFFIXES:
            (folder / f"{name}{suffix}").unlink(missing_ok=True)


def draw_figures(
    summary: pd.DataFrame, epochs: pd.DataFrame, targets: Sequence[str], folder: Path
) -> dict[str, tuple[Path, str]]:
    """Draw what there is to see, and return each figure with its caption.

    Args:
        summary: of :func:`harness.search_methods.outcomes.compared`.
        epochs: of :func:`harness.search_methods.trained.results.epoch_rows`.
        targets: accuracies; the first one is drawn.
        folder: where the figures go.
    """
    drawn: dict[str, tuple[Path, str]] = {}
    seeds = _means_in_words(epochs)
    with matplotlib.rc_context(STYLE):
        if targets:
            drawn[COST] = (
                save(cost_figure(summary, targets[0]), folder / f"{COST}.png"),
                "Accuracy in the table against seconds of a search; means over seeds and their "
                "standard deviation. Dashed: the table's best, random architectures.",
            )
            if len(epochs):
                drawn[TRAJECTORY] = (
                    save(
                        course(epochs, targets[0], shown(targets[0])), folder / f"{TRAJECTORY}.png"
                    ),
                    f"Accuracy in the table of the cell that alpha stands for, by epoch{seeds}.",
                )
        if len(epochs):
            drawn[ENTROPY] = (
                save(
                    course(epochs, "entropy", "entropy of alpha (nats)", least=0.0),
                    folder / f"{ENTROPY}.png",
                ),
                f"Entropy of the softmax of alpha, the mean over choices, by epoch{seeds}.",
            )
    return drawn


def shown(target: str) -> str:
    """Return what an axis calls a target."""
    return f"{target.replace('_', ' ')} (%)"


def cost_figure(summary: pd.DataFrame, target: str) -> Figure:
    """Draw accuracy against seconds on a logarithmic axis, and lines for what has no seconds."""
    figure = Figure(figsize=(5.6, 3.6), layout="constrained")
    axes = figure.subplots()
    timed = summary[(summary["kind"] == "search") & (summary["seconds"] > 0)]
    for place, row in enumerate(timed.dropna(subset=[target]).to_dict("records")):
        deviation = row[f"{target}_sd"]
        axes.errorbar(
            [row["seconds"]], [row[target]],
            yerr=None if pd.isna(deviation) else [deviation],
            color=PALETTE[place % len(PALETTE)], marker=MARKERS[place % len(MARKERS)],
            ls="", capsize=2, label=str(row["method"]),
        )  # fmt: skip
    _lines(axes, summary, target)
    axes.set_xscale("log")
    axes.xaxis.set_minor_formatter(NullFormatter())
    if len(timed):  # more than a decade, so that one is labelled
        axes.set_xlim(timed["seconds"].min() / 5, timed["seconds"].max() * 5)
    axes.set_xlabel("seconds of a search")
    axes.set_ylabel(shown(target))
    if axes.get_legend_handles_labels()[0]:
        figure.legend(loc="outside right upper", frameon=False)
    return figure


def _lines(axes: Axes, summary: pd.DataFrame, target: str) -> None:
    lines = summary[summary["kind"].isin(["random", "table"])].dropna(subset=[target])
    for row in lines.to_dict("records"):
        axes.axhline(row[target], color=GREY, lw=0.8, ls="--")
        axes.annotate(
            str(row["method"]), (0.99, row[target]), (0, 1), xycoords=axes.get_yaxis_transform(),
            textcoords="offset points", ha="right", va="bottom", color=GREY,
        )  # fmt: skip


def course(epochs: pd.DataFrame, name: str, label: str, least: float | None = None) -> Figure:
    """Draw a column by epoch, one curve a label; the axis holds every seed, and begins at *least*
    where that is given.
    """
    points = by_epoch(epochs, name)
    curves = list(points.groupby("label", sort=False))
    rows = math.ceil(len(curves) / LEGEND_COLUMNS)
    figure = Figure(figsize=(5.6, 2.8 + LINE * rows), layout="constrained")
    axes = figure.subplots()
    for place, (curve, group) in enumerate(curves):
        colour = PALETTE[place % len(PALETTE)]
        axes.plot(
            group["epoch"], group["mean"], color=colour, label=str(curve),
            ls=LINES[place // len(PALETTE) % len(LINES)], marker=MARKERS[place % len(MARKERS)],
            ms=4, markevery=math.ceil(len(group) / MARKED),
        )  # fmt: skip
        axes.fill_between(
            group["epoch"], group["low"], group["high"], color=colour, alpha=0.15, lw=0
        )
    low, high = epochs[name].min(), epochs[name].max()
    if math.isfinite(low):
        low, margin = (low, (high - low) / 20) if least is None else (least, (high - least) / 20)
        margin = margin or 1.0
        axes.set_ylim(low - margin * (least is None), high + margin)
    axes.set_xlim(epochs["epoch"].min() - 0.5, epochs["epoch"].max() + 0.5)
    axes.ticklabel_format(axis="y", useOffset=False)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    axes.set_xlabel("epoch")
    axes.set_ylabel(label)
    figure.legend(loc="outside lower center", ncols=LEGEND_COLUMNS, frameon=False)
    return figure


def _means_in_words(epochs: pd.DataFrame) -> str:
    """Return what a curve is where it is not one search's."""
    if epochs.empty:
        return ""
    several = epochs.groupby(["label", "epoch"], sort=False).size()
    intervals = f", with 95 % intervals from {ENOUGH} seeds on" if several.max() >= ENOUGH else ""
    return f"; means over seeds{intervals}" if several.max() > 1 else ""
