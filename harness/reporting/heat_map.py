"""Taus of every score in several runs, as a table in colours."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.image import AxesImage

from harness.reporting.paper import CHARACTER, LINE, Sheet, decimals, embolden, wrapped

#: Inches at least of a column with tau alone.
ALONE = 0.42
#: What red, green and blue give to how bright a colour is; on a darker one than this text is white.
LUMINANCE, DARK = (0.299, 0.587, 0.114), 0.5


@dataclass(frozen=True)
class Writing:
    """What the cells of a heat map say.

    Attributes:
        what: the numbers are, below all cells.
        text: of a row, and of whether there is room for an interval.
        width: inches of a column in which an interval can be read.
        lines: that the text of a cell with an interval takes, with the space around it.
        strong: whether the text of a row is bold.
    """

    what: str
    text: Callable[[pd.Series, bool], str]
    width: float
    lines: float
    strong: Callable[[pd.Series], bool]


def _tau_text(row: pd.Series, with_interval: bool) -> str:
    """Return what a cell says of a score in a run: nothing where it has no value."""
    if pd.isna(row["tau"]):
        return "undefined" if pd.notna(row["applies"]) and row["applies"] else ""
    tau = decimals(row["tau"], 2)
    if not with_interval or pd.isna(row["tau_low"]):
        return tau
    return f"{tau}\n{decimals(row['tau_low'], 2)} to {decimals(row['tau_high'], 2)}"


def _never(_: pd.Series) -> bool:
    return False


TAUS = Writing("Kendall's tau-b", _tau_text, 0.95, 2.2, _never)


def heat_map(
    titles: Sequence[str],
    taus: Sequence[pd.DataFrame],
    order: Sequence[str],
    width: float | None,
    subject: str | None = None,
    writing: Writing = TAUS,
) -> Figure:
    """Draw tau of every score in every run, and its 95 % interval where there is room.

    A score that a run does not have, or that is not applicable to all of its networks, is left
    blank.

    Args:
        titles: of the runs.
        taus: a frame for each run: ``proxy``, ``applies``, ``tau``, ``tau_low``, ``tau_high``.
        order: the scores, the first on top.
        width: inches; None for as many as the intervals need.
        subject: the score whose name is bold.
        writing: what the cells say.
    """
    names = CHARACTER * max(map(len, order)) + 0.2
    column = writing.width if width is None else max(ALONE, (width - names) / len(titles))
    headings = [wrapped(title, column - 0.05, least=6) for title in titles]
    lines = max(heading.count("\n") + 1 for heading in headings)
    lines_of_row = writing.lines if column >= writing.width else 1.3
    across = names + column * len(titles)
    what = wrapped(writing.what, across - 0.2)
    below = what.count("\n") + 1
    height = LINE * (lines_of_row * len(order) + 1.2 * (lines + below) + 3)
    figure = Sheet(across, height)
    axes = figure.subplots()
    frames = [frame.set_index("proxy").reindex(list(order)) for frame in taus]
    values = np.array([frame["tau"] for frame in frames], float).T
    largest = np.nanmax(np.abs(values), initial=0.1)
    image = axes.imshow(values, cmap="RdBu", vmin=-largest, vmax=largest, aspect="auto")
    for x, frame in enumerate(frames):
        for y, (_, row) in enumerate(frame.iterrows()):
            text = writing.text(row, column >= writing.width)
            shown = axes.text(x, y, text, ha="center", va="center", linespacing=1.1)
            shown.set_color(_shade(image, row["tau"]))
            shown.set_fontweight("bold" if writing.strong(row) else "normal")
    axes.set_xticks(range(len(titles)), headings)
    axes.set_yticks(range(len(order)), list(order))
    axes.xaxis.tick_top()
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    embolden(axes, subject)
    figure.supxlabel(what)
    return figure


def _shade(image: AxesImage, tau: float) -> str:
    """Return the colour of text that can be read on the cell of a tau."""
    dark = pd.notna(tau) and np.dot(LUMINANCE, image.to_rgba(np.array(tau))[:3]) < DARK
    return "white" if dark else "black"
