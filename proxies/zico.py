"""ZiCo, inverse coefficient of variation on gradients.

Guihong Li, Yuedong Yang, Kartikeya Bhardwaj, Radu Marculescu, "ZiCo: Zero-shot NAS via Inverse
Coefficient of Variation on Gradients", ICLR 2023, https://arxiv.org/abs/2301.11300

score = sum over layers of log sum over theta of E|g| / std(g), over 2 batches.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from proxies import Paper, proxy

if TYPE_CHECKING:
    from proxies.passes.loss import LossGradient, WeightGradient


@proxy(
    "zico",
    reads=("loss_gradient", "second_gradient"),
    ignores_dead_edges=True,
    paper=Paper("Li et al.", 2023, "https://arxiv.org/abs/2301.11300"),
    options={"batch": 64},
)
def zico(first: LossGradient, second: WeightGradient) -> float:
    """Inverse coefficient of variation of the gradients over two batches, as a sum of logarithms
    over layers.

    The paper takes two batches of 128; the default here is 64, so that the first is also snip's and
    grad_norm's. As in the reference, a weight whose two gradients are equal, and a layer with only
    such weights, count as nothing.
    """
    logarithms = []
    for name, (_, one) in first.weights.items():
        other = second.weights[name]
        mean, deviation = (one.abs() + other.abs()) / 2, (one - other).abs() / 2
        varies = deviation > 0
        total = float((mean[varies] / deviation[varies]).double().sum())
        if total > 0:
            logarithms.append(math.log(total))
    return math.fsum(logarithms)
