"""What combinations come to, in words."""

from __future__ import annotations

import pandas as pd

from harness.analysis.correlations import SIZES
from harness.analysis.judgement import BEST, COMBINATION
from harness.combining.choosing import Outcome
from harness.reporting.phrases import listed, records, signed
from harness.reporting.tuned import tuned_sentences


def sentences(outcome: Outcome) -> list[str]:
    """Return in words what holds where it was not chosen; whether anything beats size comes first,
    for each scheme of leaving out.
    """
    said: list[str] = []
    for scheme in outcome.across["scheme"].unique():
        rows = outcome.across[outcome.across["scheme"] == scheme]
        said += [_beating_size(rows, scheme), *_combination_against(rows, scheme)]
    chosen = ", ".join(step.chosen for step in outcome.post_hoc)
    return [
        *said,
        f"{outcome.post_hoc_name} was chosen on all runs ({chosen}), with a mean tau of "
        f"{outcome.post_hoc_tau:.3f} there. It is judged on none, and its tau is too high as an "
        "estimate for another benchmark.",
        *tuned_sentences([*outcome.candidates, *outcome.excluded]),
    ]


def beats(rows: pd.DataFrame, score: str) -> bool:
    """Return whether a score beats every size measure significantly, by rows of a scheme.

    Where several benchmarks were left out, the intervals over benchmarks decide, and all of them
    must have the score; else those over architectures. As each of several differences has to be
    above 0, none needs a correction for their number.
    """
    against = rows[(rows["score"] == score) & rows["other"].isin(SIZES)]
    several = rows["benchmarks"].max() > 1
    measured = against[against["benchmarks"] == rows["benchmarks"].max()]
    lows = measured["low_spaces" if several else "low"]
    everywhere = set(measured["other"]) >= _everywhere(rows)
    return len(measured) > 0 and everywhere and bool((lows > 0).all())


def _everywhere(rows: pd.DataFrame) -> set[str]:
    """Return the size measures that every run has which the combination was judged on."""
    own = rows[(rows["score"] == COMBINATION) & rows["other"].isin(SIZES)]
    return set(own.loc[own["runs"] == rows["runs"].max(), "other"])


def _beating_size(rows: pd.DataFrame, scheme: str) -> str:
    """Return what beats size, and the differences with the strongest size measure."""
    if not _everywhere(rows):
        return f"Left out {scheme}: no size measure was scored in all runs, so nothing is said."
    names = [name for name in rows["score"].unique() if name not in SIZES]
    winners = [name for name in names if beats(rows, name)]
    where = "across spaces" if rows["benchmarks"].max() > 1 else "across these datasets"
    own = rows[(rows["score"] == COMBINATION) & rows["other"].isin(_everywhere(rows))]
    hardest = own.sort_values("difference").iloc[0]
    difference = (
        f"the combination less {hardest['other']}, the strongest of them, is "
        f"{signed(hardest['difference'])}{_ends(hardest)}"
    )
    if not winners:
        return f"Left out {scheme}: nothing beats size significantly {where}; {difference}."
    return (
        f"Left out {scheme}: {' and '.join(winners)} beat{'s' if len(winners) == 1 else ''} every "
        f"size measure significantly {where}; {difference}."
    )


def _ends(row: pd.Series) -> str:
    """Return the intervals of a difference, over benchmarks where there are several."""
    parts = []
    if not pd.isna(row["low_spaces"]):
        parts.append(f"over benchmarks {row['low_spaces']:+.3f} to {row['high_spaces']:+.3f}")
    if not pd.isna(row["low"]):
        parts.append(f"over architectures {row['low']:+.3f} to {row['high']:+.3f}")
    return f" (95 % intervals: {', '.join(parts)})" if parts else ""


def _combination_against(rows: pd.DataFrame, scheme: str) -> list[str]:
    """Return how the combination stands beside the best single score and published combinations."""
    own = rows[(rows["score"] == COMBINATION) & ~rows["other"].isin(SIZES)]
    parts = [
        f"less {'the ' if row['other'] == BEST else ''}{row['other']} {signed(row['difference'])}"
        f"{_ends(pd.Series(row))}, in {row['runs']} run{'' if row['runs'] == 1 else 's'}"
        for row in records(own)
    ]
    return [f"Left out {scheme}: the combination {listed(parts)}."] if parts else []
