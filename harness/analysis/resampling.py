"""Metrics of the top of a ranking in resamples of the architectures: their sampling errors.

A resample is a vector of weights (items,): how often each architecture is in it. A metric takes
many resamples at once, as weights (resamples, items), and reads the items that can be among the top
alone.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import expit, logit

from harness.analysis.families import NONE
from harness.analysis.statistics import Vector, Z

Array = np.ndarray[Any, Any]
#: How many resamples are drawn: enough for a standard error, whose own error is then 5 %.
RESAMPLES = 200


def resamples(items: int, count: int = RESAMPLES) -> Array:
    """Return the weights (count, items) of a bootstrap.

    Independent Poisson numbers of mean 1, from a fixed seed.
    """
    return np.random.default_rng(0).poisson(1.0, (count, items)).astype(np.uint8)


def halves(items: int, count: int = RESAMPLES) -> Array:
    """Return the weights (count, items) of random halves, 0 or 1 by lot, from a fixed seed.

    A statistic varies among halves as it does among samples (delete-half jackknife, Shao and Wu
    1989). No item is in one twice, which matters where few of the highest decide.
    """
    return np.random.default_rng(0).integers(0, 2, (count, items), dtype=np.uint8)


@dataclass(frozen=True)
class Top:
    """The head of an order: enough items, the highest first, to fill so many places in any
    resample.

    Attributes:
        items: (m,) which they are.
        starts: (groups,) where each group of tied items starts.
    """

    items: Array
    starts: Array

    def weights(self, weights: Array) -> tuple[Array, Array, Array]:
        """Return the weights of the items (resamples, m), and for each group how much is before it
        and up to its end.
        """
        own = weights[:, self.items].astype(float)
        group = self.sums(own)
        end = np.cumsum(group, axis=1)
        return own, end - group, end

    def sums(self, values: Array) -> Array:
        """Return the sums (resamples, groups) over the tied items of values (resamples, m)."""
        return (
            values
            if len(self.starts) == len(self.items)
            else np.add.reduceat(values, self.starts, axis=1)
        )

    def spread(self, values: Array) -> Array:
        """Return values (resamples, groups) of each item: (resamples, m)."""
        return np.repeat(values, np.diff(np.r_[self.starts, len(self.items)]), axis=1)


def top(values: Vector, places: int) -> Top:
    """Return the head of the order by *values* that fills *places*, with a margin of 8 standard
    deviations and all ties.
    """
    order = np.argsort(-values, kind="stable")
    least = min(len(values), places + math.ceil(8 * math.sqrt(places)) + 30)
    reach = int(np.searchsorted(-values[order], -values[order[least - 1]], side="right"))
    ranked = values[order[:reach]]
    return Top(order[:reach], np.flatnonzero(np.r_[True, ranked[1:] != ranked[:-1]]))


def chosen(weights: Array, order: Top, places: Vector) -> Array:
    """Return how much of each item (resamples, m) is among the *places* (resamples,) first, the
    tied being drawn by lot.
    """
    own, before, end = order.weights(weights)
    room = np.clip(places[:, None] - before, 0, end - before)
    return own * order.spread(_ratio(room, end - before))


class Precision:
    """:func:`harness.analysis.metrics.precision_top` of each resample, for any score beside one
    accuracy.
    """

    def __init__(self, weights: Array, accuracy: Vector, share: float) -> None:
        """Find the *share* of highest *accuracy* (items,) in each resample of *weights* (resamples,
        items).
        """
        self._weights, self._count = weights, math.ceil(share * len(accuracy))
        self._places, self._best = share * weights.sum(axis=1), top(accuracy, self._count)
        self._chosen = chosen(weights, self._best, self._places)

    def of(self, score: Vector) -> Vector:
        """Return the precision (resamples,) of a *score* (items,)."""
        order = top(score, self._count)
        _, i, j = np.intersect1d(order.items, self._best.items, return_indices=True)
        both = chosen(self._weights, order, self._places)[:, i] * self._chosen[:, j]
        shares: Vector = _ratio(both, self._weights[:, order.items[i]]).sum(axis=1) / self._places
        return shares


def gains(weights: Array, order: Top, accuracy: Vector, places: int) -> Vector:
    """Return the discounted cumulative gain of the *places* first by *order*, in each resample.

    The gain of an accuracy of a percent is 2^a - 1, its discount at place j is 1 / log2(1 + j); the
    tied have the mean discount of their places.
    """
    discounts = np.r_[0.0, np.cumsum(1 / np.log2(1 + np.arange(1.0, places + 1)))]
    own, before, end = order.weights(weights)
    reached, start = (discounts[np.minimum(at, places).astype(int)] for at in (end, before))
    total = order.sums(own * (2.0 ** accuracy[order.items] - 1))
    shares: Vector = _ratio((reached - start) * total, end - before).sum(axis=1)
    return shares


def _ratio(part: Array, whole: Array) -> Array:
    """Return part / whole, 0 where both are."""
    return np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)


def interval(value: float, drawn: Vector) -> tuple[float, float]:
    """Return the 95 % interval of a *value* between 0 and 1 from its resamples.

    Normal on the scale of log-odds.

    It is NaN at 0 and 1, and where the resamples show no variation.
    """
    error = float(np.std(drawn, ddof=1))
    if not 0 < value < 1 or error < NONE:
        return math.nan, math.nan
    middle, half = logit(value), Z * error / (value * (1 - value))
    return float(expit(middle - half)), float(expit(middle + half))
