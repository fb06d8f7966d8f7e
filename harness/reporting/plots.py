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
from matplotlib.patches import Patch
from matplotlib.ticker import EngFormatter

import proxies
from benchmarks_data.target import Target
from harness.analysis.orders import by_seed
from proxies import TRIVIAL_BASELINES
from proxies.requests import direction

# Okabe and Ito's palette, which colour-blind readers can tell apart.
BLUE, ORANGE, GREY, GREEN = "#0072B2", "#D55E00", "#6B6B6B", "#009E73"
PALETTE = (BLUE, ORANGE, GREEN, "#CC79A7", "#56B4E9")
#: From this many points on a panel shows their density; this share of the architectures is marked
#: as the top.
MANY, TOP = 2000, 0.01


def score_accuracy(scores: pd.DataFrame, accuracy: pd.Series, correlations: pd.DataFrame) -> Figure:
    """Draw one panel per proxy: score (mean over seeds) against accuracy.

    Scores of -inf stand on the left edge.
    """
    names = [name for name in correlations["proxy"] if name in set(scores["proxy"])]
    columns = math.ceil(math.sqrt(len(names)))
    lines = math.ceil(len(names) / columns)
    figure = Figure(figsize=(2.5 * columns, 2.3 * lines + 0.3), layout="constrained")
    panels = figure.subplots(lines, columns, squeeze=False, sharey=True)
    taus = correlations.set_index("proxy")["tau"]
    for axes, name in zip(panels.flat, names, strict=False):
        _panel(axes, by_seed(scores, name).mean(axis=1, skipna=False), accuracy)
        suffix = "" if direction(name) > 0 else ", lower is better"
        axes.set_title(f"{name}\n{_tau_text(taus[name])}{suffix}", fontsize=9)
    if Target.parse(str(accuracy.name)).is_accuracy:
        _stretch_axis(panels[0, 0], accuracy)
    for axes in list(panels.flat)[len(names) :]:
        axes.set_visible(False)
    figure.supxlabel(f"score; orange: the top {TOP:.0%} by {accuracy.name}", fontsize=9)
    figure.supylabel(axis_text(str(accuracy.name)), fontsize=9)
    return figure


def _panel(axes: Axes, score: pd.Series, accuracy: pd.Series) -> None:
    """Draw one proxy: points, or their density where there are thousands, and the top architectures
    in orange.
    """
    known = pd.DataFrame({"x": score, "y": accuracy}).dropna()
    finite = known[np.isfinite(known["x"])]
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
    axes.scatter(top["x"], top["y"], s=5, color=ORANGE, linewidths=0, rasterized=True, gid="top")
    lowest = known[np.isneginf(known["x"])]
    if len(lowest):
        axes.scatter(
            np.full(len(lowest), 0.02), lowest["y"], s=9, marker="<", color=GREY, linewidths=0,
            alpha=0.6,
            transform=axes.get_yaxis_transform(), gid="lowest",
        )  # fmt: skip
        axes.text(
            0.05, 0.05, f"{len(lowest)} at -inf", color=GREY, fontsize=7, transform=axes.transAxes
        )
    if len(finite) and finite["x"].abs().max() >= 1e5:
        axes.xaxis.set_major_formatter(EngFormatter(sep=""))


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
    ticks = np.array(
        [*range(10, 80, 20), 80, 85, 90, 92, 94, 96, 98]
        if accuracy.max() > 60
        else range(10, 70, 10)
    )
    axes.set_yticks(ticks[(ticks >= accuracy.min() - 1) & (ticks <= accuracy.max() + 1)])


def _tau_text(tau: float) -> str:
    return "tau undefined" if math.isnan(tau) else f"tau {tau:.3f}"


def tau_bars(correlations: pd.DataFrame, ceiling: float | None = None) -> Figure:
    """Draw tau of every proxy as a bar with its 95 % interval, the trivial baselines in grey, the
    highest on top.

    A line marks the *ceiling*, the tau that a score without noise would reach.
    """
    rows = correlations.dropna(subset="tau").sort_values("tau")
    figure = Figure(figsize=(5.2, 0.28 * max(len(rows), 2) + 1.3), layout="constrained")
    axes = figure.subplots()
    tau = rows["tau"].to_numpy(float)
    spread = np.stack(
        [tau - rows["tau_low"], rows["tau_high"] - tau]
    )  # NaN, and no whisker, where the interval is undefined
    axes.barh(
        list(rows["proxy"]),
        tau,
        xerr=spread,
        height=0.66,
        color=colours_of(rows["proxy"]),
        error_kw={"lw": 1, "capsize": 2.5},
    )
    for position, value in enumerate(tau):
        high = max(0.0, value + np.nan_to_num(spread[1, position]))
        axes.text(high + 0.012, position, f"{value:.3f}", va="center", fontsize=8)
    axes.axvline(0, color="black", lw=0.8)
    if ceiling is not None:
        _mark_ceiling(axes, ceiling)
    axes.margins(x=0.16)
    axes.set_ylim(-0.7, len(rows) - 0.3)
    first = correlations.iloc[int(correlations["n"].to_numpy().argmax())]
    units = ", of other classes like these" if first["census"] else ""
    axes.set_xlabel(
        f"Kendall's tau-b with {first['target']}, 95 % interval{units}\n{population_text(first)}",
        fontsize=8,
    )
    _explain_colours(axes, colours_of(rows["proxy"]))
    return figure


def _mark_ceiling(axes: Axes, ceiling: float) -> None:
    axes.axvline(ceiling, color=ORANGE, lw=1, ls="--")
    axes.text(
        ceiling - 0.01,
        -0.6,
        "a score without noise",
        color=ORANGE,
        fontsize=7,
        rotation=90,
        ha="right",
        va="bottom",
    )


def _explain_colours(axes: Axes, colours: Iterable[str]) -> None:
    """Write above the axes what bars are that are no proxy's."""
    kinds, used = {GREY: "trivial baseline", GREEN: "short training"}, set(colours)
    shown = [Patch(color=colour, label=kind) for colour, kind in kinds.items() if colour in used]
    if shown:
        axes.legend(
            handles=shown,
            fontsize=7,
            loc="lower right",
            bbox_to_anchor=(1, 1),
            ncols=2,
            frameon=False,
        )


def axis_text(target: str) -> str:
    """Return a target with its unit, where that is known."""
    unit = Target.parse(target).unit
    return f"{target} ({unit})" if unit else target


def population_text(row: pd.Series) -> str:
    """Return what a row of correlations is about, for an axis."""
    return f"{row['benchmark']}, n = {row['n']:,}, population '{row['population']}'"


def colours_of(names: Iterable[str]) -> list[str]:
    """Return grey for trivial baselines, green for short trainings, blue for proxies."""
    known = proxies.registered()
    return [
        GREY if name in TRIVIAL_BASELINES else BLUE if name.partition("[")[0] in known else GREEN
        for name in names
    ]
