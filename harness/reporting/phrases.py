"""Numbers and lists as the sentences of reports write them."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import pandas as pd

from harness.analysis.orders import inapplicable

#: The sizes that a prediction is from (:data:`harness.analysis.beyond.COVARIATES`).
SIZES_KNOWN = (
    "live_params, live_convs, layers, flops and depth (of networks of tokens params_nonembedding "
    "too), as far as they are known"
)


def side(low: float, high: float, above: str, below: str, neither: str) -> str:
    """Return the words for an interval that is above 0, below it, or on both sides."""
    return above if low > 0 else below if high < 0 else neither


def row_of(rows: pd.DataFrame, proxy: str) -> pd.Series:
    """Return the first row of a proxy."""
    return rows[rows["proxy"] == proxy].iloc[0]


def records(rows: pd.DataFrame) -> list[dict[str, Any]]:
    """Return rows as dictionaries by column."""
    return [{str(key): value for key, value in row.items()} for row in rows.to_dict("records")]


def tau_of(row: pd.Series | dict[str, Any]) -> str:
    """Return a row's tau with its interval."""
    return tau_text(row["tau"], row["tau_low"], row["tau_high"])


def signed(value: float) -> str:
    """Return a number with its sign and three decimals."""
    return f"{value:+.3f}"


def percent(share: float) -> str:
    """Return a share of 1 in percent: two digits, near all of it four."""
    return f"{100 * share:.{2 if share < 0.995 else 4}g} %"


def architectures(count: int) -> str:
    """Return how many architectures, in words."""
    return f"{count:,} architecture{'' if count == 1 else 's'}"


def listed(parts: Iterable[str]) -> str:
    """Return parts of a sentence with semicolons between them."""
    return "; ".join(parts)


def interval_text(low: float, high: float) -> str:
    """Return an interval for people, empty where it is undefined."""
    return "" if math.isnan(low) else f"{low:z.3f} to {high:z.3f}"


def tau_text(tau: float, low: float, high: float) -> str:
    """Return a tau with its interval for people."""
    if math.isnan(tau):
        return "undefined"
    return f"{tau:z.3f}" + (f" ({interval_text(low, high)})" if not math.isnan(low) else "")


def beside(scores: pd.DataFrame) -> list[str]:
    """Return which proxies apply to none of the architectures and why, one line for each reason."""
    reasons: dict[str, list[str]] = {}
    for proxy, reason in inapplicable(scores).items():
        reasons.setdefault(reason, []).append(proxy)
    return [f"{', '.join(names)}: {reason}" for reason, names in reasons.items()]
