"""The figure of fitted scores: tau against the number of trained networks."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, NullLocator, StrMethodFormatter

from harness.fitting.judging import FITTED
from harness.reporting.paper import CURVES, GREY, Sheet, legend_above, wrapped
from harness.terminal.widths import WIDTHS

#: Lines of training-free scores, the strongest first.
LINES = (
    *((0, (5, 2)), (0, (1, 1.5)), (0, (5, 2, 1, 2))),
    *((0, (8, 2)), (0, (3, 1, 1, 1, 1, 1)), (0, (10, 4))),
)


def learning_curves(judged: pd.DataFrame) -> Figure:
    """Draw a curve for each fitted score, and a horizontal line for each of the two strongest
    training-free scores, the two strongest sizes and the two strongest with a tuned prior.
    """
    width = WIDTHS["text"]
    figure = Sheet(width, 4.0)
    axes = figure.subplots()
    fitted, free = (judged[(judged["kind"] == FITTED) == one] for one in (True, False))
    groups = fitted.groupby("score", sort=False)
    for (name, rows), (colour, line, marker) in zip(groups, CURVES, strict=False):
        axes.plot(
            rows["networks"].astype(int), rows["tau"], color=colour, ls=line, marker=marker, ms=4,
            label=wrapped(f"{name}, fitted", width - 1),
        )  # fmt: skip
        axes.fill_between(
            rows["networks"].astype(int), rows["tau_low"], rows["tau_high"],
            color=colour, alpha=0.15, linewidth=0,
        )  # fmt: skip
    chosen = free.groupby("kind", sort=False).head(2)
    for dashes, (_, row) in zip(LINES, chosen.iterrows(), strict=False):
        axes.axhline(
            row["tau"], color=GREY, ls=dashes, lw=1.2, label=f"{row['score']}, {row['kind']}"
        )
    axes.set_xscale("log")
    axes.xaxis.set_major_locator(FixedLocator(sorted(fitted["networks"].astype(int).unique())))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
    axes.set_xlabel("trained networks that a score was fitted to")
    axes.set_ylabel(f"tau on the others (mean of {judged['draws'].iloc[0]} draws)")
    legend_above(figure, axes)
    return figure
