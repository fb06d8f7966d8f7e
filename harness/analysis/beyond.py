"""What a score says beyond the size of a network.

Tau against a null of shuffled scores, the gain over several sizes, and tau among networks alike.

Both take orders, vectors (n,) without NaN where higher is better; -inf is a valid lowest score.
*classes* (n,) numbers the units of intervals, where these are whole classes of architectures
(:meth:`harness.analysis.statistics.Influence.by`).
"""

from __future__ import annotations

import math

import pandas as pd

from harness.analysis.alike import DEPTH, alike
from harness.analysis.gain import folds_of, gain
from harness.analysis.shuffling import shuffled
from harness.analysis.statistics import Labels, Vector

#: Sizes that groups of equal ones are made of, and those that a gain is over.
GROUPS = ("params", "live_params")
COVARIATES = ("live_params", "live_convs", "layers", "flops", "depth", "params_nonembedding")
#: Networks alike are neighbours in the first of these that is known.
NEIGHBOURS = ("params_nonembedding", "live_params", "params")
BEYOND_COLUMNS = [
    *(
        f"{name}_{size}"
        for size in GROUPS
        for name in (
            "tau_shuffled",
            "tau_shuffled_low",
            "tau_shuffled_high",
            "beyond",
            "beyond_low",
            "beyond_high",
            "p_beyond",
        )
    ),
    *("tau_sizes", "gain_sizes", "gain_sizes_low", "gain_sizes_high"),
    *("tau_given_sizes", "tau_given_sizes_low", "tau_given_sizes_high"),
    *("tau_alike", "tau_alike_low", "tau_alike_high", "p_alike", "n_alike", "strata_alike"),
]


def beyond(
    proxy: str,
    score: Vector,
    accuracy: Vector,
    sizes: pd.DataFrame,
    labels: Labels,
    *,
    census: bool,
) -> dict[str, float]:
    """Return a row's numbers of BEYOND_COLUMNS, but for those of unknown sizes and of sizes beyond
    themselves.

    Args:
        proxy: the name of the score.
        score, accuracy: (n,) each.
        sizes: of the networks (n, ...), columns by name.
        labels: the class of each architecture.
        census: all architectures are scored: classes are the units, and there is no p value.
    """
    numbers: dict[str, float] = {}
    known = [name for name in sizes if len(sizes) and sizes[name].notna().all()]
    for size in (size for size in GROUPS if size in known and size != proxy):
        result = shuffled(score, accuracy, sizes[size].to_numpy(float), labels if census else None)
        for name, value in (("tau_shuffled", result.null), ("beyond", result.excess)):
            numbers |= {f"{name}{end}_{size}": getattr(value, key) for end, key in ENDS}
        numbers[f"p_beyond_{size}"] = math.nan if census else result.excess.p
    over = [name for name in COVARIATES if name in known]
    if proxy in over or not over:
        return numbers
    added = gain(
        score, accuracy, sizes[over].to_numpy(float), folds_of(labels), labels if census else None
    )
    if added is not None:
        numbers["tau_sizes"] = added.alone
        for name, interval in (("gain_sizes", added.gain), ("tau_given_sizes", added.given)):
            numbers |= {f"{name}{end}": getattr(interval, key) for end, key in ENDS}
    return numbers | _alike(proxy, score, accuracy, sizes[known], labels)


def _alike(
    proxy: str, score: Vector, accuracy: Vector, known: pd.DataFrame, labels: Labels
) -> dict[str, float]:
    """Return what a score says among networks alike; nothing where their depth is unknown, or the
    score is the size that says which are alike.
    """
    size = next((name for name in NEIGHBOURS if name in known), proxy)
    if DEPTH not in known or size == proxy:
        return {}
    over = dict.fromkeys([size, *(name for name in COVARIATES if name in known)])
    result = alike(score, accuracy, known[list(over)], labels)
    if result is None:
        return {}
    numbers = {f"tau_alike{end}": getattr(result.tau, key) for end, key in ENDS}
    return numbers | {
        "p_alike": result.p,
        "n_alike": result.networks,
        "strata_alike": result.strata,
    }


ENDS = (("", "value"), ("_low", "low"), ("_high", "high"))
