"""Plugins, and runs of them."""

from pathlib import Path

import pandas as pd

from harness.run import main

AGGREGATES = '''
from __future__ import annotations
from dataclasses import dataclass
from proxies import aggregate, proxy

@dataclass
class Factor:
    value: float = 1.5

@proxy("heavier", reads="network")
def heavier(built):
    """Changes the weights of the network that it is handed."""
    for parameter in built[0].parameters():
        parameter.data *= Factor().value
    return 1.0

@aggregate("agg_raise", of=("synflow", "params"))
def agg_raise(ranks):
    """Raises an error."""
    raise RuntimeError("no")

@aggregate("agg_nan", of=("synflow", "params"))
def agg_nan(ranks):
    """Returns no number."""
    return ranks[:, 0] * float("nan")

@aggregate("agg_shape", of=("synflow", "params"))
def agg_shape(ranks):
    """Returns another shape."""
    return ranks
'''


GOOD = '''
from proxies import proxy

@proxy("half_params", reads="cost")
def half_params(cost):
    """Half of the number of parameters."""
    return cost.params / 2
'''


def run(folder: Path, plugin: str, names: list[str], *more: str) -> tuple[int, pd.DataFrame]:
    path = folder / "plugin.py"
    path.write_text(plugin)
    command = [
        "--plugin",
        str(path),
        "--proxy",
        *names,
        "--archs",
        "3",
        "--store",
        str(folder / "s.sqlite"),
        "--out",
        str(folder),
        "--workers",
        "1",
    ]
    return main([*command, *more]), pd.read_csv(folder / "scores.csv") if (
        folder / "scores.csv"
    ).exists() else pd.DataFrame()
