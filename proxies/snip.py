"""SNIP, connection sensitivity.

Namhoon Lee, Thalaiyasingam Ajanthan, Philip Torr, "SNIP: Single-shot Network Pruning based on
Connection Sensitivity", ICLR 2019, https://arxiv.org/abs/1810.02340

score = sum over theta of |theta * dL/dtheta|.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from proxies import Paper, proxy

if TYPE_CHECKING:
    from proxies.passes.loss import LossGradient


@proxy(
    "snip",
    reads="loss_gradient",
    ignores_dead_edges=True,
    paper=Paper("Lee et al.", 2019, "https://arxiv.org/abs/1810.02340"),
    options={"batch": 64},
)
def snip(loss: LossGradient) -> float:
    """Connection sensitivity: sum over the weights of |theta * dL/dtheta|.

    As in the reference: one batch of 64, batch normalisation in training mode, convolutions and
    linear layers. A zero gradient scores 0.
    """
    return math.fsum(
        float((theta * gradient).abs().sum()) for theta, gradient in loss.weights.values()
    )
