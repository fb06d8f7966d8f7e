"""What a board says of each score: its place, its numbers and what they cost."""

from __future__ import annotations

import math

import pandas as pd

from harness.analysis.correlations import order_measures
from harness.analysis.families import SIGNIFICANT
from harness.analysis.orders import inapplicable
from harness.analysis.results import Results

#: What a row says: the numbers are those of correlations.csv, ``seconds`` the mean of an
#: architecture.
STANDING_COLUMNS = [
    *("proxy", "place", "place_low", "place_high", "tau", "tau_low", "tau_high"),
    *("ndcg", "precision_top10", "seconds", "n", "missing"),
]


def standings(results: Results, target: str) -> pd.DataFrame:
    """Return a frame of STANDING_COLUMNS, a row for each score that applies to some architecture,
    the highest tau first and undefined ones last.

    ``place`` counts the scores of higher tau that are defined on all architectures of the board;
    equal ones share it. ``place_low`` and ``place_high`` are the places among these that the
    comparisons of each two allow: below all that are significantly better, above all that are
    significantly worse. As these are corrected for the family of all pairs, all places together are
    in their ranges in at least 95 of 100 samples (Mogstad, Romano, Shaikh and Wilhelm, "Inference
    for Ranks", 2024). There are none in a census, none for a single score, and none for a score
    that is undefined on some architectures: its tau is of the others, and comparisons with it are
    of the architectures that both have.

    Tau, its interval and the metrics are those of
    :func:`harness.analysis.correlations.order_measures`.
    """
    values, seconds = results.accuracy(target), results.seconds()
    never = inapplicable(results.scores)
    rows = [
        {
            "proxy": name,
            "seconds": seconds[name],
            **order_measures(order.reindex(values.index), values, results.units),
        }
        for name, order in results.orders.items()
        if name not in never
    ]
    frame = pd.DataFrame(rows, columns=STANDING_COLUMNS)
    frame = frame.sort_values(["tau", "proxy"], ascending=[False, True], ignore_index=True)
    whole = frame.loc[_whole(frame), "tau"]
    frame["place"] = [
        math.nan if math.isnan(tau) else 1 + int((whole > tau).sum()) for tau in frame["tau"]
    ]
    return frame if results.is_census else _with_ranges(frame, results.pairs, target)


def _whole(frame: pd.DataFrame) -> pd.Series:
    """Return of which rows the score is defined on all architectures of the board."""
    return frame["tau"].notna() & (frame["missing"] == 0)


def _with_ranges(frame: pd.DataFrame, pairs: pd.DataFrame, target: str) -> pd.DataFrame:
    """Return the frame with the places that the significant ones of the *pairs* allow."""
    whole = _whole(frame)
    names = frame.loc[whole, "proxy"]
    among = pairs["proxy"].isin(names) & pairs["other"].isin(names)
    apart = pairs[among & (pairs["target"] == target) & (pairs["p_family"] < SIGNIFICANT)]
    ahead = apart["difference"] > 0
    better = apart["proxy"].where(ahead, apart["other"])
    worse = apart["other"].where(ahead, apart["proxy"])
    count, known = len(names), whole & (len(names) > 1)
    above = frame["proxy"].map(worse.value_counts()).fillna(0)
    below = frame["proxy"].map(better.value_counts()).fillna(0)
    return frame.assign(
        place_low=(1 + above).where(known, math.nan),
        place_high=(count - below).where(known, math.nan),
    )
