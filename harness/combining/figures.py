"""The figures of a report on combinations."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import matplotlib
import numpy as np
from matplotlib.figure import Figure

from harness.analysis.combinations import BENCHMARKS
from harness.analysis.judgement import COMBINATION
from harness.combining.choosing import Outcome
from harness.reporting.across import Part, taus_by_run
from harness.reporting.figures import SUFFIXES, save
from harness.reporting.paper import STYLE
from harness.terminal.widths import WIDTHS


@dataclass(frozen=True)
class CombineFigure:
    """A figure of a report on combinations.

    Attributes:
        name: of its files.
        caption: what it shows.
        draws: whether it shows what a scheme of leaving out came to.
    """

    name: str
    caption: str
    draws: Callable[[str], bool]


_BESIDE = "beside the best single score, which was chosen alike, and the sizes, with 95 % intervals"
_ENTRIES = (
    CombineFigure(
        "across",
        f"Tau of the combination on each run, chosen on all other benchmarks, {_BESIDE}.",
        lambda scheme: scheme == BENCHMARKS,
    ),
    CombineFigure(
        "within",
        f"Tau of the combination on each dataset, chosen on others of its benchmark, {_BESIDE}.",
        lambda scheme: scheme != BENCHMARKS,
    ),
)
#: The figures by name, in the order in which the report shows them.
FIGURES = {entry.name: entry for entry in _ENTRIES}


def taus_where_not_chosen(name: str, outcome: Outcome, width: float) -> Figure | None:
    """Draw tau of all that is compared, a panel for each run that was left out; None where the
    figure *name* has none.
    """
    judged = outcome.judged[outcome.judged["scheme"].map(FIGURES[name].draws)]
    if judged.empty:
        return None
    census = {run.name: run.units.census for run in outcome.runs}
    rows = judged.rename(columns={"score": "proxy"}).assign(applies=True, published=np.nan)
    rows = rows.assign(census=rows["run"].map(census))
    parts = [Part(str(run), group) for run, group in rows.groupby("run", sort=False)]
    order = list(dict.fromkeys(rows["proxy"]))
    return taus_by_run(parts, order, width, COMBINATION)


def save_figures(outcome: Outcome, folder: Path) -> list[tuple[Path, str]]:
    """Draw the figures, save each with every suffix, and return the PNG files with captions."""
    saved = []
    with matplotlib.rc_context(STYLE):
        for entry in FIGURES.values():
            figure = taus_where_not_chosen(entry.name, outcome, WIDTHS["text"])
            if figure is not None:
                saved.append((save(figure, folder / f"{entry.name}.png"), entry.caption))
    return saved


def remove_figures(folder: Path) -> None:
    """Delete the figures of an earlier report."""
    for name in FIGURES:
        for suffix in SUFFIXES:
            (folder / f"{name}{suffix}").unlink(missing_ok=True)
