"""What a search asks of a score.

Is the best among the first k, and does the score know more than the size of a network?

Scores and accuracies are vectors (n,) without NaN, higher being better; a score of -inf is a valid
lowest one. Where scores are tied, a metric is its mean over all orders of the tied.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from scipy.special import betaln

from harness.analysis.resampling import gains, top
from harness.analysis.statistics import Vector, tau_b

#: Shares of the architectures that count as the top, and numbers of architectures that a search may
#: train.
TOP_SHARES, BUDGETS = (0.1, 0.01), (1, 10, 100)
#: A tau among fewer architectures than this is left out.
FEW = 3


def tau_top(score: Vector, accuracy: Vector, share: float = 0.1) -> float:
    """Return tau-b among the *share* of architectures with the highest accuracies, and all that
    equal the last of them.

    It is NaN where these are fewer than 3.
    """
    count = math.ceil(share * len(accuracy))
    if count < FEW:
        return math.nan
    best = accuracy >= np.sort(accuracy)[-count]
    return tau_b(score[best], accuracy[best])


def precision_top(score: Vector, accuracy: Vector, share: float) -> float:
    """Return which part of the *share* with the highest scores is among the share with the highest
    accuracies.

    It is NaN where that share is less than one architecture.
    """
    if share * len(accuracy) < 1:
        return math.nan
    count = math.ceil(share * len(accuracy))
    return float(_chosen(score, count) @ _chosen(accuracy, count)) / count


def _chosen(values: Vector, count: int) -> Vector:
    """Return the probability (n,) of each item to be among the *count* highest, ties being broken
    by lot.
    """
    cut = np.sort(values)[-count]
    above, tied = values > cut, values == cut
    chance: Vector = above + tied * ((count - above.sum()) / tied.sum())
    return chance


def regret(score: Vector, accuracy: Vector, budget: int) -> float:
    """Return the highest accuracy of all, less the highest among the *budget* architectures with
    the highest scores.

    It is NaN where there are fewer architectures than that.
    """
    if budget > len(score):
        return math.nan
    cut = np.sort(score)[-budget]
    surely = accuracy[score > cut]
    floor = surely.max() if len(surely) else -math.inf
    tied = np.sort(np.maximum(accuracy[score == cut], floor))[::-1]
    # The highest of m drawn from the tied is the i-th of them (from 0) when that is drawn and none
    # before it.
    m, total = budget - len(surely), len(tied)
    before = np.arange(total - m + 1)
    log_chance = _log_choose(total - 1 - before, m - 1) - _log_choose(total, m)
    return max(0.0, float(accuracy.max() - np.exp(log_chance) @ tied[: len(before)]))


def budgets(items: int) -> list[int]:
    """Return the budgets of :func:`mean_regret`: 1, 2, 4, ... architectures, as far as
    :func:`gain_places` reaches.
    """
    return [2**power for power in range(gain_places(items).bit_length())]


def mean_regret(score: Vector, accuracy: Vector) -> float:
    """Return the mean of :func:`regret` over :func:`budgets`: the regret curve as one number, in
    which each doubling of the budget counts alike.

    It is NaN without architectures.
    """
    each = [regret(score, accuracy, budget) for budget in budgets(len(score))]
    return float(np.mean(each)) if each else math.nan


def gain_places(items: int) -> int:
    """Return how many places :func:`ndcg` reads.

    The top tenth, and 1,000 at most, which are VKDNW's.
    """
    return min(1000, math.ceil(0.1 * items))


def ndcg(score: Vector, accuracy: Vector) -> float:
    """Return the normalised discounted cumulative gain of the first :func:`gain_places` by score, 1
    for the order by accuracy.

    The relevance of an architecture is its accuracy a in percent, its gain 2^a - 1: one point more
    counts twice as much. The discount at place j is 1 / log2(1 + j) (Järvelin and Kekäläinen 2002;
    for such scores Tybl and Neumann, CVPR 2025, "VKDNW", whose code has this gain). It is NaN
    without architectures, and where no accuracy is above 0.
    """
    whole, places = np.ones((1, len(score)), np.uint8), gain_places(len(score))
    if not len(score) or accuracy.max() <= 0:
        return math.nan
    return float(
        gains(whole, top(score, places), accuracy, places)[0]
        / gains(whole, top(accuracy, places), accuracy, places)[0]
    )


def _log_choose(n: Any, k: int) -> Any:
    return -np.log1p(n) - betaln(n - k + 1.0, k + 1.0)


def partial_tau(score: Vector, accuracy: Vector, given: Vector) -> float:
    """Return Kendall's partial tau of score and accuracy given a third quantity (1942).

    It is a correlation of signs of pairs. It need not be 0 for a score that says nothing of the
    accuracy beyond the third quantity (docs/statistics.md).
    """
    xy, xz, yz = (tau_b(a, b) for a, b in ((score, accuracy), (score, given), (accuracy, given)))
    scale = (1 - xz**2) * (1 - yz**2)
    return (xy - xz * yz) / math.sqrt(scale) if scale > 1e-12 else math.nan
