"""The synaptic flow of the linearised network: no data, no weight gradients."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field

import torch
from torch import Tensor
from torch.func import functional_call

from proxies.passes.common import (
    Inputs,
    Sensitivities,
    batch_norm_bypassed,
    captured_outputs,
    layers_of,
    ones_image,
    periodic_boundary,
    stages_rescaled,
)
from proxies.view import View


@dataclass(frozen=True)
class SynapticFlow(Sensitivities):
    """Sensitivities of R, the sum of the logits of the linearised network for one all-ones image.

    All values are divided by exp(``log_scale``), which keeps them inside the range of float32.

    Attributes:
        total: R.
        layers: <output, dR/doutput> summed over the calls of every convolution and linear layer,
            which without biases equals <theta, dR/dtheta> (Euler's theorem: a layer is linear in
            its weights).
    """

    total: float = 0.0
    layers: list[float] = field(default_factory=list)


def synaptic_flow(view: View, inputs: Inputs) -> SynapticFlow:
    """Run the linearised network forward and backward once.

    Absolute weights, zero biases, no batch normalisation.

    R is positively homogeneous in every activation, so dividing each stage's output by a detached
    scalar divides R and all sensitivities by the same number. Source: Tanaka et al., arXiv
    2006.05467; arXiv 2106.11542, section 3.
    """
    return _flow(view, inputs, torch.abs)


def periodic_flow(view: View, inputs: Inputs) -> SynapticFlow:
    """Do the same on a torus, where the opposite side lies beyond the boundary and the all-ones
    image stays constant.
    """
    with periodic_boundary(view.module):
        return _flow(view, inputs, torch.abs)


def expected_flow(view: View, inputs: Inputs) -> SynapticFlow:
    """Do the same on a torus with the expectation of every absolute weight in its place.

    No weight is read.

    PyTorch's default initialisation is uniform in +-1/sqrt(fan in), whose absolute value is half of
    that on average.
    """
    with periodic_boundary(view.module):
        return _flow(
            view, inputs, lambda weight: torch.full_like(weight, 0.5 * weight[0].numel() ** -0.5)
        )


def _flow(view: View, inputs: Inputs, form: Callable[[Tensor], Tensor]) -> SynapticFlow:
    """Return the flow when *form* makes the weights of the linearised network from those of the
    network.
    """
    network = view.module
    linear = {
        name: torch.zeros_like(value) if name.endswith("bias") else form(value.detach())
        for name, value in network.named_parameters()
    }
    operations = view.known_operations or ()
    layers = list(layers_of(network).values())
    with (
        batch_norm_bypassed(network),
        captured_outputs([*layers, *(operation.module for operation in operations)]) as captured,
        stages_rescaled(view.known_stages or ()) as log_scales,
        torch.enable_grad(),
    ):
        total = functional_call(network, linear, (ones_image(inputs).requires_grad_(),)).sum()
        outputs = [output for calls in captured.values() for output in calls]
        gradients = torch.autograd.grad(total, outputs, allow_unused=True)
    products = iter(
        [
            0.0 if g is None else float((o.detach() * g).sum())
            for o, g in zip(outputs, gradients, strict=True)
        ]
    )
    flow = {module: sum(next(products) for _ in calls) for module, calls in captured.items()}
    return SynapticFlow(
        total=total.item(),
        operations=view.by_place(flow),
        live=view.live_places,
        layers=[flow[module] for module in layers],
        log_scale=math.fsum(log_scales),
    )
