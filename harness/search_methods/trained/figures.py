"""The figures of searches that train a supernet."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import matplotlib
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, NullFormatter

from harness.reporting.figures import SUFFIXES, save
from harness.reporting.paper import GREY, PALETTE, STYLE
from harness.search_methods.trained.results import by_epoch

COST, TRAJECTORY, ENTROPY = "accuracy_seconds", "trajectory", "entropy"
#: So many that no two curves of a figure have marker and colour in common.
MARKERS = "osD^v<>pP*Xhd"


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
                    "Accuracy in the table of the cell that alpha stands for, by epoch; means over "
                    "seeds with 95 % intervals.",
                )
        if len(epochs):
            drawn[ENTROPY] = (
                save(
                    course(epochs, "entropy", "entropy of alpha (nats)"), folder / f"{ENTROPY}.png"
                ),
                "Entropy of the softmax of alpha, the mean over choices, by epoch; means over "
                "seeds with 95 % intervals.",
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


def course(epochs: pd.DataFrame, name: str, label: str) -> Figure:
    """Draw a column by epoch, one curve a label."""
    figure = Figure(figsize=(5.6, 3.0), layout="constrained")
    axes = figure.subplots()
    points = by_epoch(epochs, name)
    for place, (curve, group) in enumerate(points.groupby("label", sort=False)):
        colour = PALETTE[place % len(PALETTE)]
        axes.plot(group["epoch"], group["mean"], color=colour, label=str(curve))
        axes.fill_between(
            group["epoch"], group["low"], group["high"], color=colour, alpha=0.2, lw=0
        )
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set_xlabel("epoch")
    axes.set_ylabel(label)
    axes.legend(frameon=False)
    return figure
