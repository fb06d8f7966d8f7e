"""The figure of searches by proxy: the best accuracy against what it took."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import StrMethodFormatter

from harness.analysis.statistics import Vector
from harness.reporting.paper import BLUE, GREEN, GREY, ORANGE
from harness.search_methods.by_proxy.chance import expected_best
from harness.search_methods.by_proxy.curves import SCORED, TRAINED

#: Points of the curve of random search.
POINTS = 60


def search_figure(
    curve: pd.DataFrame, candidates: Vector, needed: int, method: str, target: str
) -> Figure:
    """Draw the curve against trained architectures, and against scored ones where it has such.

    Args:
        curve: of :func:`harness.search_methods.by_proxy.curves.curve_of`.
        candidates: the accuracies (n,) of all that could be trained.
        needed: how far random search is drawn.
        method, target: what they are called.
    """
    panels = [one for one in (TRAINED, SCORED) if (curve["by"] == one).any()]
    figure = Figure(figsize=(5.2, 3.4 * len(panels)), layout="constrained")
    axes = figure.subplots(len(panels), 1, sharey=True, squeeze=False)[:, 0]
    _against_trained(axes[0], curve[curve["by"] == TRAINED], candidates, needed, method)
    if SCORED in panels:
        _against_scored(axes[1], curve[curve["by"] == SCORED])
    optimum = float(candidates.max())
    for panel in axes:
        panel.axhline(optimum, color=GREY, lw=1, ls="--", label="optimum of the table")
        panel.set_xscale("log")
        panel.xaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
        panel.legend(loc="lower right", frameon=False, fontsize=8)
        panel.set_ylabel(target)
    lowest = min(float(curve["low"].min()), float(np.median(candidates)))
    axes[0].set_ylim(lowest - 0.05 * (optimum - lowest), optimum + 0.05 * (optimum - lowest))
    return figure


def _against_trained(
    axes: Axes, points: pd.DataFrame, candidates: Vector, needed: int, method: str
) -> None:
    last = max(int(points["trained"].max()), needed, 2)
    counts = np.unique(np.geomspace(1, min(last, len(candidates)), POINTS).round().astype(int))
    random = [expected_best(candidates, count) for count in counts.tolist()]
    axes.plot(counts, random, color=ORANGE, ls=":", lw=2, label="random search, expected")
    _line(axes, points, "trained", BLUE, method)
    axes.set_xlabel("trained architectures")


def _against_scored(axes: Axes, points: pd.DataFrame) -> None:
    groups = points.groupby("highest", sort=False)
    for (count, rows), colour in zip(groups, (GREEN, BLUE)[-len(groups) :], strict=True):
        label = "the highest score" if count == 1 else f"best of the {count} highest scores"
        _line(axes, rows, "scored", colour, label)
    most = points[points["highest"] == points["highest"].max()]
    axes.plot(
        most["scored"],
        most["random"],
        color=ORANGE,
        ls=":",
        lw=2,
        label="random search, as many trained, expected",
    )
    axes.set_xlabel("scored architectures")


def _line(axes: Axes, rows: pd.DataFrame, x: str, colour: str, label: str) -> None:
    low, high = rows["low"], rows["high"]
    axes.fill_between(rows[x], low, high, color=colour, alpha=0.2, linewidth=0, step="post")
    marker = "o" if len(rows) == 1 else ""
    axes.plot(
        rows[x], rows["mean"], color=colour, label=label, marker=marker, drawstyle="steps-post"
    )
