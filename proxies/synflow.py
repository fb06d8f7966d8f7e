"""SynFlow, data-free synaptic saliency.

Hidenori Tanaka, Daniel Kunin, Daniel Yamins, Surya Ganguli, "Pruning neural networks without any
data by iteratively conserving synaptic flow", NeurIPS 2020, https://arxiv.org/abs/2006.05467

score = log sum over theta of |theta * dR/dtheta|, R = 1' f(1; |theta|).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

from proxies import Paper, proxy

if TYPE_CHECKING:
    from proxies.entries import OptionValue
    from proxies.passes.synaptic_flow import SynapticFlow


#: How the flow is computed: with zeros or the opposite side beyond the boundary, and with drawn or
#: expected weights.
FLOW_OPTIONS = {"boundary": ("zero", "periodic"), "weights": ("drawn", "expected")}


def flow_of(options: Mapping[str, OptionValue]) -> str:
    """Return the pass that computes the flow."""
    if options["weights"] == "expected":
        return "expected_flow"
    return "periodic_flow" if options["boundary"] == "periodic" else "synaptic_flow"


def refuses_flow(options: Mapping[str, OptionValue]) -> str:
    """Return why these options make no sense together, empty when they do."""
    expected = options["weights"] == "expected"
    return (
        "weights=expected is on a torus already: leave boundary out"
        if expected and options["boundary"] == "periodic"
        else ""
    )


@proxy(
    "synflow",
    reads=flow_of,
    refuses=refuses_flow,
    options=FLOW_OPTIONS,
    paper=Paper("Tanaka et al.", 2020, "https://arxiv.org/abs/2006.05467"),
)
def synflow(flow: SynapticFlow, **_settled: object) -> float:
    """Synaptic saliency: sum over the weights of convolutions and linear layers of |theta *
    dR/dtheta|, as a logarithm.

    All factors are non-negative, so a layer's sum is <theta, dR/dtheta>, which the pass delivers
    without weight gradients. A network whose output does not depend on its input scores -inf.
    boundary=periodic and weights=expected as for zeros.
    """
    value = math.fsum(flow.layers)
    return math.log(value) + flow.log_scale if value > 0 else -math.inf
