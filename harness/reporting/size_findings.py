"""The sentences of a report on what a score has to do with the size of networks."""

from __future__ import annotations

import math

import pandas as pd

from harness.analysis.results import Results
from harness.reporting.phrases import SIZES_KNOWN, interval_text, listed, records, side, signed


def size_findings(results: Results, target: str, row: pd.Series) -> list[str]:
    """Return what the score of a *row* of correlations has to do with the size of networks.

    The question of parameter bias.
    """
    sentences, proxy = [], row["proxy"]
    if proxy != "params" and not math.isnan(row["excess_params"]):
        bound = row["excess_params_low"], row["excess_params_high"]
        interval = "" if math.isnan(bound[0]) else f" ({signed(bound[0])} to {signed(bound[1])})"
        verdict = side(
            *bound,
            f"{proxy} follows it more",
            f"{proxy} follows it less",
            "no difference can be told",
        )
        own = row["tau_params"] - row["excess_params"]
        sentences.append(
            f"Tau with the number of parameters is {row['tau_params']:.3f} for {proxy} and "
            f"{own:.3f} for {target} itself: "
            f"{signed(row['excess_params'])}{interval}, {verdict}."
        )
    return (
        sentences
        + _nonembedding(row)
        + _beyond(row)
        + (_equal_size(results, target, proxy) if proxy != "live_params" else [])
    )


def _nonembedding(row: pd.Series) -> list[str]:
    """Return what a score has to do with the parameters without embeddings, where these are known,
    and what is left beyond the sizes.
    """
    if row["proxy"] == "params_nonembedding" or math.isnan(row["tau_params_nonembedding"]):
        return []
    left = ""
    if not math.isnan(row["tau_given_sizes_low"]):
        left = (
            "; what sizes leave of the score has tau "
            f"{signed(row['tau_given_sizes'])} ({signed(row['tau_given_sizes_low'])} to "
            f"{signed(row['tau_given_sizes_high'])}) with what they leave of the target"
        )
    return [
        f"Tau of {row['proxy']} with the number of parameters without embeddings is "
        f"{row['tau_params_nonembedding']:.3f}{left}."
    ]


def _beyond(row: pd.Series) -> list[str]:
    """Return what a score says that sizes do not say."""
    sentences, proxy = [], row["proxy"]
    for size, words in (("params", "parameters"), ("live_params", "live parameters")):
        if not math.isnan(excess := row[f"beyond_{size}"]):
            null = interval_text(row[f"tau_shuffled_low_{size}"], row[f"tau_shuffled_high_{size}"])
            own = f"{signed(row[f'beyond_low_{size}'])} to {signed(row[f'beyond_high_{size}'])}"
            sentences.append(
                f"Shuffled among architectures with equally many {words}, the scores of {proxy} "
                "would have tau "
                f"{row[f'tau_shuffled_{size}']:.3f} ({null}): their own is {signed(excess)} "
                f"({own}) from that."
            )
    if not math.isnan(row["gain_sizes"]):
        sentences.append(
            f"Predicted out of sample from {SIZES_KNOWN}, the target has "
            f"tau {row['tau_sizes']:.3f} with the prediction; {proxy} adds "
            f"{signed(row['gain_sizes'])} ({signed(row['gain_sizes_low'])} to "
            f"{signed(row['gain_sizes_high'])})."
        )
    return sentences + _alike(row)


def _alike(row: pd.Series) -> list[str]:
    """Return what a score says among networks alike in size, depth and live operations."""
    if math.isnan(row["p_alike"]):
        return []
    bound = row["tau_alike_low"], row["tau_alike_high"]
    interval = "" if math.isnan(bound[0]) else f" ({signed(bound[0])} to {signed(bound[1])})"
    return [
        f"Among networks alike in size, depth and number of live operations ({row['n_alike']:,.0f} "
        f"in {row['strata_alike']:,.0f} strata) what sizes leave of {row['proxy']} has tau "
        f"{signed(row['tau_alike'])}{interval} with what they leave of the target; p of shuffling "
        f"it within strata is {row['p_alike']:.2g}."
    ]


def _equal_size(results: Results, target: str, proxy: str) -> list[str]:
    """Return tau among architectures of equal live parameters in each population, as it may differ
    much between them.
    """
    rows = results.correlations
    rows = rows[(rows["target"] == target) & (rows["proxy"] == proxy)].dropna(
        subset="tau_equal_live_params_low"
    )
    if rows.empty:
        return []
    bounds = list(
        zip(rows["tau_equal_live_params_low"], rows["tau_equal_live_params_high"], strict=True)
    )
    verdicts = {
        side(*bound, "is better than chance", "is worse than chance", "cannot be told from chance")
        for bound in bounds
    }
    verdict = verdicts.pop() if len(verdicts) == 1 else "differs by population"
    taus = [
        f"{row['tau_equal_live_params']:.3f} ({low:.3f} to {high:.3f}) in population "
        f"{row['population']}"
        for row, (low, high) in zip(records(rows), bounds, strict=True)
    ]
    return [
        f"Among architectures with equally many live parameters the order by {proxy} {verdict}: "
        f"tau {listed(taus)}."
    ]
