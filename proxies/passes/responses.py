"""How the responses of ReLUs, and the gradients there, agree between the images of a batch."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from proxies.passes.activations import _Watched
from proxies.passes.common import (
    Inputs,
    apply,
    batch_statistics,
    image_statistics,
    layers_of,
)
from proxies.passes.loss import _loss, derivatives
from proxies.passes.precision import single
from proxies.view import View


@dataclass(frozen=True)
class Responses:
    """The weighted sum over ReLUs of the absolute correlations between images.

    Attributes:
        kernel: (batch, batch), float64, of the inputs of ReLUs and of the gradients there, each
            weighted by 2^(depth - depths).
        depths: the number of stages, which is the depth of a ReLU behind them.
    """

    kernel: Tensor
    depths: int


def response_correlation(view: View, inputs: Inputs, *, batch: int) -> Responses:
    """Send *batch* labelled images through the network in training mode, and the gradient back.

    A ReLU's depth is the number of stages that are finished before it; those before the first stage
    do not count. Where an image's response is constant, correlations are undefined, and left out.
    Source: Jing et al. 2025 (WRCor), arXiv 2507.08841. Long, as its hooks share what they fill.
    """
    network, stages = view.module, list(view.stages)
    kernel = torch.zeros(batch, batch, dtype=torch.float64, device=inputs.device)
    depth: int | None = None

    def enter(at: int) -> Callable[..., None]:
        def set_depth(*_: Any) -> None:
            nonlocal depth
            depth = at

        return set_depth

    def add(responses: Tensor, weight: float) -> None:
        correlation = responses.flatten(1).double().corrcoef().abs()
        if correlation.isfinite().all():
            kernel.add_(correlation, alpha=weight)

    def respond(x: Tensor, call: Callable[[], Tensor]) -> Tensor:
        if depth is None:
            return call()
        weight = 2.0 ** (depth - len(stages))
        add(x.detach(), weight)
        output = call()
        active = output.detach() > 0
        if output.requires_grad:
            output = apply(_Heard, output, lambda gradient: add(gradient * active, weight))
        # Any network may overwrite it.
        return output if view.anatomy is None else output.clone()

    weights = [layer.weight for layer in layers_of(network).values()]
    with batch_statistics(network), _Watched(respond), torch.enable_grad(), ExitStack() as stack:
        for at, stage in enumerate(stages):
            stack.enter_context(stage.register_forward_pre_hook(enter(at)))
        stack.enter_context(stages[-1].register_forward_hook(enter(len(stages))))
        derivatives(_loss(network, inputs, batch), weights)
    return Responses(kernel, len(stages))


class _Heard(torch.autograd.Function):
    """The identity, which hands the gradient on to a function too."""

    @staticmethod
    def forward(ctx: Any, output: Tensor, hear: Callable[[Tensor], None]) -> Tensor:
        ctx.hear = hear
        return output.view_as(output)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None]:
        ctx.hear(gradient)
        return gradient, None


@dataclass(frozen=True)
class GradientSigns:
    """The sum over all weights of |sum over images of the sign of that image's gradient|."""

    agreement: float


def gradient_signs(view: View, inputs: Inputs, *, batch: int) -> GradientSigns:
    """Send each of *batch* labelled images through the network by itself, and its loss' gradient by
    the weights of convolutions and linear layers back.

    Normalisation is in training mode, by the one image's own statistics. Source: Zhang and Jia 2022
    (GradSign), arXiv 2110.08616.
    """
    network = view.module
    weights = [layer.weight for layer in layers_of(network).values()]
    totals = [torch.zeros_like(weight) for weight in weights]
    images, labels = inputs.images(batch), inputs.labels(batch).to(inputs.device)
    with image_statistics(network), torch.enable_grad():
        for image, label in zip(torch.split(images, 1), torch.split(labels, 1), strict=True):
            loss = nn.functional.cross_entropy(single(network(image)), label)
            for total, gradient in zip(totals, derivatives(loss, weights), strict=True):
                total += gradient.sign()
    return GradientSigns(sum(float(total.abs().double().sum()) for total in totals))
