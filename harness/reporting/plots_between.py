"""Figures that set proxies beside one another: agreement, strata, regret, cost, seeds."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import astuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator

from harness.analysis import chance
from harness.analysis.metrics import regret
from harness.reporting.plots import BLUE, GREEN, GREY, ORANGE, PALETTE, colours_of, population_text

#: The largest number of proxies whose taus with one another can be read as numbers in a figure.
LEGIBLE = 20


def agreement_matrix(pairs: pd.DataFrame, order: list[str]) -> Figure:
    """Draw the tau of each proxy with each other one, both in the given *order*.

    *pairs* is a frame of PAIR_COLUMNS.
    """
    matrix = pd.DataFrame(np.eye(len(order)), index=order, columns=order)
    for row in pairs.to_dict("records"):
        for one, other in ((row["proxy"], row["other"]), (row["other"], row["proxy"])):
            matrix.loc[one, other] = row["tau_between"]
    side = 0.32 * len(order) + 1.6
    figure = Figure(figsize=(side + 0.6, side), layout="constrained")
    axes = figure.subplots()
    image = axes.imshow(matrix.to_numpy(float), vmin=-1, vmax=1, cmap="PuOr_r")
    axes.set_xticks(range(len(order)), order, rotation=90)
    axes.set_yticks(range(len(order)), order)
    axes.spines[:].set_visible(False)
    for (line, column), value in np.ndenumerate(matrix.to_numpy(float)):
        if np.isfinite(value) and line != column and len(order) <= LEGIBLE:
            shade = "white" if abs(value) > 0.6 else "black"
            text = f"{value:.2f}".replace("0.", ".", 1)
            axes.text(column, line, text, ha="center", va="center", fontsize=6, color=shade)
    figure.colorbar(image, ax=axes, shrink=0.6, label="tau-b between proxies")
    return figure


def tau_by_stratum(strata: pd.DataFrame, chosen: Iterable[str]) -> Figure:
    """Draw tau of the *chosen* proxies within each stratum, with intervals, a panel for each
    quantity that strata are cut by.
    """
    kinds = list(strata["by"].unique())
    figure = Figure(figsize=(4.2 * max(len(kinds), 1), 3.2), layout="constrained")
    panels = figure.subplots(1, max(len(kinds), 1), squeeze=False, sharey=True)[0]
    for axes, kind in zip(panels, kinds, strict=False):
        rows = strata[strata["by"] == kind]
        for number, (name, colour) in enumerate(zip(chosen, PALETTE, strict=False)):
            part = rows[rows["proxy"] == name]
            tau = part["tau"].to_numpy(float)
            spread = np.stack([tau - part["tau_low"], part["tau_high"] - tau])
            at = part["stratum"].to_numpy(float) + 0.08 * (number - 2)
            axes.errorbar(
                at,
                tau,
                yerr=spread,
                color=colour,
                marker="osD^v"[number % 5],
                ms=3.5,
                lw=1,
                elinewidth=0.7,
                label=name,
            )
        axes.axhline(0, color="black", lw=0.8)
        axes.set_xlabel(f"tenth by {kind}, low to high")
        axes.set_xticks(sorted(rows["stratum"].unique()))
    panels[0].set_ylabel("tau-b within the tenth")
    panels[-1].legend(fontsize=7, loc="best")
    return figure


def regret_curve(
    orders: Mapping[str, pd.Series], accuracy: pd.Series, chosen: Iterable[str]
) -> Figure:
    """Draw how much accuracy a search loses that trains only the k architectures with the highest
    scores.

    Grey is what random orders lose: the expectation, and the range of 95 % of them.
    """
    figure = Figure(figsize=(4.6, 3.2), layout="constrained")
    axes = figure.subplots()
    values = accuracy.dropna().to_numpy(float)
    trained = np.unique(np.geomspace(1, max(len(values), 1), 60).astype(int))
    by_chance = np.array([astuple(chance.regret(values, int(k))) for k in trained])
    axes.fill_between(trained, by_chance[:, 1], by_chance[:, 2], color=GREY, alpha=0.2, lw=0)
    axes.plot(trained, by_chance[:, 0], color=GREY, lw=1.3, ls="--", label="random order")
    highest = [float(by_chance[trained >= min(10, len(values)), 0].max(initial=0))]
    for name, colour in zip(chosen, PALETTE, strict=False):
        both = pd.DataFrame({"x": orders[name], "y": accuracy}).dropna()
        budgets = np.unique(np.geomspace(1, max(len(both), 1), 25).astype(int))
        lost = [
            regret(both["x"].to_numpy(float), both["y"].to_numpy(float), int(k)) for k in budgets
        ]
        highest += lost
        axes.plot(budgets, lost, color=colour, lw=1.3, label=name)
    axes.set_xscale("log")
    axes.set_xlabel(f"k, number of architectures trained (of {len(values):,})")
    axes.set_ylabel(f"regret of the best of k\n(points of {accuracy.name})")
    if top := np.nanmax(highest):
        axes.set_ylim(
            0, 1.3 * top
        )  # so that scores can be told apart; random orders of few lose far more
    axes.legend(fontsize=7)
    return figure


def cost_front(
    costs: Mapping[str, float], correlations: pd.DataFrame, subject: str | None = None
) -> Figure:
    """Draw tau against the mean seconds of an architecture, and the front.

    The proxies that no other beats at the same cost. The name of the *subject* is written before
    others.
    """
    rows = (
        correlations.set_index("proxy")
        .assign(seconds=pd.Series(dict(costs)))
        .dropna(subset=["tau", "seconds"])
    )
    rows = rows[rows["seconds"] > 0].sort_values("seconds")
    figure = Figure(figsize=(5.2, 3.6), layout="constrained")
    axes = figure.subplots()
    front = rows[rows["tau"] >= rows["tau"].cummax()]
    axes.step(front["seconds"], front["tau"], where="post", color=GREEN, lw=1.2, label="front")
    axes.scatter(rows["seconds"], rows["tau"], s=14, color=colours_of(rows.index), zorder=3)
    axes.set_xscale("log")
    axes.xaxis.set_major_locator(LogLocator())
    axes.margins(x=0.2, y=0.08)
    axes.set_xlabel("seconds for an architecture (passes and formula)")
    axes.set_ylabel(f"tau-b with {correlations['target'].iloc[0]}")
    _label_points(axes, rows, set(front.index), subject)
    return figure


def _label_points(
    axes: Axes, rows: pd.DataFrame, front: set[Hashable], subject: str | None
) -> None:
    """Write the names of points, those of the front first and bold, where they cover no name that
    is there.
    """
    taken: list[
        tuple[float, float, float]
    ] = []  # left end, width and height above the axis, in pixels
    ordered = sorted(
        rows.index, key=lambda name: (name not in front, name != subject, -rows.loc[name, "tau"])
    )
    for name in ordered:
        point = rows.loc[name]
        x, y = axes.transData.transform((point["seconds"], point["tau"]))
        width = 5.5 * len(str(name))
        if all(
            abs(y - other_y) > 10 or x > left + room or x + width < left
            for left, room, other_y in taken
        ):
            taken.append((x, width, y))
            weight = "bold" if name in front else "normal"
            at = (point["seconds"], point["tau"])
            axes.annotate(
                str(name), at, (3, 3), textcoords="offset points", fontsize=6.5, fontweight=weight
            )


def seed_spread(correlations: pd.DataFrame, by_seed: Mapping[str, list[float]]) -> Figure:
    """Draw the tau of every single seed beside that of the mean rank over seeds, for proxies with
    several seeds.
    """
    rows = correlations[correlations["proxy"].isin(by_seed)].dropna(subset="tau").sort_values("tau")
    figure = Figure(figsize=(4.8, 0.3 * max(len(rows), 2) + 1.0), layout="constrained")
    axes = figure.subplots()
    for position, row in enumerate(rows.to_dict("records")):
        single = by_seed[str(row["proxy"])]
        axes.scatter(
            single,
            np.full(len(single), position),
            s=14,
            color=BLUE,
            alpha=0.7,
            label="one seed" if position == 0 else None,
        )
        axes.scatter(
            row["tau"],
            position,
            s=30,
            marker="D",
            color=ORANGE,
            label="mean rank over seeds" if position == 0 else None,
        )
    low, high = axes.get_xlim()
    margin = max(0.0, 0.1 - (high - low)) / 2  # a spread of .001 shall look small
    axes.set_xlim(low - margin, high + margin)
    axes.set_yticks(range(len(rows)), list(rows["proxy"]))
    axes.set_xlabel(f"tau-b; {population_text(correlations.iloc[0])}")
    axes.grid(axis="x", color=GREY, lw=0.3)
    if len(rows):
        axes.legend(fontsize=7)
    return figure


def components_bars(correlations: pd.DataFrame) -> Figure:
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
    figure = Figure(
        figsize=(5.2, (0.12 * len(shown) + 0.12) * len(rows) + 1.2), layout="constrained"
    )
    axes = figure.subplots()
    height = 0.85 / len(shown)
    for number, (column, colour) in enumerate(zip(shown, (*PALETTE, GREY), strict=False)):
        at = np.arange(len(rows)) + (len(shown) / 2 - number - 0.5) * height
        axes.barh(at, rows[column].fillna(0.0), height=height, color=colour, label=kinds[column])
    axes.set_yticks(range(len(rows)), list(rows["proxy"]))
    axes.set_xlabel(
        f"standard deviation of tau with {rows['target'].iloc[0]}\n{population_text(rows.iloc[0])}",
        fontsize=8,
    )
    axes.legend(fontsize=7)
    return figure
