"""What a score adds to the sizes of networks in predicting accuracies, out of sample."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import stats

from harness.analysis.statistics import (
    Difference,
    Labels,
    Tau,
    Vector,
    kendall,
    standard_error,
    tau_influence,
)

#: Parts of the cross-validation.
FOLDS = 10


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
    y, x = normal_scores(accuracy), normal_scores(score)
    known = _basis([normal_scores(column) for column in sizes.T])
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


def normal_scores(values: Vector) -> Vector:
    """Return the normal quantiles of the ranks of values (n,)."""
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
