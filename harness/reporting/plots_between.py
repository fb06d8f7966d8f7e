"""Figures that set proxies beside one another: agreement, strata, regret, seeds, components."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import astuple
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import StrMethodFormatter

from benchmarks_data.target import Target
from harness.analysis import chance
from harness.analysis.metrics import regret
from harness.reporting.paper import (
    BLUE,
    CHARACTER,
    CURVES,
    GREY,
    LINE,
    ORANGE,
    PALETTE,
    Sheet,
    decimals,
    embolden,
    legend_above,
    population_text,
    undefined_text,
    wrapped,
)

#: Inches of a cell of the matrix in which a number can be read, and of one beside which a name can
#: stand upright.
LEGIBLE, NAMED = 0.28, 0.13
Numbers = np.ndarray[Any, np.dtype[np.float64]]
HATCHES = ("", "////", "....", "xxxx", "\\\\\\\\", "")


def agreement_matrix(
    pairs: pd.DataFrame, order: list[str], width: float, subject: str | None = None
) -> Figure:
    """Draw the tau of each proxy with each other one, both in the given *order*.

    *pairs* is a frame of PAIR_COLUMNS. Where columns are too narrow for names they have numbers,
    which stand before the names of the rows.
    """
    matrix = pd.DataFrame(np.eye(len(order)), index=order, columns=order)
    for row in pairs.to_dict("records"):
        for one, other in ((row["proxy"], row["other"]), (row["other"], row["proxy"])):
            matrix.loc[one, other] = row["tau_between"]
    margin = CHARACTER * max(map(len, order)) + 0.3
    cell = min((width - margin) / len(order), 0.4)
    figure = Sheet(width, max(cell, LINE) * len(order) + (0.2 if cell < NAMED else margin) + 0.7)
    axes = figure.subplots()
    image = axes.imshow(matrix.to_numpy(float), vmin=-1, vmax=1, cmap="cividis", aspect="auto")
    _name_cells(axes, order, cell)
    embolden(axes, subject)
    axes.spines[:].set_visible(False)
    for (line, column), value in np.ndenumerate(matrix.to_numpy(float)):
        if np.isfinite(value) and line != column and cell >= LEGIBLE:
            text = decimals(value, 2).replace("0.", ".", 1)
            axes.text(
                column, line, text, ha="center", va="center",
                color="white" if value < 0.1 else "black",
            )  # fmt: skip
    bar = figure.colorbar(
        image, ax=axes, location="bottom", shrink=0.7, aspect=40, label="tau-b between proxies"
    )
    bar.outline.set_visible(False)
    return figure


def _name_cells(axes: Axes, order: list[str], cell: float) -> None:
    """Write names beside rows, and under columns names or, where these are narrow, numbers."""
    places = range(len(order))
    if cell >= NAMED:
        axes.set_xticks(places, order, rotation=90)
        axes.set_yticks(places, order)
        return
    step = int(np.ceil(2.5 * CHARACTER / cell))
    axes.set_xticks(places[::step], [str(place + 1) for place in places[::step]])
    axes.set_yticks(places, [f"{name} {place + 1}" for place, name in enumerate(order)])


def tau_by_stratum(strata: pd.DataFrame, chosen: Iterable[str], width: float) -> Figure:
    """Draw tau of the *chosen* proxies within each stratum, with intervals, a panel for each
    quantity that strata are cut by.
    """
    kinds = list(strata["by"].unique()) or [""]
    columns = len(kinds) if width > 5 else 1
    lines = -(-len(kinds) // columns)
    figure = Sheet(width, 2.3 * lines + 3 * LINE)
    panels = figure.subplots(lines, columns, squeeze=False, sharey=True)
    for axes, kind in zip(panels.flat, kinds, strict=False):
        rows = strata[strata["by"] == kind]
        for number, (name, (colour, line, marker)) in enumerate(zip(chosen, CURVES, strict=False)):
            part = rows[rows["proxy"] == name]
            tau = part["tau"].to_numpy(float)
            spread = np.stack([tau - part["tau_low"], part["tau_high"] - tau])
            at = part["stratum"].to_numpy(float) + 0.12 * (number - 2)
            axes.errorbar(
                at,
                tau,
                yerr=spread,
                color=colour,
                ls=line,
                marker=marker,
                ms=3.5,
                lw=1,
                elinewidth=0.7,
                label=name,
            )
        axes.axhline(0, color="black", lw=0.8)
        axes.set_xlabel(f"tenth by {kind}, low to high")
        axes.set_xticks(sorted(rows["stratum"].unique()))
    for axes in panels[:, 0]:
        axes.set_ylabel("tau-b within the tenth")
    legend_above(figure, panels[0, 0])
    return figure


def regret_curve(
    orders: Mapping[str, pd.Series], accuracy: pd.Series, chosen: Iterable[str], width: float
) -> Figure:
    """Draw how much accuracy a search loses that trains only the k architectures with the highest
    scores.

    Grey is what random orders lose: the expectation, and the range of 95 % of them.
    """
    figure = Sheet(width, min(0.75 * width, 3.4) + 3 * LINE)
    axes = figure.subplots()
    values = accuracy.dropna().to_numpy(float)
    highest = [_by_chance(axes, values)]
    for name, (colour, line, marker) in zip(chosen, CURVES, strict=False):
        both = pd.DataFrame({"x": orders[name], "y": accuracy}).dropna()
        budgets = _budgets(len(both))
        x, y = both["x"].to_numpy(float), both["y"].to_numpy(float)
        lost = [regret(x, y, int(k)) for k in budgets]
        highest += lost
        axes.step(
            budgets,
            lost,
            where="post",
            color=colour,
            lw=1.3,
            ls=line,
            marker=marker,
            ms=3.5,
            markevery=max(1, len(budgets) // 8),
            label=name,
        )
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
    axes.set_xlabel(f"k, number of architectures trained (of {len(values):,})")
    label = Target.parse(str(accuracy.name)).label
    height = figure.get_figheight() - 1
    axes.set_ylabel(wrapped(f"regret of the best of k, in points of {label}", height))
    if top := np.nanmax(highest):
        axes.set_ylim(
            -0.03 * top, 1.3 * top
        )  # so that scores can be told apart; random orders of few lose far more
    legend_above(figure, axes)
    return figure


def _by_chance(axes: Axes, values: Numbers) -> float:
    """Draw what random orders lose, and return what the training of 10 loses on average."""
    trained = _budgets(len(values))
    lost = np.array([astuple(chance.regret(values, int(k))) for k in trained])
    axes.fill_between(trained, lost[:, 1], lost[:, 2], color=GREY, alpha=0.2, lw=0, step="post")
    axes.step(trained, lost[:, 0], color=GREY, lw=1.2, where="post", label="random order")
    return float(lost[trained >= min(10, len(values)), 0].max(initial=0))


def _budgets(count: int) -> np.ndarray:
    """Return numbers of architectures to train, so many that no step is seen to be left out."""
    return np.unique(np.geomspace(1, max(count, 1), 120).astype(int))


def seed_spread(
    correlations: pd.DataFrame,
    by_seed: Mapping[str, list[float]],
    width: float,
    subject: str | None = None,
) -> Figure:
    """Draw the tau of every single seed beside that of the mean rank over seeds, for proxies with
    several seeds.
    """
    theirs = correlations[correlations["proxy"].isin(by_seed)]
    rows = theirs.dropna(subset="tau").sort_values("tau")
    figure = Sheet(width, 1.3 * LINE * max(len(rows), 2) + 6 * LINE)
    axes = figure.subplots()
    for position, row in enumerate(rows.to_dict("records")):
        single = by_seed[str(row["proxy"])]
        one, mean = ("one seed", "mean rank over seeds") if position == 0 else (None, None)
        at = np.full(len(single), position)
        axes.scatter(single, at, s=14, color=BLUE, alpha=0.7, label=one)
        diamond: dict[str, Any] = {"marker": "D", "facecolors": "none", "edgecolors": ORANGE}
        axes.scatter(row["tau"], position, s=30, label=mean, **diamond)
    low, high = axes.get_xlim()
    margin = max(0.0, 0.1 - (high - low)) / 2  # a spread of .001 shall look small
    axes.set_xlim(low - margin, high + margin)
    axes.set_yticks(range(len(rows)), list(rows["proxy"]))
    axes.set_ylim(-0.7, len(rows) - 0.3)
    embolden(axes, subject)
    axes.set_xlabel(
        wrapped(
            f"tau-b; {population_text(correlations.iloc[0])}{undefined_text(theirs)}", width - 1.2
        )
    )
    axes.grid(axis="x", color=GREY, lw=0.3)
    legend_above(figure, axes)
    return figure


def components_bars(correlations: pd.DataFrame, width: float, subject: str | None = None) -> Figure:
    """Draw the standard deviation of tau by what is drawn anew, a group of bars for each proxy of
    *correlations*.
    """
    kinds = {
        "sd_architectures": "architectures",
        "sd_weights": "weights",
        "sd_batches": "batch",
        "sd_both": "weights and batch together",
        "sd_seeds": "seed of both",
        "sd_training": "training of the target",
    }
    shown = [column for column in kinds if correlations[column].notna().any()]
    rows = correlations.sort_values("tau")
    figure = Sheet(width, max(0.09 * len(shown) + 0.1, LINE) * len(rows) + 8 * LINE)
    axes = figure.subplots()
    height = 0.85 / len(shown)
    for number, (column, colour) in enumerate(zip(shown, (*PALETTE, GREY), strict=False)):
        at = np.arange(len(rows)) + (len(shown) / 2 - number - 0.5) * height
        axes.barh(
            at,
            rows[column].fillna(0.0),
            height=height,
            color=colour,
            hatch=HATCHES[number],
            label=kinds[column],
        )
    axes.set_yticks(range(len(rows)), list(rows["proxy"]))
    embolden(axes, subject)
    axes.set_xlabel(
        wrapped(
            f"standard deviation of tau with {Target.parse(rows['target'].iloc[0]).label}\n"
            f"{population_text(rows.iloc[0])}",
            width - 1.2,
        )
    )
    legend_above(figure, axes)
    return figure
