"""What is left of every score in several runs, given size, depth and number of live operations."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from harness.analysis.families import SIGNIFICANT, holm
from harness.reporting import tables
from harness.reporting.heat_map import Writing, heat_map
from harness.reporting.paper import decimals
from harness.reporting.phrases import SIZES_KNOWN, listed

#: What is read of correlations.csv, blank in a run that is older than these.
NUMBERS = (
    *("gain_sizes", "gain_sizes_low", "gain_sizes_high"),
    *("tau_alike", "tau_alike_low", "tau_alike_high", "p_alike", "n_alike", "strata_alike"),
)
TEXT = (
    "What a score says given size, depth and number of live operations. Gain: what it adds, out of "
    f"sample, to the tau of a prediction from {SIZES_KNOWN}. Alike are networks "
    "with equally many layers, equally many live operations (where these are known) and "
    "neighbouring sizes: tau alike is that of what sizes leave of score and target, over pairs "
    "that are alike; below 0 the score orders them in reverse. Networks: how many have another one "
    "alike. p: of the permutation test that shuffles what is left of a score among networks alike, "
    "corrected for all rows of the table (Holm). All are numbers of the sample as it is."
)
CAPTION = (
    "What every score adds to size and depth, out of sample; where there is room its interval, tau "
    "among networks alike, and how many networks. Bold: the permutation test among networks alike "
    "has p below .05, corrected for all that is in the figure."
)
#: What the cells of the figure hold.
WHAT = "gain in tau over a prediction from size and depth, out of sample"
COLUMNS = (
    tables.text("score", "proxy"),
    tables.text("run", "part"),
    tables.number("gain", "gain_sizes", "in tau, out of sample", "+z.3f"),
    tables.interval("gain_sizes_low", "gain_sizes_high"),
    tables.number("tau alike", "tau_alike", "over pairs of networks that are alike", "+z.3f"),
    tables.interval("tau_alike_low", "tau_alike_high"),
    tables.number("p", "p_alike", "of the permutation test", ".2g"),
    tables.number("p, family", "p_alike_family", "corrected for all rows", ".2g"),
    tables.number("networks", "n_alike", "that have another one alike", ",.0f"),
    tables.number("strata", "strata_alike", "", ",.0f"),
)


def left_of(parts: Sequence[tuple[str, pd.DataFrame]]) -> pd.DataFrame:
    """Return the rows that say what is left of a score, by score and then by run.

    Scores are in the order of their mean gain, the highest first. ``part`` is the title of the run,
    ``p_alike_family`` corrected for all rows.

    Args:
        parts: titles of runs, each with a frame of ``proxy`` and NUMBERS.
    """
    frame = pd.concat([rows.assign(part=title) for title, rows in parts], ignore_index=True)
    known = frame.dropna(subset=["gain_sizes", "tau_alike"], how="all")
    means = known.groupby("proxy")["gain_sizes"].transform("mean")
    ordered = known.assign(mean=means).sort_values(
        ["mean", "proxy"], ascending=[False, True], kind="stable", ignore_index=True
    )
    return ordered.assign(p_alike_family=holm(ordered["p_alike"].to_numpy(float)))


def left_table(left: pd.DataFrame, subject: str | None = None) -> tables.Table:
    """Return what :func:`left_of` returns as a table."""
    return tables.fill(left, COLUMNS, subject)


def left_sentences(left: pd.DataFrame) -> list[str]:
    """Return in words how much is left, and of what; nothing where nothing could be tested."""
    tested = left.dropna(subset="p_alike")
    if tested.empty:
        return []
    surviving = tested[tested["p_alike_family"] < SIGNIFICANT]
    said = (
        f"Given size, depth and number of live operations, {len(surviving):,} of {len(tested):,} "
        "comparisons of a score in a run survive the permutation null, corrected for all of them"
    )
    runs = tested["proxy"].value_counts()
    parts = [
        f"{name} in {len(rows)} of {runs[name]} run{'' if runs[name] == 1 else 's'}"
        + (
            f" ({reversed_} of them reversed)"
            if (reversed_ := (rows["tau_alike"] < 0).sum())
            else ""
        )
        for name, rows in surviving.groupby("proxy", sort=False)
    ]
    return [f"{said}: {listed(parts)}." if parts else f"{said}."]


def left_map(
    titles: Sequence[str], left: pd.DataFrame, width: float | None, subject: str | None = None
) -> Figure | None:
    """Draw what :func:`left_of` returns as a table in colours; None where there is nothing.

    Args:
        titles: of the runs, in the order of the columns; those without rows are left out.
        left: the rows.
        width: inches; None for as many as the intervals need.
        subject: the score whose name is bold.
    """
    if left.empty:
        return None
    shown = [title for title in titles if (left["part"] == title).any()]
    frames = [left[left["part"] == title].assign(applies=False) for title in shown]
    ends = {f"gain_sizes{end}": f"tau{end}" for end in ("", "_low", "_high")}
    values = [frame.drop(columns=list(ends.values())).rename(columns=ends) for frame in frames]
    order = list(dict.fromkeys(left["proxy"]))
    return heat_map(shown, values, order, width, subject, Writing(WHAT, _text, 1.15, 3.4, _strong))


def _text(row: pd.Series, with_interval: bool) -> str:
    """Return what a cell says: the gain, its interval, tau among networks alike and n."""
    if pd.isna(row["tau"]):
        return ""
    gain = _signed(row["tau"])
    if not with_interval:
        return gain
    interval = f"{_signed(row['tau_low'])} to {_signed(row['tau_high'])}"
    if np.isnan(row["tau_alike"]):
        return f"{gain}\n{interval}\n"
    tau = f"\N{GREEK SMALL LETTER TAU} {_signed(row['tau_alike'])}"
    return f"{gain}\n{interval}\n{tau}, n {row['n_alike']:,.0f}"


def _strong(row: pd.Series) -> bool:
    return bool(row["p_alike_family"] < SIGNIFICANT)


def _signed(value: float) -> str:
    return ("+" if round(value, 2) > 0 else "") + decimals(value, 2)
