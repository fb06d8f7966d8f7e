"""What random search is expected to find: exact, over all draws."""

from __future__ import annotations

import numpy as np
from scipy.special import gammaln

from harness.analysis.statistics import Vector

#: Means of equal numbers may differ by rounding.
ROUNDING = 1e-12


def expected_best(values: Vector, count: int) -> float:
    """Return the expected highest of *count* of the *values* (n,), drawn without replacement.

    All draws are within the i lowest with probability C(i, count) / C(n, count); the expectation is
    the highest value less the steps between neighbours, each weighted by the probability that all
    draws are below it.
    """
    ordered = np.sort(values)
    size = len(ordered)
    below = np.arange(count, size)  # smaller sets cannot hold all draws
    log_chance = (
        gammaln(below + 1)
        - gammaln(below - count + 1)
        - (gammaln(size + 1) - gammaln(size - count + 1))
    )
    return float(ordered[-1] - np.exp(log_chance) @ (ordered[below] - ordered[below - 1]))


def draws_needed(values: Vector, wanted: float) -> int:
    """Return the smallest number of draws whose expected highest value is *wanted* at least.

    That is at most the highest of the *values* (n,).
    """
    low, high = 1, len(values)
    while low < high:
        middle = (low + high) // 2
        if expected_best(values, middle) >= wanted - ROUNDING:
            high = middle
        else:
            low = middle + 1
    return low
