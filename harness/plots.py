"""The figures: score against accuracy for every proxy, and tau of all proxies side by side. PNG and SVG."""

from __future__ import annotations

import math
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("Agg")

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import EngFormatter

import proxies
from harness.analysis import by_seed, direction
from proxies import TRIVIAL_BASELINES

# Okabe and Ito's palette, which colour-blind readers can tell apart.
BLUE, ORANGE, GREY, GREEN = "#0072B2", "#D55E00", "#6B6B6B", "#009E73"
FIGURES, SUFFIXES = ("score_accuracy", "tau"), (".png", ".svg")
STYLE: dict[Any, Any] = {
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "svg.hashsalt": "zeros-harness",
    "figure.dpi": 100,
}


def save_figures(folder: Path, scores: pd.DataFrame, accuracy: pd.Series, correlations: pd.DataFrame) -> list[Path]:
    """Draw both figures for one target and save them.

    Args:
        folder: where the files go.
        scores: a frame of harness.analysis.SCORE_COLUMNS.
        accuracy: in percent, by index, named after the target.
        correlations: the target's rows of harness.analysis.CORRELATION_COLUMNS.

    Returns:
        The paths of the files: ``score_accuracy_{target}`` and ``tau_{target}``, each as .png and .svg.
    """
    with matplotlib.rc_context(STYLE):
        figures = (score_accuracy(scores, accuracy, correlations), tau_bars(correlations))
        paths = []
        for name, figure in zip(FIGURES, figures, strict=True):
            for suffix in SUFFIXES:
                path = folder / f"{name}_{accuracy.name}{suffix}"
                figure.savefig(path, dpi=160, bbox_inches="tight", metadata={"Date": None} if suffix == ".svg" else None)
                paths.append(path)
    return paths


def remove_figures(folder: Path, targets: Iterable[str]) -> None:
    """Delete the figures of an earlier run, which had these targets."""
    for target in targets:
        for name in FIGURES:
            for suffix in SUFFIXES:
                (folder / f"{name}_{target}{suffix}").unlink(missing_ok=True)


def score_accuracy(scores: pd.DataFrame, accuracy: pd.Series, correlations: pd.DataFrame) -> Figure:
    """Draw one panel per proxy: score (mean over seeds) against accuracy; scores of -inf stand on the left edge."""
    names = [name for name in correlations["proxy"] if name in set(scores["proxy"])]
    columns = math.ceil(math.sqrt(len(names)))
    lines = math.ceil(len(names) / columns)
    figure = Figure(figsize=(2.5 * columns, 2.3 * lines + 0.3), layout="constrained")
    panels = figure.subplots(lines, columns, squeeze=False, sharey=True)
    taus = correlations.set_index("proxy")["tau"]
    for axes, name in zip(panels.flat, names, strict=False):
        _scatter(axes, by_seed(scores, name).mean(axis=1, skipna=False), accuracy)
        suffix = "" if direction(name) > 0 else ", lower is better"
        axes.set_title(f"{name}\n{_tau_text(taus[name])}{suffix}", fontsize=9)
    _stretch(panels[0, 0], accuracy)
    for axes in list(panels.flat)[len(names) :]:
        axes.set_visible(False)
    figure.supxlabel("score", fontsize=9)
    figure.supylabel(f"{accuracy.name} (%)", fontsize=9)
    return figure


def _scatter(axes: Axes, score: pd.Series, accuracy: pd.Series) -> None:
    joined = pd.DataFrame({"x": score, "y": accuracy}).dropna()
    finite = joined[np.isfinite(joined["x"])]
    alpha = float(np.clip(60 / max(len(finite), 1) ** 0.7, 0.05, 0.8))
    axes.scatter(finite["x"], finite["y"], s=6, color=BLUE, alpha=alpha, linewidths=0, rasterized=True, gid="finite")
    lowest = joined[np.isneginf(joined["x"])]
    if len(lowest):
        axes.scatter(
            np.full(len(lowest), 0.02), lowest["y"], s=9, marker="<", color=ORANGE, linewidths=0, alpha=0.6,
            transform=axes.get_yaxis_transform(), gid="lowest",
        )  # fmt: skip
        axes.text(0.05, 0.05, f"{len(lowest)} at -inf", color=ORANGE, fontsize=7, transform=axes.transAxes)
    if len(finite) and finite["x"].abs().max() >= 1e5:
        axes.xaxis.set_major_formatter(EngFormatter(sep=""))


def _stretch(axes: Axes, accuracy: pd.Series) -> None:
    """Spread the high accuracies of an axis in percent, where most architectures are: steps of equal ratio of errors are equal."""
    axes.set_yscale("function", functions=(lambda value: -np.log(101 - np.minimum(value, 100.5)), lambda y: 101 - np.exp(-y)))
    ticks = np.array([*range(10, 80, 20), 80, 85, 90, 92, 94, 96, 98] if accuracy.max() > 60 else range(10, 70, 10))
    axes.set_yticks(ticks[(ticks >= accuracy.min() - 1) & (ticks <= accuracy.max() + 1)])


def _tau_text(tau: float) -> str:
    return "tau undefined" if math.isnan(tau) else f"tau {tau:.3f}"


def tau_bars(correlations: pd.DataFrame) -> Figure:
    """Draw tau of every proxy as a bar with its 95 % interval, the trivial baselines in grey, the highest on top."""
    rows = correlations.dropna(subset="tau").sort_values("tau")
    figure = Figure(figsize=(5.2, 0.34 * max(len(rows), 2) + 1.2), layout="constrained")
    axes = figure.subplots()
    tau = rows["tau"].to_numpy(float)
    spread = np.stack([tau - rows["tau_low"], rows["tau_high"] - tau])  # NaN, and no whisker, where the interval is undefined
    axes.barh(list(rows["proxy"]), tau, xerr=spread, height=0.66, color=_colours(rows["proxy"]), error_kw={"lw": 1, "capsize": 2.5})
    for position, value in enumerate(tau):
        high = max(0.0, value + np.nan_to_num(spread[1, position]))
        axes.text(high + 0.012, position, f"{value:.3f}", va="center", fontsize=8)
    axes.axvline(0, color="black", lw=0.8)
    axes.margins(x=0.16)
    axes.set_ylim(-0.7, len(rows) - 0.3)
    first = correlations.iloc[int(correlations["n"].to_numpy().argmax())]
    colours = "grey: trivial baselines" + (", green: short training" if GREEN in _colours(rows["proxy"]) else "")
    axes.set_xlabel(f"Kendall's tau-b with {first['target']}, 95 % interval\n{_population_text(first)}; {colours}")
    return figure


def _population_text(row: pd.Series) -> str:
    return f"{row['benchmark']}, n = {row['n']:,}, population '{row['population']}'"


def _colours(names: Iterable[str]) -> list[str]:
    known = proxies.registered()
    return [GREY if name in TRIVIAL_BASELINES else BLUE if name.partition("[")[0] in known else GREEN for name in names]
