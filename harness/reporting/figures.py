"""Which figures a run leaves behind, and their files.

PNG and SVG, in colours that colour-blind readers can tell apart.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import matplotlib
from matplotlib.figure import Figure

from benchmarks_data.target import Target
from harness.reporting import plots, plots_between
from harness.reporting.sections import SavedFigure, Topic

if TYPE_CHECKING:
    from harness.analysis.results import Results


SUFFIXES = (".png", ".svg")
#: Tenths of fewer architectures than this show noise alone.
ENOUGH_FOR_STRATA = 100
STYLE: dict[Any, Any] = {
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "svg.hashsalt": "zeros-harness",
    "figure.dpi": 100,
}


def _score_accuracy(results: Results, target: str) -> Figure:
    return plots.score_accuracy(results.scores, results.accuracy(target), results.of(target))


def _tau(results: Results, target: str) -> Figure:
    return plots.tau_bars(results.of(target), results.ceiling(target))


def _agreement(results: Results, target: str) -> Figure | None:
    order = [name for name in results.ranked(target) if name in results.orders]
    pairs = results.pairs[results.pairs["target"] == target]
    return plots_between.agreement_matrix(pairs, order) if len(order) > 1 else None


def _strata(results: Results, target: str) -> Figure | None:
    if len(results.populations[results.population]) < ENOUGH_FOR_STRATA:
        return None
    rows = results.strata[results.strata["target"] == target]
    return (
        plots_between.tau_by_stratum(rows, results.featured(target))
        if rows["tau"].notna().any()
        else None
    )


def _regret(results: Results, target: str) -> Figure | None:
    chosen = results.featured(target) if Target.parse(target).is_accuracy else []
    return (
        plots_between.regret_curve(results.orders, results.accuracy(target), chosen)
        if chosen
        else None
    )


def _cost(results: Results, target: str) -> Figure | None:
    rows = results.of(target).dropna(subset="tau")
    return (
        plots_between.cost_front(results.seconds(), results.of(target), results.subject)
        if rows["proxy"].isin(list(results.orders)).any()
        else None
    )


def _seeds(results: Results, target: str) -> Figure | None:
    single = results.single_seeds(target)
    return plots_between.seed_spread(results.of(target), single) if single else None


def _components(results: Results, target: str) -> Figure | None:
    rows = results.of(target).dropna(subset="tau")
    known = rows[["sd_weights", "sd_batches", "sd_seeds"]].max(axis=1) > 0
    return plots_between.components_bars(rows[known]) if known.any() else None


@dataclass(frozen=True)
class ReportFigure:
    """A figure of a run's report.

    Attributes:
        name: of its files, before the target's.
        topic: the section that shows it.
        caption: what it shows, in a sentence.
        draw: draws it of the results, for a target; None where there is nothing to see.
    """

    name: str
    topic: Topic
    caption: str
    draw: Callable[[Results, str], Figure | None]


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


def drawn(name: str, results: Results, target: str) -> Figure | None:
    """Return a figure in the style of the report; None where there is nothing to see."""
    with matplotlib.rc_context(STYLE):
        return FIGURES[name].draw(results, target)


def save_figures(folder: Path, results: Results, target: str) -> list[SavedFigure]:
    """Draw the figures for one target, and save each as ``NAME_TARGET`` with each suffix."""
    saved = []
    with matplotlib.rc_context(STYLE):
        for entry in FIGURES.values():
            figure = entry.draw(results, target)
            if figure is not None:
                path = save(figure, folder / f"{entry.name}_{target}.png")
                saved.append(SavedFigure(entry.topic, path, entry.caption))
    return saved


def save(figure: Figure, path: Path) -> Path:
    """Save a figure as the PNG file *path* and as SVG beside it, and return *path*."""
    for suffix in SUFFIXES:
        figure.savefig(
            path.with_name(f"{path.stem}{suffix}"),
            dpi=160,
            metadata={"Date": None} if suffix == ".svg" else None,
        )
        figure.set_layout_engine("none")  # laid out once for both files
    return path


def remove_figures(folder: Path, targets: Iterable[str]) -> None:
    """Delete the figures of an earlier run, which had these targets."""
    for target in targets:
        for name in FIGURES:
            for suffix in SUFFIXES:
                (folder / f"{name}_{target}{suffix}").unlink(missing_ok=True)
