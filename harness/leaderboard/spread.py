"""How far two scores under one key lie apart, by how far the scores of that proxy do."""

from __future__ import annotations

import math
from collections.abc import Iterable
from statistics import median, quantiles
from typing import NamedTuple

import proxies

#: How far a score may move, in widths of the middle half of its proxy's scores.
TOLERANCE = 1e-3


class Spread(NamedTuple):
    """Where the scores of a proxy lie.

    Attributes:
        middle: their median.
        width: between their quartiles; where that is 0 their median size, then 1.
    """

    middle: float
    width: float

    def distance(self, one: float, other: float) -> float:
        """Return the distance of two scores, in widths.

        Of a score that lies further than a width from the middle, that distance is the unit: what
        float32 rounds grows with it. Inf between a number, NaN and infinity.
        """
        if one == other or (math.isnan(one) and math.isnan(other)):
            return 0.0
        if not (math.isfinite(one) and math.isfinite(other)):
            return math.inf
        return abs(one - other) / max(self.width, abs(one - self.middle))


def spread_of(scores: Iterable[float]) -> Spread:
    """Return where scores lie, those that are numbers."""
    values = [one for one in scores if math.isfinite(one)]
    if not values:
        return Spread(0.0, 1.0)
    low, middle, high = quantiles(values, n=4, method="inclusive") if values[1:] else values * 3
    return Spread(middle, high - low or median(map(abs, values)) or 1.0)


def allowed(proxy: str, tolerance: float) -> float:
    """Return how far a score may move: not at all where it reads the architecture alone."""
    return tolerance if proxies.request(proxy).needs else 0.0
