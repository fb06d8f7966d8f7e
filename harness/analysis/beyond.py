"""What a score says beyond the size of a network.

Tau against a null of shuffled scores, and the gain over several sizes.

Both take orders, vectors (n,) without NaN where higher is better; -inf is a valid lowest score.
*classes* (n,) numbers the units of intervals, where these are whole classes of architectures
(:meth:`harness.analysis.statistics.Influence.by`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from harness.analysis.statistics import (
    Difference,
    Influence,
    Labels,
    Tau,
    Vector,
    kendall,
    standard_error,
    tau_difference,
    tau_influence,
)

#: Sizes that groups of equal ones are made of, and those that a gain is over.
GROUPS, COVARIATES = ("params", "live_params"), ("live_params", "live_convs", "flops", "depth")
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
#: With more groups of equal size than this, hardly any architecture has another to be shuffled
#: with.
MOST_GROUPS = 1000
#: Parts of the cross-validation.
FOLDS = 10


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
    found: dict[str, float] = {}
    known = [name for name in sizes if len(sizes) and sizes[name].notna().all()]
    for size in (size for size in GROUPS if size in known and size != proxy):
        result = shuffled(score, accuracy, sizes[size].to_numpy(float), labels if census else None)
        for name, value in (("tau_shuffled", result.null), ("beyond", result.excess)):
            found |= {f"{name}{end}_{size}": getattr(value, key) for end, key in ENDS}
        found[f"p_beyond_{size}"] = math.nan if census else result.excess.p
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
            found["tau_sizes"] = added.alone
            for name, interval in (("gain_sizes", added.gain), ("tau_given_sizes", added.given)):
                found |= {f"{name}{end}": getattr(interval, key) for end, key in ENDS}
    return found


ENDS = (("", "value"), ("_low", "low"), ("_high", "high"))


@dataclass(frozen=True)
class Shuffled:
    """Tau of scores that are shuffled within groups, and how far the scores' own tau lies above it.

    Attributes:
        null: mean and 95 % range of the tau of shuffled scores.
        excess: tau less the null's mean, with its interval; ``p`` is the two-sided one of the
            permutation test.
    """

    null: Tau
    excess: Difference


UNKNOWN = Shuffled(Tau(*(math.nan,) * 3), Difference(*(math.nan,) * 4))


def shuffled(
    score: Vector, accuracy: Vector, group: Vector, classes: Labels | None = None
) -> Shuffled:
    """Return what is left of tau when scores are shuffled within each *group* (n,), which destroys
    all that they say beyond it.

    The mean over all permutations is exact: tied pairs stay as many, and a pair of architectures of
    groups g and h counts the mean sign of all pairs of the two groups. The variance is that of the
    permutation's first-order part, group by group (Hoeffding 1951), and range and p value are
    normal. All is NaN where no scores can be shuffled, or groups are too many.

    Where groups are small, a shuffled score is often the old one: the excess is then too near to 0.
    """
    influence = tau_influence(score, accuracy)
    numbers = (stats.rankdata(group, method="dense") - 1).astype(np.int64)
    sizes = np.bincount(numbers).astype(float)
    if influence is None or not 1 < len(sizes) <= MOST_GROUPS:
        return UNKNOWN
    x, y = _signs(score, numbers, sizes), _signs(accuracy, numbers, sizes)
    scale = math.sqrt(_untied(score).sum() * _untied(accuracy).sum())
    null = _null(x, y, numbers, sizes, _untied(score), _untied(accuracy))
    spread = 2 * math.sqrt(_variance(x, y, numbers, sizes)) / scale
    if spread < 1e-12:
        return UNKNOWN
    excess = tau_difference(
        *(one if classes is None else one.by(classes) for one in (influence, null))
    )
    p = 2 * float(stats.norm.sf(abs(excess.value) / spread))
    half = float(stats.norm.ppf(0.975)) * spread
    return Shuffled(
        Tau(null.tau, null.tau - half, null.tau + half),
        Difference(excess.value, excess.low, excess.high, p),
    )


def _untied(values: Vector) -> Vector:
    """Return for each item (n,) the number of others with another value."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    return len(values) - counts[inverse].astype(float)


def _signs(values: Vector, group: Labels, sizes: Vector) -> Vector:
    """Return (n, groups): the sum over the items of each group of the sign of an item's value less
    theirs.
    """
    columns = []
    for number, size in enumerate(sizes):
        ordered = np.sort(values[group == number])
        columns.append(
            np.searchsorted(ordered, values, "left")
            + np.searchsorted(ordered, values, "right")
            - size
        )
    return np.stack(columns, axis=1)


def _by_group(rows: Vector, group: Labels, count: int) -> Vector:
    """Return (groups, groups): the sums of rows (n, groups) over each group."""
    return np.stack(
        [np.bincount(group, weights=column, minlength=count) for column in rows.T], axis=1
    )


def _null(
    x: Vector, y: Vector, group: Labels, sizes: Vector, untied_x: Vector, untied_y: Vector
) -> Influence:
    """Return the mean tau of shuffled scores with the influence of each item.

    It is a function of the sums over pairs of groups, N = sum X_gh Y_gh / (n_g n_h), that is
    homogeneous of degree 2 in the items' weights, as the concordance of tau is: the derivative by
    an item's weight stands in its place.
    """
    whole_x, whole_y = _by_group(x, group, len(sizes)), _by_group(y, group, len(sizes))
    pairs = np.outer(sizes, sizes)
    own = (whole_x * whole_y / pairs).sum(axis=1) / sizes
    c = (
        (x * (whole_y / pairs)[group]).sum(axis=1) + (y * (whole_x / pairs)[group]).sum(axis=1)
    ) - own[group]
    scale = math.sqrt(untied_x.mean() * untied_y.mean())
    tau = float(c.mean()) / scale
    tied = untied_x / untied_x.mean() + untied_y / untied_y.mean() - 2
    return Influence(tau, 2 * ((c - c.mean()) / scale - tau / 2 * tied))


def _variance(x: Vector, y: Vector, group: Labels, sizes: Vector) -> float:
    """Return the variance over permutations of the sum over pairs of sign(dx) sign(dy), to first
    order.

    When item i of a group takes the score of item k, it gains the sum over groups of y's signs of i
    times the mean of x's of k.
    """
    total = 0.0
    order = np.argsort(group, kind="stable")
    ends = np.cumsum(sizes).astype(int)
    for number, (members, size) in enumerate(zip(np.split(order, ends[:-1]), sizes, strict=True)):
        if size < 2:
            continue
        others = sizes - (np.arange(len(sizes)) == number)
        gains_x, gains_y = x[members] / np.maximum(others, 1), y[members]
        # The sum of squares of gains_x gains_y', centred both ways, without that product of (size,
        # size).
        centred_x, centred_y = gains_x - gains_x.mean(axis=0), gains_y - gains_y.mean(axis=0)
        total += float(((centred_x.T @ centred_x) * (centred_y.T @ centred_y)).sum()) / (size - 1)
    return total


@dataclass(frozen=True)
class Gain:
    """What a score adds to sizes, out of sample.

    Attributes:
        alone: tau of the target with what the sizes predict.
        gain: tau of the target with what sizes and score predict, less that; ``p`` is NaN.
        given: tau of what the sizes leave of the target with what they leave of the score.
    """

    alone: float
    gain: Difference
    given: Tau


def gain(
    score: Vector, accuracy: Vector, sizes: Vector, folds: Labels, classes: Labels | None = None
) -> Gain | None:
    """Return what a score adds to *sizes* (n, k) in predicting the order of accuracies.

    None where nothing can be predicted.

    Targets, scores and sizes become normal scores (the normal quantiles of their ranks), and each
    of *folds* (n,) is predicted by least squares from the others: linear in the normal scores and
    their squares. Architectures of a class belong into one fold.

    The interval of the gain is that of a difference of two taus of the same items, and takes the
    fit for given. Of a useless score the coefficient is small by chance, and so is the gain's
    error: what a score of pure noise would show is added to its variance, so that the interval near
    a gain of 0 is a cautious one. ``given`` has no such difficulty: it is 0 where a score adds
    nothing.
    """
    if (
        len(np.unique(folds)) < 2
        or min(np.ptp(stats.rankdata(values)) for values in (score, accuracy)) == 0
    ):
        return None
    y, x = _normal_scores(accuracy), _normal_scores(score)
    known = _basis([_normal_scores(column) for column in sizes.T])
    both = np.hstack([known, _basis([x])[:, 1:]])
    without, with_score = _predicted(known, y, folds), _predicted(both, y, folds)
    noise = (
        np.random.default_rng(0).normal(size=len(y))
        * float(np.std(y - without))
        / math.sqrt(len(y))
    )
    predictions = (with_score, without, without + noise)
    first, second, third = (
        tau_influence(prediction, accuracy, classes=classes) for prediction in predictions
    )
    if first is None or second is None or third is None:
        return None
    error = math.hypot(
        standard_error(first.values - second.values), standard_error(third.values - second.values)
    )
    value, half = first.tau - second.tau, float(stats.norm.ppf(0.975)) * error
    left = kendall(x - _predicted(known, x, folds), y - without, classes=classes)
    return Gain(second.tau, Difference(value, value - half, value + half, math.nan), left)


def folds_of(classes: Labels) -> Labels:
    """Return the fold of each item (n,), by its class.

    Classes are dealt out by lot, always the same.
    """
    order = np.random.default_rng(0).permutation(int(classes.max(initial=-1)) + 1)
    return order[classes] % FOLDS


def _normal_scores(values: Vector) -> Vector:
    scores: Vector = stats.norm.ppf((stats.rankdata(values) - 0.5) / len(values))
    return scores


def _basis(columns: list[Vector]) -> Vector:
    """Return (n, 1 + 2 k): a constant, the columns and their squares."""
    return np.stack(
        [np.ones(len(columns[0])), *columns, *(column**2 for column in columns)], axis=1
    )


def _predicted(basis: Vector, values: Vector, folds: Labels) -> Vector:
    """Return values (n,) as predicted for each fold from the others, whose normal equations are
    those of all less its own.
    """
    prediction = np.empty(len(values))
    members = [folds == fold for fold in np.unique(folds)]
    squares = [basis[held].T @ basis[held] for held in members]
    products = [basis[held].T @ values[held] for held in members]
    for held, square, product in zip(members, squares, products, strict=True):
        # Sizes may determine one another: then it is the shortest of the solutions.
        coefficients, *_ = np.linalg.lstsq(
            sum(squares) - square, sum(products) - product, rcond=1e-10
        )
        prediction[held] = basis[held] @ coefficients
    return prediction
