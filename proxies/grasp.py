"""GraSP, gradient signal preservation.

Chaoqi Wang, Guodong Zhang, Roger Grosse, "Picking Winning Tickets Before Training by Preserving
Gradient Flow", ICLR 2020, https://arxiv.org/abs/2002.07376

score = sum over theta of -theta * (H g), half the change of the squared gradient norm that pruning
theta would cause.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from proxies import Paper, proxy

if TYPE_CHECKING:
    from proxies.passes.loss import HessianGradient


@proxy(
    "grasp",
    reads="hessian_gradient",
    ignores_dead_edges=True,
    paper=Paper("Wang et al.", 2020, "https://arxiv.org/abs/2002.07376"),
    options={"batch": 64},
)
def grasp(curvature: HessianGradient) -> float:
    """Gradient signal preservation: sum over the weights of -theta * (H g), at temperature 1.

    Under batch normalisation the loss does not depend on the scale of the weights theta_s that a
    normalisation follows, so H theta_s = -g_s, and their part of the score is |g_s|^2: for most
    layers GraSP is the squared norm of the gradient. A zero gradient scores 0.
    """
    return 0.0 - math.fsum(
        float((theta * product).sum()) for theta, product in curvature.weights.values()
    )
