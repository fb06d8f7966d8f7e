"""The main figures: score against accuracy for every proxy, and tau of all proxies side by side."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, LogNorm
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import EngFormatter, MaxNLocator

from benchmarks_data.target import Target
from harness.analysis.orders import by_seed
from harness.reporting.paper import (
    BLUE,
    GREEN,
    GREY,
    HATCH,
    LIGHT,
    LINE,
    ORANGE,
    Sheet,
    colours_of,
    decimals,
    embolden,
    legend_above,
    population_text,
    undefined_text,
    wrapped,
)
from proxies.requests import direction

#: From this many points on a panel shows their density; this share of the architectures is marked
#: as the top.
MANY, TOP = 2000, 0.01
#: Inches of a panel that is wide enough for the name of a proxy.
PANEL = 1.08
#: Where the range of scores is so many times that of their middle half, outliers would squash the
#: others, and the panel shows ranks.
SQUASHED = 12.0


def score_accuracy(
    scores: pd.DataFrame,
    accuracy: pd.Series,
    correlations: pd.DataFrame,
    width: float,
    subject: str | None = None,
) -> Figure:
    """Draw one panel per proxy that has a score: the mean over seeds against accuracy.

    Scores of -inf stand on the left edge. Where outliers would squash the others the panel shows
    ranks of scores, and says so.
    """
    ranked = correlations.sort_values("tau", ascending=False, kind="stable")["proxy"]
    names = [name for name in ranked if name in set(scores["proxy"])]
    scored = set(scores.dropna(subset="score")["proxy"])
    names = [name for name in names if name in scored] or names
    columns = min(max(2, int(width / PANEL)), math.ceil(math.sqrt(len(names)) * 1.3))
    lines = math.ceil(len(names) / columns)
    figure = Sheet(width, (min(0.9 * width / columns, 1.9) + 2 * LINE) * lines + 0.5)
    panels = figure.subplots(lines, columns, squeeze=False, sharey=True)
    taus, target = correlations.set_index("proxy")["tau"], Target.parse(str(accuracy.name))
    for axes, name in zip(panels.flat, names, strict=False):
        score = by_seed(scores, name).mean(axis=1, skipna=False)
        _panel(axes, score, accuracy)
        if direction(name) < 0:
            axes.set_xlabel(f"{axes.get_xlabel()}, lower is better".removeprefix(", "))
        weight = "bold" if name == subject else "normal"
        axes.set_title(f"{_broken(name)}\n{_tau_text(taus[name])}", fontweight=weight)
    if target.is_accuracy:
        _stretch_axis(panels[0, 0], accuracy)
    for axes in list(panels.flat)[len(names) :]:
        axes.set_visible(False)
    figure.supxlabel(
        wrapped(
            f"score, or its rank where a panel says so; orange: the top {TOP:.0%} by "
            f"{target.label}",
            width - 0.5,
        )
    )
    figure.supylabel(axis_text(target.name))
    return figure


def _panel(axes: Axes, score: pd.Series, accuracy: pd.Series) -> None:
    """Draw one proxy: points, or their density where there are thousands, and the top architectures
    in orange.
    """
    known = pd.DataFrame({"x": score, "y": accuracy}).dropna()
    finite = known[np.isfinite(known["x"])]
    if is_squashed(finite["x"]):
        finite = finite.assign(x=finite["x"].rank())
        axes.set_xlabel("rank")
    if len(finite) > MANY:
        _density(axes, finite, Target.parse(str(accuracy.name)).is_accuracy)
    else:
        alpha = float(np.clip(60 / max(len(finite), 1) ** 0.7, 0.05, 0.8))
        axes.scatter(
            finite["x"],
            finite["y"],
            s=6,
            color=BLUE,
            alpha=alpha,
            linewidths=0,
            rasterized=True,
            gid="finite",
        )
    top = finite.nlargest(math.ceil(TOP * len(known)), "y")
    axes.scatter(top["x"], top["y"], s=7, color=ORANGE, linewidths=0, rasterized=True, gid="top")
    lowest = known[np.isneginf(known["x"])]
    if len(lowest):
        axes.scatter(
            np.full(len(lowest), 0.02), lowest["y"], s=9, marker="<", color=GREY, linewidths=0,
            alpha=0.6,
            transform=axes.get_yaxis_transform(), gid="lowest",
        )  # fmt: skip
        axes.text(
            1, 0.03, f"{len(lowest)} at -inf", color=GREY, ha="right", transform=axes.transAxes
        )
    axes.xaxis.set_major_locator(MaxNLocator(2))
    if len(finite) and (finite["x"].abs().max() >= 1e4 or 0 < finite["x"].abs().max() < 1e-2):
        axes.xaxis.set_major_formatter(EngFormatter(sep=""))


def is_squashed(values: pd.Series) -> bool:
    """Return whether a few outliers would leave no room for most of the values."""
    if len(values) < 10:
        return False
    low, high = np.quantile(values, [0.25, 0.75])
    return bool(high > low and values.max() - values.min() > SQUASHED * (high - low))


def _density(axes: Axes, points: pd.DataFrame, stretched: bool) -> None:
    """Draw how many points (columns x, y) are in each cell of a grid, whose cells are of equal size
    on the axis.
    """
    columns = np.linspace(points["x"].min(), points["x"].max(), 61)
    low, high = points["y"].min(), points["y"].max()
    lines = (
        _unstretch(np.linspace(_stretch(low), _stretch(high), 61))
        if stretched
        else np.linspace(low, high, 61)
    )
    lines[[0, -1]] = low, high  # exactly, whatever rounding did
    counts, _, _ = np.histogram2d(points["x"], points["y"], (columns, lines))
    shades = LinearSegmentedColormap.from_list("density", ["#BFD9EC", BLUE, "#00243A"])
    axes.pcolormesh(
        columns,
        lines,
        np.ma.masked_equal(counts.T, 0),
        norm=LogNorm(),
        cmap=shades,
        rasterized=True,
        gid="density",
    )


def _stretch(percent: Any) -> Any:
    """Spread the high accuracies, where most architectures are.

    Steps of equal ratio of errors become equal.
    """
    return -np.log(101 - np.minimum(percent, 100.5))


def _unstretch(value: Any) -> Any:
    return 101 - np.exp(-value)


def _stretch_axis(axes: Axes, accuracy: pd.Series) -> None:
    axes.set_yscale("function", functions=(_stretch, _unstretch))
    ticks = np.array([10, 50, 80, 90, 94, 98] if accuracy.max() > 60 else range(10, 70, 10))
    axes.set_yticks(ticks[(ticks >= accuracy.min() - 1) & (ticks <= accuracy.max() + 1)])


def _broken(name: str) -> str:
    """Return a name whose options stand on a line of their own."""
    return name.replace("[", "\n[", 1)


def _tau_text(tau: float) -> str:
    return "tau undefined" if math.isnan(tau) else f"tau {decimals(tau)}"


def tau_bars(
    correlations: pd.DataFrame,
    width: float,
    ceiling: float | None = None,
    subject: str | None = None,
) -> Figure:
    """Draw tau of every proxy as a bar with its 95 % interval, the trivial baselines in grey, the
    *subject* in orange, the highest on top.

    A line marks the *ceiling*, the tau that a score without noise would reach.
    """
    rows = correlations.dropna(subset="tau").sort_values("tau")
    figure = Sheet(width, 1.2 * LINE * max(len(rows), 2) + 8 * LINE)
    axes = figure.subplots()
    tau, names = rows["tau"].to_numpy(float), list(rows["proxy"])
    spread = np.stack(
        [tau - rows["tau_low"], rows["tau_high"] - tau]
    )  # NaN, and no whisker, where the interval is undefined
    colours = colours_of(names, subject)
    bars = axes.barh(
        names,
        tau,
        xerr=spread,
        height=0.66,
        color=colours,
        hatch=[HATCH if colour == GREEN else "" for colour in colours],
        error_kw={"lw": 1, "capsize": 2},
    )
    for bar, name in zip(bars, names, strict=True):
        if name == subject:
            bar.set_edgecolor("black")
    _beside_bars(axes, tau, ceiling)
    embolden(axes, subject)
    first = correlations.iloc[int(correlations["n"].to_numpy().argmax())]
    units = " of other classes" if first["census"] else ""
    axes.set_xlabel(
        wrapped(
            f"Kendall's tau-b with {Target.parse(first['target']).label}, 95 % interval{units}\n"
            f"{population_text(first)}{undefined_text(correlations)}",
            width - 1.2,
        )
    )
    legend_above(figure, axes, _kinds(colours, ceiling, subject))
    return figure


def _beside_bars(axes: Axes, values: Iterable[float], ceiling: float | None) -> None:
    """Write the values of bars right of the axes, and draw lines at 0 and at the ceiling."""
    shown = list(values)
    for position, value in enumerate(shown):
        axes.text(
            1.01, position, decimals(value), va="center", transform=axes.get_yaxis_transform()
        )
    axes.axvline(0, color="black", lw=0.8)
    if ceiling is not None:
        axes.axvline(ceiling, color="black", lw=1, ls="--")
    axes.set_ylim(-0.7, len(shown) - 0.3)


def _kinds(colours: list[str], ceiling: float | None, subject: str | None) -> list[Any]:
    """Return handles that explain bars, and the ceiling's line."""
    kinds = {
        ORANGE: (str(subject), ""),
        BLUE: ("proxy", ""),
        LIGHT: ("trivial baseline", ""),
        GREEN: ("short training", HATCH),
    }
    patches = [
        Patch(color=colour, label=kind, hatch=hatch)
        for colour, (kind, hatch) in kinds.items()
        if colour in colours
    ]
    line = Line2D([], [], color="black", lw=1, ls="--", label="a score without noise")
    return [*patches, *([] if ceiling is None else [line])]


def axis_text(target: str) -> str:
    """Return a target in words with its unit, where that is known."""
    this = Target.parse(target)
    return f"{this.label} ({this.unit})" if this.unit else this.label
