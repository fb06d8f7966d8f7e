"""Fisher information of the channels.

Lucas Theis, Iryna Korshunova, Alykhan Tejani, Ferenc Huszar, "Faster gaze prediction with dense networks and Fisher pruning", 2018,
https://arxiv.org/abs/1801.05787; as a score for architectures Jack Turner et al., "BlockSwap", ICLR 2020.

score = sum over channels of 1/2 * mean over the batch of (sum over space of a * dL/da)^2.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from proxies import Paper, proxy

if TYPE_CHECKING:
    from proxies.passes.loss import LossGradient


@proxy(
    "fisher", reads="loss_gradient", paper=Paper("Turner et al.", 2020, "https://arxiv.org/abs/1906.04113"), options={"batch": 64}
)
def fisher(loss: LossGradient) -> float:
    """Fisher information: half the mean square of activation times gradient, summed over the channels of every layer's output."""
    return math.fsum(float(term.square().mean(0).sum()) / 2 for term in loss.channels.values())
