"""The committed values of reference code, and how far ours are from them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats import kendalltau

HERE = Path(__file__).parent

#: One row for each reference: proxy, repository, commit, call, precision and version of torch; what
#: was measured (tau, the largest difference, cells that one side alone leaves undefined); and the
#: deviation where ours differs on purpose.
REFERENCES = pd.read_csv(HERE / "references.csv", keep_default_na=False).set_index("reference")
#: Its value for every cell: reference, cell, value; blank where it gives NaN.
VALUES = pd.read_csv(HERE / "values.csv")


def values(reference: str) -> list[float]:
    """The reference's values in the order of cells."""
    return [float(value) for value in VALUES.loc[VALUES["reference"] == reference, "value"]]


def tau(ours: list[float], theirs: list[float]) -> float:
    """Kendall's tau-b over the cells where both are defined.

    Values that agree in nine digits are ties.
    """
    both = np.array([ours, theirs])[:, ~np.isnan(ours) & ~np.isnan(theirs)]
    rounded = [[float(f"{value:.9g}") for value in side] for side in both]
    return float(kendalltau(*rounded).statistic)


def largest_difference(ours: list[float], theirs: list[float]) -> float:
    """The largest |ours - theirs| / max(|ours|, |theirs|) over the cells where both are defined.

    Inf beside a finite value.
    """
    both = [
        (a, b)
        for a, b in zip(ours, theirs, strict=True)
        if not np.isnan(a) and not np.isnan(b) and a != b
    ]
    return max(
        (
            abs(a - b) / max(abs(a), abs(b)) if np.isfinite([a, b]).all() else np.inf
            for a, b in both
        ),
        default=0.0,
    )


def undefined(ours: list[float], theirs: list[float]) -> int:
    """The number of cells that one side alone leaves undefined."""
    return int((np.isnan(ours) != np.isnan(theirs)).sum())
