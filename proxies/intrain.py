"""InTrain, intrinsic trainability.

Qinqin Zhou, Fuhai Chen, Jipeng Wu, Zhiwei Chen, Zhikai Hu, Weiwei Cai, "InTrain: Intrinsic
Trainability for Zero-Cost Neural Architecture Search", CVPR 2026, https://arxiv.org/abs/2606.18676

score = gamma (1 + o) / log(L + 1), gamma = sum over L layers of the logarithm of the participation
ratio of the channels' covariance, o = sum over parameter tensors of std(g) / max |g|.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from proxies import Paper, proxy

if TYPE_CHECKING:
    from proxies.passes.outputs import Participation


@proxy(
    "intrain",
    reads="participation",
    options={"batch": 64},
    paper=Paper("Zhou et al.", 2026, "https://arxiv.org/abs/2606.18676"),
)
def intrain(parts: Participation) -> float:
    """Participation ratios of the layers' activations times the evenness of gradients.

    There is no code of the authors. Ours takes the outputs of convolutions and linear layers for
    the activations, and the gradients of all parameters, those of normalisations among them. A
    layer that puts out zeros, as in a disconnected cell, has the largest ratio of all, as the
    formula says.
    """
    geometry = math.fsum(map(math.log, parts.ratios))
    return geometry * (1 + math.fsum(parts.spreads)) / math.log(len(parts.ratios) + 1)
