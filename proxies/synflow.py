"""SynFlow, data-free synaptic saliency.

Hidenori Tanaka, Daniel Kunin, Daniel Yamins, Surya Ganguli, "Pruning neural networks without any data by iteratively
conserving synaptic flow", NeurIPS 2020, https://arxiv.org/abs/2006.05467

score = log sum over theta of |theta * dR/dtheta|, R = 1' f(1; |theta|).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from proxies import Paper, proxy

if TYPE_CHECKING:
    from proxies.passes.synaptic_flow import SynapticFlow


@proxy(
    "synflow",
    reads="synaptic_flow",
    paper=Paper("Tanaka et al.", 2020, "https://arxiv.org/abs/2006.05467"),
)
def synflow(flow: SynapticFlow) -> float:
    """Synaptic saliency: sum over the weights of convolutions and linear layers of |theta * dR/dtheta|, as a logarithm.

    All factors are non-negative, so a layer's sum is <theta, dR/dtheta>, which the pass delivers without weight gradients.
    A network whose output does not depend on its input scores -inf.
    """
    value = math.fsum(flow.layers)
    return math.log(value) + flow.log_scale if value > 0 else -math.inf
