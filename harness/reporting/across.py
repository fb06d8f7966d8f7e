"""Several runs in figures, tables and a page: tau of every proxy for each run and target."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from benchmarks_data.target import Target
from harness.analysis.standing import standings
from harness.files.whole import write_csv, write_text
from harness.reporting import left
from harness.reporting.across_report import across_document, subject_of
from harness.reporting.figures import PAPER_SUFFIXES, SUFFIXES, save
from harness.reporting.heat_map import heat_map
from harness.reporting.latex import intervals, tabular
from harness.reporting.paper import (
    CHARACTER,
    GREY,
    LINE,
    ORANGE,
    STYLE,
    Sheet,
    colours_of,
    embolden,
    legend_above,
    wrapped,
)
from harness.reporting.phrases import tau_text
from harness.reporting.publish import appearing
from harness.reporting.render import html, markdown
from harness.reporting.side_by_side import Run, published_taus, ranked
from harness.reporting.tables import Cell, Table
from harness.terminal.widths import WIDTHS

#: What overview.csv holds: tau with its interval and what is left given size and depth, a row for
#: each run, target and proxy.
COLUMNS = ["benchmark", "dataset", "target", "population", "proxy", "tau", "tau_low", "tau_high"]
COLUMNS += ["missing", "published", "folder", "census", "n", "applies", *left.NUMBERS]
#: The figures, with what they show.
FIGURES = {
    "heat_map": "Tau of every score in every run, the scores by their mean place.",
    "overview": "Tau of every score with its 95 % interval, by run.",
    "left": left.CAPTION,
}
#: What the title of a run ends with whose taus are weighted to the parts of its benchmark.
WEIGHTED = ", weighted"
#: What a score is judged by.
JUDGED = ("tau", "tau_low", "tau_high", *left.NUMBERS)
#: Inches of a panel in which an interval can be read.
PANEL = 0.65


@dataclass(frozen=True)
class Part:
    """The taus of one run with one target.

    Attributes:
        title: what tells it from the others, in words.
        rows: a frame of COLUMNS.
    """

    title: str
    rows: pd.DataFrame


def save_overview(
    folder: Path,
    runs: Sequence[Run],
    published: pd.DataFrame | None,
    width: float | None,
    command: Sequence[str],
    left_out: Sequence[str] = (),
) -> None:
    """Write overview.html, .md, .csv and .tex and the figures into *folder*, in place of earlier
    ones.

    Args:
        folder: where to.
        runs: what was read.
        published: figures of others, with the columns of `harness.overview`.
        width: inches of figures for paper, which are saved as PDF too; None for a screen.
        command: what makes the report, as typed.
        left_out: sentences on what is not in it.
    """
    parts, order = parts_of(runs, published), ranked(runs)
    titles, taus = [part.title for part in parts], [part.rows for part in parts]
    scores = [rows[rows["proxy"].isin(scored(runs))] for rows in taus]
    judged = [(title, _judged(rows)) for title, rows in zip(titles, scores, strict=True)]
    places = standings(judged)
    plain = [title.removesuffix(WEIGHTED) for title in titles]  # weights are for taus alone
    given = left.left_of([(title, rows) for title, (_, rows) in zip(plain, judged, strict=True)])
    subject, suffixes = subject_of(runs), SUFFIXES if width is None else PAPER_SUFFIXES

    def clear() -> None:
        for name in FIGURES:
            for suffix in PAPER_SUFFIXES:
                (folder / f"{name}{suffix}").unlink(missing_ok=True)

    with appearing(folder, "overview.csv", clear) as new:
        write_csv(pd.concat(taus), new / "overview.csv")
        write_text(new / "overview.tex", overview_tex(parts, order))
        with matplotlib.rc_context(STYLE):
            drawn = {
                "heat_map": heat_map(titles, scores, list(places["proxy"]), width, subject),
                "overview": taus_by_run(parts, order, width or WIDTHS["text"], subject),
                "left": left.left_map(plain, given, width, subject),
            }
            figures = _saved(drawn, new, suffixes)
        report = across_document(places, given, runs, command, figures, left_out)
        write_text(new / "overview.html", html(report))
        write_text(new / "overview.md", markdown(report))


def _saved(
    drawn: Mapping[str, Figure | None], folder: Path, suffixes: Sequence[str]
) -> dict[str, tuple[Path, str]]:
    """Save the figures that there are, and return their PNG files with captions, by name."""
    return {
        name: (save(figure, folder / f"{name}.png", suffixes), FIGURES[name])
        for name, figure in drawn.items()
        if figure is not None
    }


def _judged(rows: pd.DataFrame) -> pd.DataFrame:
    """Return rows that scores are judged by: none of a cost, which no score is meant to follow."""
    cost = Target.parse(str(rows["target"].iloc[0])).is_known_before_training
    return rows.assign(**dict.fromkeys(JUDGED, np.nan)) if cost else rows


def scored(runs: Sequence[Run]) -> set[str]:
    """Return the names of what was scored: no short training, which the table has."""
    return {proxy.name for run in runs for proxy in run.record.proxies}


def parts_of(runs: Sequence[Run], published: pd.DataFrame | None) -> list[Part]:
    """Return each run and target, with titles that tell no more than is needed to tell them apart:
    benchmark, target, dataset of the networks, and folder.
    """
    keys = [(run, str(target)) for run in runs for target in run.correlations["target"].unique()]
    titles = [Target.parse(target).label for _, target in keys]
    benchmarks = Counter(run.record.benchmark for run, _ in keys)
    if len(benchmarks) == len(keys) > 1:
        titles = list(benchmarks)
    elif len(benchmarks) > 1:
        titles = [
            f"{run.record.benchmark}: {one}" for (run, _), one in zip(keys, titles, strict=True)
        ]
    networks = [f"{run.record.dataset}'s networks" for run, _ in keys]
    for marks in (networks, [str(run.folder) for run, _ in keys]):
        distinct = Counter(title for title, _ in set(zip(titles, marks, strict=True)))
        titles = [
            f"{title}, {mark}" if distinct[title] > 1 else title
            for title, mark in zip(titles, marks, strict=True)
        ]
    titles = [
        f"{title}{WEIGHTED}" if run.weighted else title
        for title, (run, _) in zip(titles, keys, strict=True)
    ]
    return [
        Part(title, _rows(run, target, published))
        for (run, target), title in zip(keys, titles, strict=True)
    ]


def _rows(run: Run, target: str, published: pd.DataFrame | None) -> pd.DataFrame:
    rows = run.correlations[run.correlations["target"] == target]
    known = published_taus(run, target, published)
    return rows.reindex(columns=rows.columns.union(list(left.NUMBERS), sort=False)).assign(
        census=rows.get("census", False),
        applies=rows.get("applies", True),
        benchmark=run.record.benchmark,
        dataset=run.record.dataset,
        published=rows["proxy"].map(known).astype(float),
        folder=str(run.folder),
    )[COLUMNS]


def _census(parts: Sequence[Part]) -> bool:
    """Return whether some intervals are about other classes of isomorphic architectures."""
    return any(part.rows["census"].eq(True).any() for part in parts)


def overview_tex(parts: Sequence[Part], order: Sequence[str]) -> str:
    """Return the taus with their intervals as a LaTeX tabular, proxies in the given *order*."""
    texts = [
        {
            row["proxy"]: tau_text(row["tau"], row["tau_low"], row["tau_high"])
            for row in part.rows.to_dict("records")
            if row["applies"]
        }
        for part in parts
    ]
    headings = ["proxy", *(part.title for part in parts)]
    rows = [[Cell(name), *(Cell(text.get(name, "")) for text in texts)] for name in order]
    table = Table([(heading, "") for heading in headings], rows)
    caption = f"Kendall's $\\tau_b$ of scores, with {intervals(_census(parts))}."
    return tabular([("", table)], headings, caption, "overview")


def taus_by_run(
    parts: Sequence[Part], order: Sequence[str], width: float, subject: str | None = None
) -> Figure:
    """Draw tau of every proxy with its 95 % interval, a panel for each part, the proxies in the
    given *order*, the first on top.

    Published figures are hollow diamonds.
    """
    room = width - CHARACTER * max(map(len, order)) - 0.3
    columns = max(1, min(len(parts), int(room / PANEL)))
    lines = -(-len(parts) // columns)
    inch = room / columns
    titles = [wrapped(part.title, inch - 0.1, least=8) for part in parts]
    above = max(title.count("\n") + 1 for title in titles)
    height = lines * LINE * (1.1 * max(len(order), 2) + above + 2) + 4 * LINE
    figure = Sheet(width, height)
    panels = figure.subplots(lines, columns, squeeze=False, sharex=True, sharey=True)
    places = {name: len(order) - 1 - at for at, name in enumerate(order)}
    for axes, part, title in zip(panels.flat, parts, titles, strict=False):
        _draw(axes, part.rows.set_index("proxy"), places, subject)
        axes.set_title(title)
    panels[0, 0].set_yticks(list(places.values()), list(places))
    for axes in panels.flat:
        embolden(axes, subject)
    for axes in list(panels.flat)[len(parts) :]:
        axes.set_visible(False)
    units = " of other classes" if _census(parts) else ""
    figure.supxlabel(f"Kendall's tau-b, 95 % interval{units}")
    if any(part.rows["published"].notna().any() for part in parts):
        shown = Line2D([], [], ls="", marker="D", mfc="none", mec=ORANGE, label="published")
        legend_above(figure, panels[0, 0], [shown])
    return figure


def _draw(axes: Axes, rows: pd.DataFrame, places: Mapping[str, int], subject: str | None) -> None:
    """Draw the taus of a part at the places of their scores."""
    at = np.array([places[name] for name in rows.index])
    for place, colour, (_, row) in zip(
        at, colours_of(rows.index, subject), rows.iterrows(), strict=True
    ):
        axes.plot([row["tau_low"], row["tau_high"]], [place] * 2, color=GREY, lw=1.2)
        axes.plot(row["tau"], place, "o", ms=4, color=colour, mec="black", mew=0.4, zorder=3)
        if np.isnan(row["tau"]) and row["applies"]:
            axes.text(0, place, "undefined", color=GREY, va="center", ha="center")
    axes.plot(rows["published"], at, "D", ms=5, mfc="none", mec=ORANGE, mew=1, zorder=4)
    axes.axvline(0, color="black", lw=0.6)
    axes.grid(axis="y", color=GREY, lw=0.2)
