"""How many pairs each item has whose two numbers rise together, fall apart, or differ at all."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import stats

Vector = np.ndarray[Any, np.dtype[np.float64]]
#: So many items are compared each with each other, which is quicker than sorting so few.
FEW = 256


def sums_over_pairs(x: Vector, y: Vector, group: Vector) -> tuple[Vector, Vector, Vector]:
    """Return for each item the sums over the others of its group of sign(dx) sign(dy), [dx != 0]
    and [dy != 0].
    """
    return (_compared if len(x) <= FEW else _sorted)(x, y, group)


def _compared(x: Vector, y: Vector, group: Vector) -> tuple[Vector, Vector, Vector]:
    """Return the sums by their definition, in O(n^2)."""
    equal = np.equal.outer(group, group)
    dx, dy = (_signs(values) * equal for values in (x, y))
    sums = (each.sum(axis=1, dtype=np.float64) for each in (dx * dy, np.abs(dx), np.abs(dy)))
    return next(sums), next(sums), next(sums)


def _signs(values: Vector) -> np.ndarray[Any, np.dtype[np.int8]]:
    """Return the sign of each difference (n, n); infinities of one sign are equal."""
    larger = np.greater.outer(values, values).astype(np.int8)
    return larger - larger.T


def _sorted(x: Vector, y: Vector, group: Vector) -> tuple[Vector, Vector, Vector]:
    """Return the sums in O(n log^2 n).

    One count of items that are smaller in both is enough; the other three follow from the numbers
    of smaller and larger items in one of the two, and among those that are tied in the other.
    """
    n = len(x)
    part = stats.rankdata(group, method="dense") * (n + 1)
    x, y = part + stats.rankdata(x), part + stats.rankdata(y)  # values of different groups differ
    below_x, above_x = _sides(x, part)
    below_y, above_y = _sides(y, part)
    tied_below_x, tied_above_x = _sides(x, y)  # tied in y, and smaller or larger in x
    tied_below_y, _ = _sides(y, x)
    both_below = (
        _dominated(x, y) - _sides(part, np.zeros(n))[0]
    )  # the items of earlier groups are smaller in both
    lower_x_higher_y = below_x - tied_below_x - both_below
    higher_x_lower_y = below_y - tied_below_y - both_below
    both_above = above_x - tied_above_x - higher_x_lower_y
    sums = both_below + both_above - lower_x_higher_y - higher_x_lower_y
    return sums, below_x + above_x, below_y + above_y


def _sides(values: Vector, within: Vector) -> tuple[Vector, Vector]:
    """Count for each item the smaller and the larger ones among those with an equal value of
    *within*.
    """
    order = np.lexsort((values, within))
    values, within = values[order], within[order]
    new_group = within[1:] != within[:-1]
    group_start, group_end = _runs(new_group)
    value_start, value_end = _runs(new_group | (values[1:] != values[:-1]))
    below, above = np.empty(len(order)), np.empty(len(order))
    below[order] = value_start - group_start
    above[order] = group_end - value_end
    return below, above


def _runs(changes: np.ndarray[Any, np.dtype[np.bool_]]) -> tuple[Vector, Vector]:
    """Return for each of n items where its run of equals starts and ends.

    *changes* (n - 1,) says where a run ends.
    """
    edges = np.r_[0, np.flatnonzero(changes) + 1, len(changes) + 1]
    run = np.r_[0, np.cumsum(changes)]
    return edges[run].astype(float), edges[run + 1].astype(float)


def _dominated(x: Vector, y: Vector) -> Vector:
    """Count for each item the items that are smaller in both x and y."""
    order = np.lexsort((-y, x))  # among equal x the larger y first, so that equals are not counted
    counts = np.empty(len(x))
    counts[order] = _earlier_and_smaller(stats.rankdata(y[order], method="dense").astype(np.int64))
    return counts


def _earlier_and_smaller(values: np.ndarray[Any, np.dtype[np.int64]]) -> Vector:
    """Count for each item the smaller ones that stand before it.

    A merge sort that counts, all blocks of a level at once.
    """
    n = len(values)
    position = np.arange(n)
    counts = np.zeros(n)
    width = 1
    while width < n:
        pair = (
            position // (2 * width) * (n + 1)
        )  # offsets the values of each pair of blocks, so that pairs do not mix
        is_left = position // width % 2 == 0
        left = np.sort((pair + values)[is_left])
        pair_right = pair[~is_left]
        counts[~is_left] += np.searchsorted(left, pair_right + values[~is_left]) - np.searchsorted(
            left, pair_right
        )
        width *= 2
    return counts
