"""The sentences of a report on what its numbers leave open: noise, seeds, missing scores."""

from __future__ import annotations

import math

import pandas as pd

from harness.analysis.comparison import LAST, RUNS, SHORT, SPLIT, TRUTH
from harness.analysis.orders import inapplicable
from harness.analysis.results import Results
from harness.reporting.phrases import (
    beside,
    interval_text,
    listed,
    records,
    tau_of,
)


def ceiling_findings(results: Results, target: str) -> list[str]:
    rows = results.ceilings[results.ceilings["target"] == target].dropna(subset="tau")
    if rows.empty:
        return [
            "The table has no single runs, no other split or epoch and no shorter training of "
            f"{target}: how noisy it is, is not known."
        ]
    truth = [tau_of(row) for row in records(rows[rows["what"] == TRUTH])]
    sentences = [
        f"A score without noise, the true expected accuracy, would have tau {tau} with {target} "
        "(estimated)."
        for tau in truth
    ]
    if taus := [f"{tau_of(row)}, n = {row['n']:,}" for row in records(rows[rows["what"] == RUNS])]:
        sentences.append(
            f"Two training runs of the same architectures agree at tau {listed(taus)}."
        )
    others = {
        SPLIT: "accuracy on another split",
        LAST: "result of another epoch",
        SHORT: "accuracy after fewer epochs",
    }
    for what, text in others.items():
        if taus := [
            f"{row['other']} {tau_of(row)}, n = {row['n']:,}"
            for row in records(rows[rows["what"] == what])
        ]:
            sentences.append(f"Tau of {target} with the {text}: {listed(taus)}.")
    return sentences


def seed_findings(results: Results, target: str, row: pd.Series) -> list[str]:
    """Return how far tau moves with other seeds, and whose intervals do not say it."""
    rows = results.of(target)
    rows = rows[rows["proxy"].isin(list(results.orders)) & rows["tau"].notna()]
    sentences, proxy = [], row["proxy"]
    if not math.isnan(row["tau_low_all"]) and row["seeds"] > 1:
        what = (
            "other seeds of the same architectures"
            if results.is_census
            else "other seeds as well as other architectures"
        )
        sentences.append(
            f"For {what} the interval of tau of {proxy} is "
            f"{interval_text(row['tau_low_all'], row['tau_high_all'])}."
        )
    known = rows["tau_low_all"].notna() | (rows["sd_seeds"] == 0)
    if unknown := list(rows["proxy"][~known]):
        sentences.append(
            "Not told by this run: how far tau would move with other weights and other batches. "
            "No interval includes it for "
            f"{', '.join(unknown)}; several --seeds tell it (and --batches what is due to which)."
        )
    return sentences


def gap_findings(results: Results, target: str) -> list[str]:
    rows = results.of(target)
    rows = rows[rows["proxy"].isin(list(results.orders))]
    rows = rows[~rows["proxy"].isin(list(inapplicable(results.scores)))]
    kinds = {
        "Scores that are missing, and left out": "missing",
        "Scores of -inf, which count as the lowest": "minus_inf",
    }
    gaps = [f"{what}: {counts}." for what, key in kinds.items() if (counts := _numbers(rows, key))]
    return gaps + [f"Not applicable: {line}." for line in beside(results.scores)]


def _numbers(rows: pd.DataFrame, key: str) -> str:
    """Return how many architectures each score has, those with equally many together."""
    by_count = rows[rows[key] > 0].groupby(key)["proxy"].agg(", ".join)
    return listed(
        f"{count} each of {proxies}" if ", " in proxies else f"{count} of {proxies}"
        for count, proxies in by_count.items()
    )
