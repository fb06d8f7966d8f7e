"""What all figures of a report share: sizes as they are printed, one size of text, colours."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from typing import Any

import matplotlib
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

import proxies
from proxies import BASELINES

#: Points of all text.
TEXT = 8
SIZES = (
    "axes.titlesize",
    "axes.labelsize",
    "xtick.labelsize",
    "ytick.labelsize",
    "legend.fontsize",
    "figure.labelsize",
)
#: Inches that a line of text needs, and a character on average.
LINE, CHARACTER = 0.145, 0.055
# Okabe and Ito's palette, which colour-blind readers can tell apart.
BLUE, ORANGE, GREY, GREEN = "#0072B2", "#D55E00", "#6B6B6B", "#009E73"
#: So light that grey printing tells it from the others.
LIGHT = "#C6C6C6"
PALETTE = (BLUE, ORANGE, GREEN, "#CC79A7", "#56B4E9")
#: Colour, line and marker of the curves of a figure, the subject's first: grey printing leaves the
#: last two.
CURVES = tuple(
    zip(
        (ORANGE, BLUE, *PALETTE[2:]),
        ("-", "--", "-.", ":", (0, (6, 1, 1, 1, 1, 1))),
        "osD^v",
        strict=True,
    )
)
#: The hatch of a short training, so that grey printing tells it from a proxy.
HATCH = "////"
FONTS: dict[Any, Any] = {"pdf.fonttype": 42, "ps.fonttype": 42}
STYLE: dict[Any, Any] = {
    "font.size": TEXT,
    **dict.fromkeys(SIZES, TEXT),
    "axes.spines.top": False,
    "axes.spines.right": False,
    "hatch.color": "white",
    "hatch.linewidth": 0.7,
    "svg.hashsalt": "zeros-harness",
    "figure.dpi": 100,
    **FONTS,
}


class Sheet(Figure):
    """A figure at the size at which it is printed; fonts are embedded in a PDF as TrueType."""

    def __init__(self, width: float, height: float) -> None:
        """Make an empty figure of so many inches."""
        super().__init__(figsize=(width, height), layout="constrained")

    def savefig(self, *args: Any, **options: Any) -> None:
        """Save it as matplotlib does."""
        with matplotlib.rc_context(FONTS):
            super().savefig(*args, **options)


def legend_above(figure: Figure, axes: Axes, handles: Iterable[Any] = ()) -> None:
    """Explain above all axes what is drawn, in as many columns as there is room for.

    *handles* are what is explained; without them all of *axes* that has a label.
    """
    shown = list(handles) or axes.get_legend_handles_labels()[0]
    if not shown:
        return
    longest = max(len(str(one.get_label())) for one in shown)
    room = figure.get_figwidth() // (CHARACTER * longest + 0.44)
    figure.legend(
        handles=shown,
        loc="outside upper left",
        ncols=max(1, min(int(room), len(shown))),
        frameon=False,
        borderpad=0,
        borderaxespad=0.4,
        columnspacing=1,
        handlelength=2.2,
    )


def wrapped(text: str, width: float, least: int = 20) -> str:
    """Return a text in lines that fit into so many inches, but of *least* characters."""
    lines = (textwrap.wrap(line, max(least, int(width / CHARACTER))) for line in text.splitlines())
    return "\n".join("\n".join(line) for line in lines)


def decimals(value: float, places: int = 3) -> str:
    """Return a number as axes write it, with a minus sign."""
    return f"{value:z.{places}f}".replace("-", "\N{MINUS SIGN}")


def population_text(row: pd.Series) -> str:
    """Return what a row of correlations is about, for an axis."""
    return f"{row['benchmark']}, n = {row['n']:,}, population '{row['population']}'"


def undefined_text(correlations: pd.DataFrame) -> str:
    """Return which proxies have no tau, for an axis; empty where all have one."""
    names = correlations.loc[correlations["tau"].isna(), "proxy"]
    return f"\ntau undefined: {', '.join(names)}" if len(names) else ""


def colours_of(names: Iterable[str], subject: str | None = None) -> list[str]:
    """Return light grey for trivial baselines, green for short trainings, orange for the *subject*,
    blue for other proxies.
    """
    known = proxies.registered()
    return [
        ORANGE
        if name == subject
        else LIGHT
        if name in BASELINES
        else BLUE
        if name.partition("[")[0] in known
        else GREEN
        for name in names
    ]


def embolden(axes: Axes, subject: str | None) -> None:
    """Write the *subject*'s name beside the vertical axis in bold; a number may follow it there."""
    for label in axes.get_yticklabels():
        if label.get_text().partition(" ")[0] == subject:
            label.set_fontweight("bold")
