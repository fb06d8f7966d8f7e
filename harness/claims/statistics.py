"""Tau of a score over several seeds, with an interval that holds both the architectures' sampling
and the seeds'.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from scipy import stats

from harness.analysis.statistics import Tau, Vector, Z, standard_error, tau_influence


def over_seeds(pairs: Sequence[tuple[Vector, Vector]], *, sampled: bool) -> Tau:
    """Return the mean over seeds of Kendall's tau-b, with a 95 % interval on Fisher's scale.

    The squared standard error is the sum of two: that of the items, from the mean over seeds of
    their influences, where they are a random sample; and that of the seeds, the variance of their
    taus divided by their number. With several seeds the quantile is of a t distribution with
    Satterthwaite's degrees of freedom. One seed shows no variance of seeds, which is then left out.

    Args:
        pairs: for each seed a score (n,) and what it is compared with (n,), the same items in the
            same order.
        sampled: whether the items are a random sample; if they are all there are, only seeds vary.

    Returns:
        NaN where tau is undefined for a seed; an interval of NaN where nothing shows a variation.
    """
    influences = [tau_influence(x, y) for x, y in pairs]
    known = [one for one in influences if one is not None]
    if not known or len(known) < len(influences):
        return Tau(math.nan, math.nan, math.nan)
    taus, items = np.array([one.tau for one in known]), len(known[0].values)
    mean, count = float(taus.mean()), len(known)
    by_items = (
        standard_error(np.mean([one.values for one in known], axis=0)) ** 2
        if sampled and items > 2
        else 0.0
    )
    by_seeds = float(taus.var(ddof=1)) / count if count > 1 else 0.0
    error = math.sqrt(by_items + by_seeds)
    if error < 1e-12 or abs(mean) > 1 - 1e-12:
        return Tau(mean, math.nan, math.nan)
    half = _quantile(by_items, items, by_seeds, count) * error / (1 - mean**2)
    return Tau(mean, math.tanh(math.atanh(mean) - half), math.tanh(math.atanh(mean) + half))


def _quantile(by_items: float, items: int, by_seeds: float, seeds: int) -> float:
    """Return the quantile of a sum of two variances that are estimated with items - 1 and seeds - 1
    degrees of freedom.
    """
    if seeds == 1:
        return Z
    spread = by_seeds**2 / (seeds - 1) + (by_items**2 / (items - 1) if by_items else 0.0)
    return float(stats.t.ppf(0.975, (by_items + by_seeds) ** 2 / spread)) if spread else Z
