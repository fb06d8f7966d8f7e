"""What a score says beyond the size of a network.

Tau against a null of shuffled scores, and the gain over several sizes.

Both take orders, vectors (n,) without NaN where higher is better; -inf is a valid lowest score.
*classes* (n,) numbers the units of intervals, where these are whole classes of architectures
(:meth:`harness.analysis.statistics.Influence.by`).
"""

from __future__ import annotations

import math

import pandas as pd

from harness.analysis.gain import folds_of, gain
from harness.analysis.shuffling import shuffled
from harness.analysis.statistics import (
    Labels,
    Vector,
)

#: Sizes that groups of equal ones are made of, and those that a gain is over.
GROUPS = ("params", "live_params")
COVARIATES = ("live_params", "live_convs", "flops", "depth", "params_nonembedding")
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
    if over and proxy not in over:
        added = gain(
            score,
            accuracy,
            sizes[over].to_numpy(float),
            folds_of(labels),
            labels if census else None,
        )
        if added is not None:
            numbers["tau_sizes"] = added.alone
            for name, interval in (("gain_sizes", added.gain), ("tau_given_sizes", added.given)):
                numbers |= {f"{name}{end}": getattr(interval, key) for end, key in ENDS}
    return numbers


ENDS = (("", "value"), ("_low", "low"), ("_high", "high"))
