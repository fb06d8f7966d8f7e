"""Which figures a run leaves behind, and their files.

PNG and SVG, in colours that colour-blind readers can tell apart.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import matplotlib
from matplotlib.figure import Figure

from benchmarks_data.target import Target
from harness.reporting import plots, plots_between

if TYPE_CHECKING:
    from harness.analysis.results import Results


matplotlib.use("Agg")


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
        plots_between.cost_front(results.seconds(), results.of(target))
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


#: name -> what draws it, which returns None where there is nothing to see.
FIGURES: dict[str, Callable[[Results, str], Figure | None]] = {
    "tau": _tau,
    "score_accuracy": _score_accuracy,
    "agreement": _agreement,
    "strata": _strata,
    "regret": _regret,
    "cost": _cost,
    "seeds": _seeds,
    "components": _components,
}


def save_figures(folder: Path, results: Results, target: str) -> dict[str, Path]:
    """Draw the figures for one target, save each as ``NAME_TARGET`` with each suffix, and return
    the PNG files by name.
    """
    paths = {}
    with matplotlib.rc_context(STYLE):
        for name, draw in FIGURES.items():
            figure = draw(results, target)
            if figure is None:
                continue
            paths[name] = save(figure, folder / f"{name}_{target}.png")
    return paths


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
