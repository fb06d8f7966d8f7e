"""The synaptic flow of the linearised network: no data, no weight gradients."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import torch
from torch import Tensor, nn
from torch.func import functional_call

from proxies.passes.common import (
    Inputs,
    Sensitivities,
    batch_norm_bypassed,
    captured_outputs,
    input_hooks,
    layers_of,
    ones_image,
    stages_rescaled,
)
from proxies.passes.torus import one_pixel, periodic_boundary
from proxies.view import NotApplicable, View


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

    One pixel then stands for all, where the network tells none apart.
    """
    return _on_torus(view, inputs, torch.abs)


def expected_flow(view: View, inputs: Inputs) -> SynapticFlow:
    """Do the same on a torus with the expectation of every absolute weight in its place.

    No weight is read.

    PyTorch's default initialisation is uniform in +-1/sqrt(fan in), whose absolute value is half of
    that on average.
    """
    return _on_torus(
        view, inputs, lambda weight: torch.full_like(weight, 0.5 * weight[0].numel() ** -0.5)
    )


def _on_torus(view: View, inputs: Inputs, form: Callable[[Tensor], Tensor]) -> SynapticFlow:
    if not view.pixelwise:
        with periodic_boundary(view.module):
            return _flow(view, inputs, form)
    pixel = replace(inputs, image_shape=(inputs.image_shape[0], 1, 1))
    with one_pixel(view.module):
        return _flow(view, pixel, form)


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
    own = view.anatomy is not None
    with (
        input_hooks(layers if own else (), _refuse_negative),
        batch_norm_bypassed(network),
        captured_outputs(
            [*layers, *(operation.module for operation in operations)],
            apart=own,
        ) as captured,
        stages_rescaled(view.known_stages or ()) as log_scales,
        torch.enable_grad(),
    ):
        total = functional_call(network, linear, (ones_image(inputs).requires_grad_(),)).sum()
        outputs = [output for calls in captured.values() for output in calls]
        gradients = torch.autograd.grad(total, outputs, allow_unused=True)
        if own:
            _refuse_negative(*(one for one in gradients if one is not None))
    if own:
        _check(view, linear, ones_image(inputs), total.item(), log_scales)
    flow = _by_module(captured, gradients)
    return SynapticFlow(
        total=total.item(),
        operations=view.by_place(flow),
        live=view.live_places,
        layers=[flow.get(module, 0.0) for module in layers],
        log_scale=math.fsum(log_scales),
    )


def _by_module(
    outputs: Mapping[nn.Module, Sequence[Tensor]], gradients: Sequence[Tensor | None]
) -> dict[nn.Module, float]:
    """Return <output, dR/doutput> of each module, summed over its calls.

    *gradients* are of the outputs in their order, None where R does not depend on one.
    """
    every = [output for calls in outputs.values() for output in calls]
    products = iter(
        [
            0.0 if gradient is None else float((output.detach() * gradient).sum())
            for output, gradient in zip(every, gradients, strict=True)
        ]
    )
    return {module: sum(next(products) for _ in calls) for module, calls in outputs.items()}


def _refuse_negative(*values: Tensor) -> None:
    """Raise NotApplicable where a factor is negative: then a layer's sum is not that of absolute
    values.
    """
    if any(bool((one < 0).any()) for one in values):
        raise NotApplicable(
            "synaptic flow is the flow of positive values, and the network makes negative ones"
        )


def _check(
    view: View, linear: dict[str, Tensor], image: Tensor, total: float, log_scales: list[float]
) -> None:
    """Raise NotApplicable when R is too large for its precision, or the stages do not scale it."""
    if not math.isfinite(total):
        raise NotApplicable("R overflows: name the stages, or compute in float64")
    if not view.known_stages or total <= 0:
        return
    buffers = {
        name: value.double()
        for name, value in view.module.named_buffers()
        if value.is_floating_point()
    }
    weights = {name: value.double() for name, value in linear.items()}
    with torch.no_grad(), batch_norm_bypassed(view.module):
        exact = functional_call(view.module, {**weights, **buffers}, (image.double(),)).sum().item()
    if exact <= 0 or not math.isclose(
        math.log(exact), math.log(total) + math.fsum(log_scales), abs_tol=1e-2
    ):
        raise NotApplicable(
            "the stages do not follow one another: something passes them by, so that scaling what "
            "one puts out does not scale the output alike"
        )
