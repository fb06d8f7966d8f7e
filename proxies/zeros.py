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

from proxies import proxy

if TYPE_CHECKING:
    from proxies.passes import SynapticFlow

AGGREGATES: dict[str, Callable[[Iterable[float]], float]] = {"mean": fmean, "min": min, "sum": math.fsum}


@proxy(
    "zeros",
    reads="synaptic_flow",
    needs={"weights"},
    paper="Zhang et al. 2021",
    link="https://arxiv.org/abs/2106.11542",
    options={"objective": ("synflow",), "scope": ("network",), "aggregate": tuple(AGGREGATES)},
)
def zeros(flow: SynapticFlow, *, aggregate: str, **_settled: str) -> float:
    """Zero-cost operation sensitivity: mean (or min, sum) over live edges of |alpha * dR/dalpha|, as a logarithm.

    A gate multiplies its operation's output, so alpha * dR/dalpha at alpha = 1 is <output, dR/doutput>. An edge's zeta is
    summed over the cells; objective and scope have one value each so far. Without a live edge R is 0 and the score -inf.
    """
    zeta: defaultdict[tuple[int, int], float] = defaultdict(float)
    for cell, edge in flow.live:
        zeta[edge] += abs(flow.operations[cell, edge])
    if not zeta:
        return -math.inf
    value = AGGREGATES[aggregate](zeta.values())
    return math.log(value) + flow.log_scale if value > 0 else -math.inf
