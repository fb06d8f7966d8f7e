"""The figures that a search leaves: a map of sensitivities by objective, and cells."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import matplotlib

from benchmarks_data import spaces
from harness.reporting.figures import SUFFIXES, save
from harness.reporting.paper import STYLE
from harness.search_methods.method import Search
from harness.search_methods.plots import cell_graph, sensitivity_map
from harness.search_methods.schedules import SCHEDULES
from proxies.passes.objectives import OBJECTIVES

MAP, GRAPH = "sensitivities", "cell"


def remove_figures(folder: Path) -> None:
    """Remove the figures that a search can have left, and no others."""
    names = [f"{MAP}_{objective}" for objective in OBJECTIVES]
    names += [
        f"{GRAPH}_{objective}_{schedule}" for objective in OBJECTIVES for schedule in SCHEDULES
    ]
    for name in names:
        for suffix in SUFFIXES:
            (folder / f"{name}{suffix}").unlink(missing_ok=True)


def draw_figures(
    searches: Sequence[Search], space: str, folder: Path
) -> tuple[list[tuple[Path, str]], list[tuple[Path, str]]]:
    """Draw a map of sensitivities for each objective, and each different cell of the first seed.

    Return both with captions.
    """
    choices = spaces.get(space).choices
    maps: dict[str, tuple[Path, str]] = {}
    graphs: dict[tuple[str | None, ...], tuple[Path, str]] = {}
    with matplotlib.rc_context(STYLE):
        for one in searches:
            if one.seed != 0 or one.fault or not one.first:
                continue
            if one.objective not in maps:
                figure = sensitivity_map(
                    choices,
                    one.first,
                    one.chosen,
                    f"{space}, objective {one.objective}, seed {one.seed}",
                )
                maps[one.objective] = (
                    save(figure, folder / f"{MAP}_{one.objective}.png"),
                    f"Objective {one.objective}, seed 0.",
                )
            if one.chosen not in graphs and (nodes := spaces.get(space).nodes):
                name = f"{GRAPH}_{one.objective}_{one.schedule}.png"
                graphs[one.chosen] = (
                    save(cell_graph(choices, one.chosen, nodes), folder / name),
                    f"{one.objective}, {one.schedule}, seed 0.",
                )
    return list(maps.values()), list(graphs.values())
