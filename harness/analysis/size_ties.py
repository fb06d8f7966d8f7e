"""How far each score is tied to the size of networks, corrected for all scores together."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pandas as pd

from harness.analysis.contrasts import Orders, units_used
from harness.analysis.families import NONE, errors, simultaneous
from harness.analysis.statistics import Influence, Labels, Vector, tau_influence
from harness.analysis.units import Units


def size_measures(
    orders: Orders, accuracy: pd.Series, sizes: pd.DataFrame, units: Units | None = None
) -> dict[str, dict[str, float]]:
    """Return what the sizes of networks have to do with each order, as columns of correlations by
    proxy.

    ``excess_params`` is the tau of the order with the number of parameters less that of the target
    with it, and ``tau_equal_live_params`` the tau over pairs of architectures with as many live
    parameters as one another. The intervals of each are simultaneous for all orders
    (:func:`harness.analysis.families.simultaneous`); those of the second are symmetric on Fisher's
    scale. There are none where a size is not known. In a census they are those of classes.
    """
    labels = units.of(accuracy.index) if units else None
    measures: dict[str, dict[str, float]] = {name: {} for name in orders}
    for column, size, estimate, back in (
        ("excess_params", "params", _excess, np.asarray),
        ("tau_equal_live_params", "live_params", _within_equals, np.tanh),
    ):
        rows = {
            name: row
            for name, order in orders.items()
            if (row := _estimated(order, accuracy, sizes.get(size), estimate, labels))
        }
        values = np.array([row[0] for row in rows.values()])
        errors_of = [row[1] for row in rows.values()]
        vectors = np.stack(errors_of) if rows else np.zeros((0, len(accuracy)))
        counts = np.array([row[2] for row in rows.values()])
        family = simultaneous(values, vectors, range(len(rows)), None, counts)
        for end, numbers in (("", values), ("_low", family.low), ("_high", family.high)):
            for name, number in zip(rows, back(numbers), strict=True):
                measures[name][f"{column}{end}"] = float(number)
    return measures


def _estimated(
    order: pd.Series,
    accuracy: pd.Series,
    size: pd.Series | None,
    estimate: Callable[[Vector, Vector, Vector], Influence | None],
    labels: Labels | None,
) -> tuple[float, Vector, int] | None:
    """Return an estimate, the error of each unit, and the number of units.

    None where a size is not known, or where the estimate is undefined.
    """
    used = (accuracy.notna() & order.notna()).to_numpy()
    if size is None or size[used].isna().any():
        return None
    influence = estimate(*(one[used].to_numpy(float) for one in (order, accuracy, size)))
    if not influence:
        return None
    members, by_unit = units_used(used, labels), influence
    if labels is not None:
        by_unit = influence.by(np.unique(labels[used], return_inverse=True)[1])
    enough = len(by_unit.values) > 2
    error = errors(by_unit.values, members) if enough else np.zeros(len(members))
    return influence.tau, error, int(members.sum())


def _excess(order: Vector, accuracy: Vector, size: Vector) -> Influence | None:
    """Return the tau of the order with *size* less that of the accuracy with it."""
    own, its = tau_influence(order, size), tau_influence(accuracy, size)
    return Influence(own.tau - its.tau, own.values - its.values) if own and its else None


def _within_equals(order: Vector, accuracy: Vector, size: Vector) -> Influence | None:
    """Return tau over pairs of equal *size* on Fisher's scale, where it has no bounds.

    Infinity where it is 1 or -1.
    """
    within = tau_influence(order, accuracy, size)
    if within is None or abs(within.tau) > 1 - NONE:
        return within and Influence(within.tau * math.inf, within.values)
    return Influence(math.atanh(within.tau), within.values / (1 - within.tau**2))
