"""Which figures a run leaves behind, and their files.

PNG and SVG, for paper PDF too, in colours that colour-blind readers can tell apart.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import matplotlib
from matplotlib.figure import Figure

from benchmarks_data.target import Target
from harness.reporting import plots, plots_between
from harness.reporting.cost_plot import cost_front
from harness.reporting.paper import STYLE
from harness.reporting.sections import SavedFigure, Topic
from harness.terminal.widths import WIDTHS

if TYPE_CHECKING:
    from harness.analysis.results import Results


SUFFIXES = (".png", ".svg")
PAPER_SUFFIXES = (*SUFFIXES, ".pdf")
#: Of PNG files, an inch.
DOTS = 200
#: Tenths of fewer architectures than this show noise alone.
ENOUGH_FOR_STRATA = 100


def _score_accuracy(results: Results, target: str, width: float) -> Figure:
    return plots.score_accuracy(
        results.scores, results.accuracy(target), results.of(target), width, results.subject
    )


def _tau(results: Results, target: str, width: float) -> Figure:
    return plots.tau_bars(results.of(target), width, results.ceiling(target), results.subject)


def _agreement(results: Results, target: str, width: float) -> Figure | None:
    order = [name for name in results.ranked(target) if name in results.orders]
    pairs = results.pairs[results.pairs["target"] == target]
    if len(order) < 2:
        return None
    return plots_between.agreement_matrix(pairs, order, width, results.subject)


def _strata(results: Results, target: str, width: float) -> Figure | None:
    if len(results.populations[results.population]) < ENOUGH_FOR_STRATA:
        return None
    rows = results.strata[results.strata["target"] == target]
    if not rows["tau"].notna().any():
        return None
    return plots_between.tau_by_stratum(rows, results.featured(target), width)


def _regret(results: Results, target: str, width: float) -> Figure | None:
    chosen = results.featured(target) if Target.parse(target).is_accuracy else []
    if not chosen:
        return None
    return plots_between.regret_curve(results.orders, results.accuracy(target), chosen, width)


def _cost(results: Results, target: str, width: float) -> Figure | None:
    rows = results.of(target)
    if not rows.dropna(subset="tau")["proxy"].isin(list(results.orders)).any():
        return None
    return cost_front(results.seconds(), rows, width, results.subject)


def _seeds(results: Results, target: str, width: float) -> Figure | None:
    single, rows = results.single_seeds(target), results.of(target)
    return plots_between.seed_spread(rows, single, width, results.subject) if single else None


def _components(results: Results, target: str, width: float) -> Figure | None:
    rows = results.of(target).dropna(subset="tau")
    known = rows[["sd_weights", "sd_batches", "sd_seeds"]].max(axis=1) > 0
    if not known.any():
        return None
    return plots_between.components_bars(rows[known], width, results.subject)


@dataclass(frozen=True)
class ReportFigure:
    """A figure of a run's report.

    Attributes:
        name: of its files, before the target's.
        topic: the section that shows it.
        caption: what it shows, in a sentence.
        draw: draws it of the results, for a target and a width in inches; None where there is
            nothing to see.
    """

    name: str
    topic: Topic
    caption: str
    draw: Callable[[Results, str, float], Figure | None]


_ENTRIES = (
    ReportFigure(
        "tau",
        Topic.CORRELATIONS,
        "Kendall's tau-b of each proxy with its 95 % interval.",
        _tau,
    ),
    ReportFigure(
        "score_accuracy",
        Topic.CORRELATIONS,
        "Score of each architecture (mean over seeds) against the target; scores of -inf stand on "
        "the left edge.",
        _score_accuracy,
    ),
    ReportFigure(
        "agreement",
        Topic.COMPARISONS,
        "Tau-b of each proxy with each other one.",
        _agreement,
    ),
    ReportFigure(
        "strata",
        Topic.SIZE,
        "Tau-b within tenths of the architectures, by live parameters and by the target, with "
        "95 % intervals.",
        _strata,
    ),
    ReportFigure(
        "regret",
        Topic.SEARCH,
        "Accuracy that is lost by training only the k architectures with the highest scores. "
        "Grey: k drawn at random.",
        _regret,
    ),
    ReportFigure(
        "cost",
        Topic.SEARCH,
        "Tau-b against seconds for an architecture; the line joins the proxies that no cheaper "
        "one beats.",
        _cost,
    ),
    ReportFigure(
        "seeds",
        Topic.SEEDS,
        "Tau-b of single seeds, and of the mean rank over seeds.",
        _seeds,
    ),
    ReportFigure(
        "components",
        Topic.COMPONENTS,
        "Standard deviation of tau by what is drawn anew.",
        _components,
    ),
)
#: The figures by name, in the order in which a section shows them.
FIGURES = {entry.name: entry for entry in _ENTRIES}


def drawn(name: str, results: Results, target: str, width: float = WIDTHS["text"]) -> Figure | None:
    """Return a figure in the style of the report, so many inches wide; None where there is nothing
    to see.
    """
    with matplotlib.rc_context(STYLE):
        return FIGURES[name].draw(results, target, width)


def save_figures(
    folder: Path, results: Results, target: str, width: float | None = None
) -> list[SavedFigure]:
    """Draw the figures for one target, and save each as ``NAME_TARGET`` with each suffix.

    With a *width* in inches they are drawn for paper, and saved as PDF too.
    """
    saved = []
    suffixes = SUFFIXES if width is None else PAPER_SUFFIXES
    with matplotlib.rc_context(STYLE):
        for entry in FIGURES.values():
            figure = entry.draw(results, target, width or WIDTHS["text"])
            if figure is not None:
                path = save(figure, folder / f"{entry.name}_{target}.png", suffixes)
                saved.append(SavedFigure(entry.topic, path, entry.caption))
    return saved


def save(figure: Figure, path: Path, suffixes: Sequence[str] = SUFFIXES) -> Path:
    """Save a figure as the PNG file *path* and beside it with the other *suffixes*, and return
    *path*.
    """
    undated = {".svg": {"Date": None}, ".pdf": {"CreationDate": None}}
    for suffix in suffixes:
        figure.savefig(
            path.with_name(f"{path.stem}{suffix}"), dpi=DOTS, metadata=undated.get(suffix)
        )
        figure.set_layout_engine("none")  # laid out once for all files
    return path


def remove_figures(folder: Path, targets: Iterable[str]) -> None:
    """Delete the figures of an earlier run, which had these targets."""
    for target in targets:
        for name in FIGURES:
            for suffix in PAPER_SUFFIXES:
                (folder / f"{name}_{target}{suffix}").unlink(missing_ok=True)
