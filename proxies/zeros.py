"""ZEROS, the zero-cost operation sensitivity.

Miao Zhang, Wei Huang, "Connection Sensitivity Matters for Training-free DARTS: From Architecture-Level Scoring to
Operation-Level Sensitivity Analysis", 2021, https://arxiv.org/abs/2106.11542

zeta(o, i, j) = |alpha * dR/dalpha|, alpha = 1 being a gate on the output of operation o of edge (i, j).
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable
from statistics import fmean
from typing import TYPE_CHECKING

from proxies import Paper, proxy

if TYPE_CHECKING:
    from proxies.passes.common import Sensitivities

AGGREGATES: dict[str, Callable[[Iterable[float]], float]] = {"mean": fmean, "min": min, "sum": math.fsum}
#: What R is: the pass that computes the derivative by the gates.
OBJECTIVES = {"synflow": "synaptic_flow", "snip": "loss_gradient", "grasp": "gate_hessian_gradient"}


@proxy(
    "zeros",
    reads=lambda options: OBJECTIVES[str(options["objective"])],
    paper=Paper("Zhang et al.", 2021, "https://arxiv.org/abs/2106.11542"),
    options={"objective": tuple(OBJECTIVES), "scope": ("network",), "aggregate": tuple(AGGREGATES), "batch": 64},
)
def zeros(sensitivities: Sensitivities, *, aggregate: str, **_settled: object) -> float:
    """Zero-cost operation sensitivity: mean (or min, sum) over live edges of |alpha * dR/dalpha|, as a logarithm.

    A gate multiplies its operation's output, so alpha * dR/dalpha at alpha = 1 is <output, dR/doutput>. An edge's zeta is
    summed over the cells. objective=synflow needs no data; snip takes the loss of a batch for R; grasp takes the product of that
    loss's Hessian with its gradient, both by the gates, in place of the gradient. Without a live edge R is 0 and the score -inf;
    of a network that has no operation at all it is undefined.
    """
    zeta: defaultdict[tuple[int, int], float] = defaultdict(float)
    for cell, edge in sensitivities.live:
        zeta[edge] += abs(sensitivities.operations[cell, edge])
    if not sensitivities.operations:
        return math.nan
    if not zeta:
        return -math.inf
    value = AGGREGATES[aggregate](zeta.values())
    return math.log(value) + sensitivities.log_scale if value > 0 else -math.inf
