"""ZEROS, the zero-cost operation sensitivity.

Miao Zhang, Wei Huang, "Connection Sensitivity Matters for Training-free DARTS: From
Architecture-Level Scoring to Operation-Level Sensitivity Analysis", 2021,
https://arxiv.org/abs/2106.11542

zeta(o, i, j) = |alpha * dR/dalpha|, alpha = 1 being a gate on the output of operation o of edge (i,
j).
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from statistics import fmean
from typing import TYPE_CHECKING, cast

from proxies import Paper, proxy
from proxies.passes.objectives import ALPHAS, BATCHNORMS, PRESETS, SIGNS
from proxies.synflow import FLOW_OPTIONS, flow_of, refuses_flow
from proxies.view import NO_OPERATIONS, NotApplicable

if TYPE_CHECKING:
    from proxies.entries import OptionValue
    from proxies.passes.common import Sensitivities
    from proxies.passes.supernet import ChosenSensitivities

AGGREGATES: dict[str, Callable[[Iterable[float]], float]] = {
    "mean": fmean,
    "min": min,
    "sum": math.fsum,
}
#: Those of a supernet. Its mean and sum are over all edges, and order architectures alike.
OF_SUPERNET = ("mean", "sum", "paths")
#: Where R is a loss: the pass that computes the derivative by the gates of a network.
OF_LOSS = {"snip": "loss_gradient", "grasp": "gate_hessian_gradient"}
#: How a supernet is set up; the word preset leaves an option to the preset.
NUMERICS_OPTIONS = {
    "preset": PRESETS[::-1],
    "alpha": ("preset", *ALPHAS),
    "gate_scale": ("preset", "1e-4", "1e-3", "1e-2", "1e-1", "1"),
    "signs": ("preset", *SIGNS),
    "batchnorm": ("preset", *BATCHNORMS),
}


def _reads(options: Mapping[str, OptionValue]) -> str:
    objective = str(options["objective"])
    if options["scope"] == "supernet":
        return f"supernet_{objective}"
    return flow_of(options) if objective == "synflow" else OF_LOSS[objective]


def _refuses(options: Mapping[str, OptionValue]) -> str:
    known = OF_SUPERNET if options["scope"] == "supernet" else tuple(AGGREGATES)
    if options["aggregate"] not in known:
        return f"with scope={options['scope']} aggregate is one of {', '.join(known)}"
    if flow_of(options) != "synaptic_flow" and (options["scope"], options["objective"]) != (
        "network",
        "synflow",
    ):
        return "boundary and weights are options of objective=synflow with scope=network"
    return refuses_flow(options)


@proxy(
    "zeros",
    reads=_reads,
    ignores_dead_edges=True,
    refuses=_refuses,
    paper=Paper("Zhang et al.", 2021, "https://arxiv.org/abs/2106.11542"),
    options={
        "objective": ("synflow", *OF_LOSS),
        "scope": ("network", "supernet"),
        "aggregate": (*AGGREGATES, "paths"),
        **FLOW_OPTIONS,
        "batch": 64,
        **NUMERICS_OPTIONS,
    },
)
def zeros(
    sensitivities: Sensitivities | ChosenSensitivities,
    *,
    aggregate: str,
    scope: str = "network",
    **_settled: object,
) -> float:
    """Zero-cost operation sensitivity.

    Mean (or min, sum) over live edges of |alpha * dR/dalpha|, as a logarithm.

    A gate multiplies its operation's output, so alpha * dR/dalpha at alpha = 1 is <output,
    dR/doutput>. An edge's zeta is summed over the cells. objective=synflow needs no data; snip
    takes the loss of a batch for R; grasp takes the product of that loss's Hessian with its
    gradient, both by the gates, in place of the gradient. Without a live edge R is 0 and the score
    -inf; of a network that has no operation at all it is undefined.

    boundary=periodic computes on a torus, where the all-ones image stays constant over space, and
    weights=expected puts the expectation of every absolute weight in its place, on a torus too:
    what remains is the number of channels and the graph.

    scope=supernet has the gates on all candidates of the search network instead, shared by its
    cells: one table of sensitivities for all architectures. aggregate=mean (or sum) adds up those
    of the architecture's operations; paths divides each by that of the skip connection on the same
    edge, which makes gains, and takes the sum over paths from input to output of their products.
    preset=linearised has gates of 1 and, for synflow, no normalisation; preset=authors gates of
    1e-3 times a normal number and normalisation by the batch's statistics. alpha, gate_scale, signs
    and batchnorm change one thing of it (docs/freedarts.md).
    """
    if scope == "supernet":
        return _of_supernet(cast("ChosenSensitivities", sensitivities), aggregate)
    return _of_network(cast("Sensitivities", sensitivities), aggregate)


def _of_network(sensitivities: Sensitivities, aggregate: str) -> float:
    operations, live = sensitivities.operations, sensitivities.live
    if operations is None or live is None:
        raise NotApplicable(NO_OPERATIONS)
    zeta: defaultdict[tuple[int, int], float] = defaultdict(float)
    for cell, edge in live:
        zeta[edge] += abs(operations[cell, edge])
    if not operations:
        return math.nan
    if not zeta:
        return -math.inf
    value = AGGREGATES[aggregate](zeta.values())
    return math.log(value) + sensitivities.log_scale if value > 0 else -math.inf


def _of_supernet(sensitivities: ChosenSensitivities, aggregate: str) -> float:
    if aggregate == "paths":
        value, scale = _paths(sensitivities), 0.0
    else:
        total = math.fsum(sensitivities.chosen)
        value, scale = (
            total / len(sensitivities.chosen) if aggregate == "mean" else total,
            sensitivities.log_scale,
        )
    return math.log(value) + scale if value > 0 else -math.inf


def _paths(sensitivities: ChosenSensitivities) -> float:
    """Return the sum over paths from the first node to the last of the products of gains."""
    reached: defaultdict[int, float] = defaultdict(float)
    reached[min(source for source, _ in sensitivities.edges)] = 1.0
    for (source, target), zeta, skip in sorted(
        zip(sensitivities.edges, sensitivities.chosen, sensitivities.skip, strict=True)
    ):
        reached[target] += reached[source] * zeta / skip
    return reached[max(target for _, target in sensitivities.edges)]
