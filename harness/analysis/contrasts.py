"""Which differences between scores count.

Pairs of proxies, and each proxy's tie to the size of networks, corrected as families.

Orders are series of numbers by index, higher being better, NaN where a score is missing
(:func:`harness.analysis.orders.combined`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import astuple
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import rankdata

from harness.analysis.families import SIGNIFICANT, Family, errors, letters, simultaneous
from harness.analysis.statistics import (
    Influence,
    Labels,
    Vector,
    tau_b,
    tau_difference,
    tau_influence,
)
from harness.analysis.units import Units

Array = np.ndarray[Any, Any]
Orders = Mapping[str, pd.Series]
PAIR_COLUMNS = [
    *("proxy", "other", "n", "difference", "low", "high", "p", "p_family", "tau_between"),
    *("low_alone", "high_alone", "family", "comparisons"),
]
#: The family of a comparison: that which was declared, or all pairs that are in no other.
DECLARED, PAIRS = "declared", "pairs"


def same_orders(orders: Orders, accuracy: pd.Series) -> list[list[str]]:
    """Return the proxies in groups of identical rankings of the architectures with an *accuracy*.

    Params and flops may be one.

    Identical are those with the same missing scores, the same ties and the same order of the
    others.
    """
    known = accuracy.index[accuracy.notna()]
    groups: dict[bytes, list[str]] = {}
    for name, order in orders.items():
        values = order.reindex(known).to_numpy(float)
        key = (
            name.encode()
            if np.isnan(values).all()
            else rankdata(values, nan_policy="omit").tobytes()
        )
        groups.setdefault(key, []).append(name)
    return list(groups.values())


def paired(
    orders: Orders, accuracy: pd.Series, against: str | None = None, units: Units | None = None
) -> pd.DataFrame:
    """Compare each two proxies on the architectures where both have a score.

    A frame of PAIR_COLUMNS.

    The difference of their taus with *accuracy* has the standard error of the difference of their
    influence functions, which takes into account that both rank the same architectures.
    ``low_alone``, ``high_alone`` and the two-sided normal ``p`` are those of one comparison.
    ``low``, ``high`` and ``p_family`` are corrected for the family
    (:func:`harness.analysis.families.simultaneous`): the interval excludes 0 exactly where
    ``p_family`` is below .05. ``comparisons`` is the number of different comparisons in it;
    identical rankings count once. ``tau_between`` is the tau of one proxy with the other. A
    difference that is the same for every sample has no interval.

    The family is that of all pairs. When a proxy was declared to be compared with, the pairs of
    *against*, and of rankings that are identical to it, are a family of their own and come first;
    the others are a second one.

    In a census intervals are those of classes, and there are no p values
    (:mod:`harness.analysis.units`).
    """
    values = pd.DataFrame(dict(orders)).reindex(accuracy.index[accuracy.notna()])
    numbers = {str(name): values[name].to_numpy(float) for name in values}
    known = {name: ~np.isnan(column) for name, column in numbers.items()}
    target = accuracy[values.index].to_numpy(float)
    vectors = _Vectors(numbers, target, units.of(values.index) if units else None)
    one_of = {name: group[0] for group in same_orders(orders, accuracy) for name in group}
    declared = [name for name in numbers if against is not None and one_of[name] == one_of[against]]
    names = sorted(numbers, key=lambda name: (name != against, name not in declared))
    frame = _each_alone(names, numbers, known, vectors).assign(comparisons=0)
    frame["family"] = np.where(frame["proxy"].isin(declared), DECLARED, PAIRS)
    for name in frame["family"].unique():
        members = frame[frame["family"] == name]
        corrected = _corrected(members, vectors, known, one_of)
        frame.loc[members.index, "low"], frame.loc[members.index, "high"] = (
            corrected.low,
            corrected.high,
        )
        # What is the same in every sample cannot be corrected: a difference of 0 is none, another
        # one cannot be tested.
        frame.loc[members.index, "p_family"] = np.where(
            members["low_alone"].isna(), members["p"], corrected.p
        )
        frame.loc[members.index, "comparisons"] = corrected.count
    return frame.assign(p=math.nan, p_family=math.nan) if units and units.census else frame


def _each_alone(
    names: Sequence[str],
    numbers: Mapping[str, Vector],
    known: Mapping[str, Array],
    vectors: _Vectors,
) -> pd.DataFrame:
    """Return a frame of PAIR_COLUMNS for each two of *names*, with what a comparison says alone.

    The rest is blank.
    """
    rows = []
    for one, other in combinations(names, 2):
        both = known[one] & known[other]
        value, low, high, p = astuple(
            tau_difference(vectors.influence(one, both), vectors.influence(other, both))
        )
        alone = {"difference": value, "p": p, "low_alone": low, "high_alone": high}
        between = tau_b(numbers[one][both], numbers[other][both])
        rows.append(
            {"proxy": one, "other": other, "n": int(both.sum()), **alone, "tau_between": between}
        )
    return pd.DataFrame(rows, columns=PAIR_COLUMNS)


class _Vectors:
    """Influences of proxies on sets of architectures, each computed once, and what they add to
    errors.

    With *classes* (n,) both are those of classes of architectures.
    """

    def __init__(
        self, numbers: Mapping[str, Vector], target: Vector, classes: Labels | None
    ) -> None:
        self._numbers, self._target, self._classes = numbers, target, classes
        self._influences: dict[tuple[str, bytes], Influence | None] = {}
        self._rows: dict[tuple[str, bytes], int] = {}
        self.errors: list[Vector] = []

    def influence(self, proxy: str, used: Array) -> Influence | None:
        key = proxy, used.tobytes()
        if key not in self._influences:
            classes = (
                None
                if self._classes is None
                else np.unique(self._classes[used], return_inverse=True)[1]
            )
            self._influences[key] = tau_influence(
                self._numbers[proxy][used], self._target[used], classes=classes
            )
        return self._influences[key]

    def row(self, proxy: str, used: Array) -> int:
        """Return which of :attr:`errors` is that of a proxy on a set of architectures.

        Zeros where it has no influence.
        """
        key = proxy, used.tobytes()
        if key not in self._rows:
            influence = self.influence(proxy, used)
            usable = influence if influence and len(influence.values) > 2 else None
            units = units_used(used, self._classes)
            self.errors.append(errors(usable.values, units) if usable else np.zeros(len(units)))
            self._rows[key] = len(self.errors) - 1
        return self._rows[key]

    def count(self, used: Array) -> int:
        """Return how many units a set of architectures has."""
        return int(units_used(used, self._classes).sum())


def units_used(used: Array, classes: Labels | None) -> Array:
    """Return which units there are among the architectures that are *used* (n,).

    These, or their *classes*.
    """
    return (
        used
        if classes is None
        else np.bincount(classes[used], minlength=int(classes.max()) + 1) > 0
    )


def _corrected(
    pairs: pd.DataFrame, vectors: _Vectors, known: Mapping[str, Array], one_of: Mapping[str, str]
) -> Family:
    """Return the family of the differences of *pairs*."""
    first, second, items = [], [], []
    for one, other in zip(pairs["proxy"], pairs["other"], strict=True):
        both = known[one] & known[other]
        first.append(vectors.row(one, both))
        second.append(vectors.row(other, both))
        items.append(vectors.count(both))
    different = {
        frozenset((one_of[one], one_of[other]))
        for one, other, low in zip(pairs["proxy"], pairs["other"], pairs["low_alone"], strict=True)
        if not math.isnan(low)
    }
    estimates = pairs["difference"].to_numpy(float)
    return simultaneous(
        estimates, np.stack(vectors.errors), first, second, np.array(items, float), len(different)
    )


def groups(taus: Mapping[str, float], pairs: pd.DataFrame) -> dict[str, str]:
    """Return the letters of each proxy that has a tau.

    Those that share one do not differ significantly by *pairs*.
    """
    names = sorted(
        (name for name, tau in taus.items() if not math.isnan(tau)), key=lambda name: -taus[name]
    )
    apart = pairs[pairs["p_family"] < SIGNIFICANT]
    return letters(names, set(zip(apart["proxy"], apart["other"], strict=True)))


def turned(pairs: pd.DataFrame) -> pd.DataFrame:
    """Return comparisons with their proxies exchanged."""
    ends = {"low": "high", "high": "low", "low_alone": "high_alone", "high_alone": "low_alone"}
    numbers = {
        "difference": 0.0 - pairs["difference"],
        **{one: -pairs[other] for one, other in ends.items()},
    }
    return pairs.assign(proxy=pairs["other"], other=pairs["proxy"], **numbers)
