"""Figures of searches: the sensitivities of a supernet's candidates, and the cell that was found,
as a graph.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, Rectangle
from matplotlib.path import Path

from benchmarks_data.spaces.choice import NONE, Choice
from harness.reporting.paper import GREY, ORANGE

#: The height of the arc of an edge that spans several nodes, for each node.
ARC = 0.32
#: The smallest value that a map distinguishes from 0.
TINY = 1e-200
#: The part of the distance between neighbours that an arrow keeps from its nodes.
NEAR = 0.09


def sensitivity_map(
    choices: Sequence[Choice],
    values: Sequence[Sequence[float]],
    chosen: Sequence[str | None],
    title: str,
) -> Figure:
    """Draw the sensitivity of every candidate, a line for each choice.

    Frames mark the *chosen* operations. Long, since one part of the figure follows another.
    """
    kinds = list(dict.fromkeys(kind for choice in choices for kind in choice.operations))
    table = np.full((len(choices), len(kinds)), math.nan)
    figure = Figure(
        figsize=(0.85 * len(kinds) + 2.2, 0.3 * len(choices) + 1.9), layout="constrained"
    )
    axes = figure.subplots()
    for line, (choice, row) in enumerate(zip(choices, values, strict=True)):
        for kind, value in zip(choice.operations, row, strict=True):
            table[line, kinds.index(kind)] = (
                value if math.isfinite(value) and value > 0 else math.nan
            )
            if value == 0:
                axes.text(kinds.index(kind), line, "0", ha="center", va="center", fontsize=6)
    known = table[np.isfinite(table)]
    largest = min(max(float(known.max()), TINY), 1 / TINY) if len(known) else 1.0
    norm = LogNorm(
        min(max(float(known.min()), largest * 1e-4), largest / 2) if len(known) else 0.1, largest
    )
    image = axes.imshow(table, cmap="Blues", norm=norm, aspect="auto")
    for (line, column), value in np.ndenumerate(table):
        if np.isfinite(value):
            shade = "white" if norm(value) > 0.6 else "black"
            axes.text(
                column, line, f"{value:.2g}", ha="center", va="center", fontsize=6, color=shade
            )
    for line, taken in enumerate(chosen):
        if taken is not None:
            axes.add_patch(
                Rectangle(
                    (kinds.index(taken) - 0.5, line - 0.5),
                    1,
                    1,
                    fill=False,
                    edgecolor=ORANGE,
                    lw=1.6,
                )
            )
    axes.set_xticks(range(len(kinds)), kinds, rotation=40, ha="right")
    axes.set_yticks(range(len(choices)), [choice.name for choice in choices])
    axes.spines[:].set_visible(False)
    axes.set_title(title, fontsize=9)
    figure.colorbar(image, ax=axes, label="sensitivity; blank: no candidate", shrink=0.8)
    return figure


def cell_graph(
    choices: Sequence[Choice], chosen: Sequence[str | None], nodes: Mapping[int, str]
) -> Figure:
    """Draw each kind of cell as a graph.

    Named nodes in their order, an arrow for each operation other than none.
    """
    groups = list(dict.fromkeys(choice.group for choice in choices))
    figure = Figure(figsize=(7.2, 2.9 * len(groups) + 0.2), layout="constrained")
    for axes, group in zip(
        figure.subplots(len(groups), 1, squeeze=False)[:, 0], groups, strict=True
    ):
        edges = [
            (choice.edge, kind)
            for choice, kind in zip(choices, chosen, strict=True)
            if choice.group == group and kind not in (None, NONE)
        ]
        _graph(axes, [(edge, str(kind)) for edge, kind in edges], nodes)
        axes.set_title(group, fontsize=9)
    return figure


def _graph(
    axes: Axes, edges: Sequence[tuple[tuple[int, int], str]], nodes: Mapping[int, str]
) -> None:
    """Draw edges as arcs, above the row of nodes and below it in turn, so that their labels do not
    meet; long, since one part of the figure follows another.
    """
    sides: dict[int, int] = {}
    for (source, target), kind in sorted(
        edges, key=lambda edge: (edge[0][1] - edge[0][0], edge[0])
    ):
        span = target - source
        turn = sides[span] = sides.get(span, 1 if span % 2 else -1) * -1
        height = 0.0 if span == 1 else turn * ARC * span
        along = np.linspace(NEAR / span, 1 - NEAR / span, 40)
        arc = Path(np.stack([source + span * along, 4 * height * along * (1 - along)], axis=1))
        axes.add_patch(
            FancyArrowPatch(
                path=arc, arrowstyle="-|>", mutation_scale=11, color=GREY, lw=1.1, fill=False
            )
        )
        background = {"facecolor": "white", "edgecolor": "none", "pad": 0.6}
        axes.text(
            (source + target) / 2,
            height,
            kind,
            ha="center",
            va="center",
            fontsize=7,
            bbox=background,
        )
    for node, name in nodes.items():
        axes.text(
            node,
            0,
            str(node),
            ha="center",
            va="center",
            fontsize=9,
            bbox={"boxstyle": "circle", "facecolor": "#BFD9EC"},
        )
        axes.annotate(
            name,
            (node, 0),
            (0, -13),
            textcoords="offset points",
            ha="center",
            va="top",
            fontsize=7,
            color=GREY,
        )
    highest = ARC * max([target - source for (source, target), _ in edges], default=1) + 0.2
    axes.set_xlim(min(nodes) - 0.4, max(nodes) + 0.4)
    axes.set_ylim(-highest, highest)
    axes.axis("off")
