"""What scores cost and what they are worth: tau against seconds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import LogLocator, NullFormatter

from benchmarks_data.target import Target
from harness.reporting.paper import (
    BLUE,
    GREY,
    LINE,
    Sheet,
    colours_of,
    legend_above,
    undefined_text,
    wrapped,
)
from proxies import BASELINES

Places = np.ndarray[Any, np.dtype[np.float64]]
#: How many names stand beside the axes, before only the most important ones do.
NAMED = 20
#: Inches that the axes need at least, and where most dots have no name.
LEAST, CROWDED = 2.6, 3.6


def cost_front(
    costs: Mapping[str, float],
    correlations: pd.DataFrame,
    width: float,
    subject: str | None = None,
) -> Figure:
    """Draw tau against the mean seconds of an architecture, and the front.

    The proxies that no other beats at the same cost; their names are bold. Names stand beside the
    axes, the highest tau on top, with a thin line to their dots. Of more than NAMED proxies only
    the front, the *subject* and the trivial baselines have theirs.
    """
    every = correlations.set_index("proxy").assign(seconds=pd.Series(dict(costs)))
    rows = _with_both(every)
    front = front_of(rows)
    named = _named(rows, front, subject)
    least = LEAST if len(named) == len(rows) else CROWDED
    figure = Sheet(width, max(least, LINE * len(named) + 5 * LINE))
    axes = figure.subplots()
    axes.step(front["seconds"], front["tau"], where="post", color=GREY, lw=1.2, label="front")
    for name, colour, (_, row) in zip(
        rows.index, colours_of(rows.index, subject), rows.iterrows(), strict=True
    ):
        marker, size = ("*", 70) if name == subject else ("o" if colour == BLUE else "s", 18)
        axes.scatter(
            row["seconds"], row["tau"], s=size, marker=marker, color=colour, zorder=3,
            edgecolors="black", linewidths=0.4,
        )  # fmt: skip
    axes.set_xscale("log")
    axes.xaxis.set_major_locator(LogLocator(numticks=5))
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.margins(x=0.08, y=0.05)
    measured = every["seconds"].notna().to_numpy()
    lost = undefined_text(correlations[measured])
    label = Target.parse(str(correlations["target"].iloc[0])).label
    axes.set_xlabel(wrapped(f"seconds for an architecture (passes and formula){lost}", width - 1.6))
    axes.set_ylabel(wrapped(f"tau-b with {label}", figure.get_figheight() - 1))
    _name_points(axes, named, [str(name) for name in front.index], subject)
    handles = axes.get_legend_handles_labels()[0]
    if others := len(rows) - len(named):
        dot = Line2D([], [], marker="o", ls="", ms=4, color=BLUE, mec="black", mew=0.4)
        dot.set_label(f"{others} further scores")
        handles.append(dot)
    legend_above(figure, axes, handles)
    return figure


def front_of(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows that no other beats at the same cost, of a frame of ``tau`` and ``seconds``;
    the cheapest first.
    """
    ordered = _with_both(rows)
    return ordered[ordered["tau"] >= ordered["tau"].cummax()]


def _with_both(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows with a tau that took some time, the cheapest first."""
    known = rows.dropna(subset=["tau", "seconds"])
    return known[known["seconds"] > 0].sort_values("seconds")


def _named(rows: pd.DataFrame, front: pd.DataFrame, subject: str | None) -> pd.DataFrame:
    """Return the rows whose names are shown."""
    if len(rows) <= NAMED:
        return rows
    return rows[rows.index.isin([*front.index, *BASELINES, subject])]


def _name_points(axes: Axes, rows: pd.DataFrame, front: list[str], subject: str | None) -> None:
    """Write the name of each point beside the axes."""
    low, high = axes.get_ylim()
    axes.set_ylim(low, high)
    axes.set_xlim(axes.get_xlim())
    ordered = rows.sort_values("tau")
    wanted = ((ordered["tau"] - low) / (high - low)).to_numpy(float)
    for (name, row), at in zip(ordered.iterrows(), spread_out(wanted), strict=True):
        axes.annotate(
            str(name),
            (row["seconds"], row["tau"]),
            (1.06, at),
            textcoords="axes fraction",
            va="center",
            fontweight="bold" if name in front or name == subject else "normal",
            arrowprops={
                "arrowstyle": "-",
                "lw": 0.4,
                "color": GREY,
                "shrinkA": 1,
                "shrinkB": 2,
                "relpos": (0, 0.5),
            },
        )


def spread_out(wanted: Places) -> Places:
    """Return places from 0 to 1, as near to those that are *wanted* as they can be without names
    that overlap.

    *wanted* ascends; so do the places, in steps of 1 / (count - 1) or what room there is.
    """
    count = len(wanted)
    if count < 2:
        return wanted
    step = min(1 / (count - 1), 0.06)
    places: Places = np.clip(wanted, 0, 1)
    for at in range(1, count):
        places[at] = max(places[at], places[at - 1] + step)
    places[-1] = min(places[-1], 1.0)
    for at in range(count - 2, -1, -1):
        places[at] = min(places[at], places[at + 1] - step)
    return places
