"""Scores of a proxy as numbers by architecture, in the order in which higher is better."""

from __future__ import annotations

import pandas as pd

from harness.analysis.statistics import Vector, mean_rank
from proxies.requests import direction
from proxies.status import NOT_APPLICABLE


def by_seed(scores: pd.DataFrame, proxy: str) -> pd.DataFrame:
    """Return a proxy's scores as a frame with one row per index and one column per draw.

    A seed and a batch.
    """
    rows = scores[scores["proxy"] == proxy]
    if "batch" not in rows:  # it is that of the seed
        rows = rows.assign(batch=rows["seed"])
    return rows.pivot(index="index", columns=["seed", "batch"], values="score")


def combined(scores: pd.DataFrame, proxy: str) -> pd.Series:
    """Return one number per index that orders architectures, higher being better.

    With one seed it is the score, with several the mean rank over seeds, negated when lower is
    better. NaN is missing.
    """
    values = by_seed(scores, proxy)
    oriented = direction(proxy) * values.to_numpy(float)
    numbers = oriented[:, 0] if oriented.shape[1] == 1 else mean_rank(oriented)
    return pd.Series(numbers, index=values.index, name=proxy)


def joined(x: pd.Series, y: pd.Series) -> tuple[Vector, Vector]:
    """Return the values of two series at the indices where both are known."""
    both = pd.DataFrame({"x": x, "y": y}).dropna()
    return both["x"].to_numpy(float), both["y"].to_numpy(float)


def inapplicable(scores: pd.DataFrame) -> dict[str, str]:
    """Return the proxies that apply to none of the architectures, with the commonest reason."""
    return {
        str(proxy): str(status.mode()[0]).removeprefix(NOT_APPLICABLE)
        for proxy, status in scores.groupby("proxy", sort=False)["status"]
        if status.str.startswith(NOT_APPLICABLE).all()
    }
