"""The figure of a sweep: what searches find under every gate scale, normalisation and sign."""

from __future__ import annotations

from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from harness.reporting.paper import BLUE, ORANGE

COLOURS = {"train": BLUE, "bypass": ORANGE}
LINES = {"absolute": "-", "signed": "--"}


def sweep_figure(settings: pd.DataFrame, measure: str) -> Figure:
    """Draw a line of panels for each objective.

    *measure*, the percentile of size and the number of different architectures.

    Settings with a note, whose sensitivities are rounding errors, are left out.
    """
    objectives = list(dict.fromkeys(settings["objective"]))
    panels = {
        measure: measure.replace("_", " "),
        "percentile": "percentile of size",
        "architectures": "different architectures",
    }
    figure = Figure(figsize=(9.0, 2.4 * len(objectives) + 0.6), layout="constrained")
    axes = figure.subplots(len(objectives), len(panels), squeeze=False)
    known = settings[settings["note"] == ""]
    entries: dict[Any, Any] = {}
    for line, objective in zip(axes, objectives, strict=True):
        for panel, (name, label) in zip(line, panels.items(), strict=True):
            _panel(panel, known[known["objective"] == objective], name)
            panel.set_ylabel(label)
        line[0].set_title(str(objective), loc="left")
        handles, labels = line[0].get_legend_handles_labels()
        entries |= dict(zip(labels, handles, strict=True))
    for panel in axes[-1]:
        panel.set_xlabel("standard deviation of the gates")
    figure.legend(
        list(entries.values()),
        list(entries),
        loc="outside upper center",
        ncols=3,
        frameon=False,
        fontsize=8,
    )
    return figure


def _panel(axes: Axes, settings: pd.DataFrame, name: str) -> None:
    normal = settings[settings["alpha"] == "normal"].sort_values("gate_scale")
    right = float(normal["gate_scale"].max()) * 4 if len(normal) else 1.0
    for (batchnorm, signs), group in normal.groupby(["batchnorm", "signs"], sort=False):
        label = f"{batchnorm}, {signs} gates"
        style: dict[str, Any] = {
            "color": COLOURS[str(batchnorm)],
            "ls": LINES[str(signs)],
            "marker": "o",
            "ms": 3,
        }
        axes.errorbar(
            group["gate_scale"],
            group[name],
            yerr=_errors(group, name),
            label=label,
            capsize=2,
            lw=1.2,
            **style,
        )
    for batchnorm, group in settings[settings["alpha"] == "ones"].groupby("batchnorm", sort=False):
        style = {"color": COLOURS[str(batchnorm)], "marker": "x", "ls": "none"}
        axes.errorbar(
            [right],
            group[name],
            yerr=_errors(group, name),
            label=f"{batchnorm!s}, gates of 1",
            capsize=2,
            **style,
        )
    axes.set_xscale("log")


def _errors(group: pd.DataFrame, name: str) -> Any:
    """Return how far intervals reach below and above, (2, n), None where the measure has none.

    No bar where all seeds agree.
    """
    if f"{name}_high" not in group:
        return None
    return [
        (group[name] - group[f"{name}_low"]).fillna(0.0),
        (group[f"{name}_high"] - group[name]).fillna(0.0),
    ]
