"""Derivatives of the cross-entropy of one batch, batch normalisation in training mode."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn

from proxies.passes.common import (
    Inputs,
    Sensitivities,
    apply,
    batch_statistics,
    layers_of,
    output_hooks,
)
from proxies.passes.precision import single
from proxies.passes.recompute import recomputed
from proxies.passes.second_order import twice_differentiable
from proxies.view import View

#: A stage with an input of more values is computed again in the backward pass: a batch of 128 in
#: float32 then takes below 1.5 GB.
FIRST_ORDER, SECOND_ORDER = 2**20, 2**19


@dataclass(frozen=True)
class LossGradient(Sensitivities):
    """First derivatives of R = L, the mean cross-entropy of a batch.

    Attributes:
        weights: for every convolution and linear layer, its weights theta and dL/dtheta (zeros
            where L does not depend on them).
        channels: for every convolution and linear layer, the output times dL/doutput, summed over
            space or time: (batch, channels), without layers that are never run; None where the
            first axis of an output does not count images.
    """

    weights: dict[str, tuple[Tensor, Tensor]] = field(default_factory=dict)
    channels: dict[str, Tensor] | None = field(default_factory=dict)


def loss_gradient(view: View, inputs: Inputs, *, batch: int) -> LossGradient:
    """Send *batch* labelled images through the network once, forward and backward.

    Long, as its hooks share what they fill.
    """
    network = view.module
    layers = layers_of(network)
    operations = view.known_operations or ()
    channels: dict[nn.Module, Tensor] = {}
    sensitivities: dict[nn.Module, float] = {operation.module: 0.0 for operation in operations}

    by_sample = view.anatomy is None or view.anatomy.layers_by_sample

    def tap_layer(layer: nn.Module, output: Tensor) -> Any:
        summed = _over_time if isinstance(layer, nn.Linear) else _over_space
        # Every layer has the gradient of its weights; only where samples are known, of channels.
        if not by_sample:
            return None
        features = output.shape[-1] if isinstance(layer, nn.Linear) else output.shape[1]
        channels.setdefault(layer, output.new_zeros(output.shape[0], features))
        return tapped(output, lambda product: channels[layer].add_(summed(product)))

    def tap_operation(module: nn.Module, output: Tensor) -> Any:
        def add(product: Tensor) -> None:
            sensitivities[module] += float(product.sum())

        return tapped(output, add)

    def tapped(output: Tensor, receive: Callable[[Tensor], object]) -> Tensor:
        out: Tensor = apply(_Tap, output, receive)
        # Any network may overwrite it, and the values are still needed.
        return out if view.anatomy is None else out.clone()

    weights = _weights(network)
    with (
        batch_statistics(network),
        output_hooks(layers.values(), tap_layer),
        output_hooks(sensitivities, tap_operation),
        recomputed(view.recomputed, _weights, above=FIRST_ORDER),
        torch.enable_grad(),
    ):
        gradients = derivatives(_loss(network, inputs, batch), weights)
    return LossGradient(
        weights={
            name: (single(w.detach()), single(g))
            for name, w, g in zip(layers, weights, gradients, strict=True)
        },
        channels={
            name: single(channels[layer]) for name, layer in layers.items() if layer in channels
        }
        if by_sample
        else None,
        operations=view.by_place(sensitivities),
        live=view.live_places,
    )


class _Tap(torch.autograd.Function):
    """The identity, which hands output times gradient to a function as soon as the backward pass
    comes by.
    """

    @staticmethod
    def forward(ctx: Any, output: Tensor, receive: Callable[[Tensor], object]) -> Tensor:
        ctx.save_for_backward(output)
        ctx.receive = receive
        return output.view_as(output)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None]:
        (output,) = ctx.saved_tensors
        ctx.receive(output * gradient)
        return gradient, None


def _over_space(product: Tensor) -> Tensor:
    """Return the sum over space: (batch, channels, ...) -> (batch, channels)."""
    return product.flatten(2).sum(2) if product.dim() > 2 else product


def _over_time(product: Tensor) -> Tensor:
    """Return the sum over all axes between: (batch, ..., features) -> (batch, features)."""
    return product.flatten(1, -2).sum(1) if product.dim() > 2 else product


@dataclass(frozen=True)
class WeightGradient:
    """dL/dtheta of every convolution and linear layer, for one batch."""

    weights: dict[str, Tensor]


def second_gradient(view: View, inputs: Inputs, *, batch: int) -> WeightGradient:
    """Send a second batch, which shares no image with the first, through the network, forward and
    backward.
    """
    network = view.module
    layers = layers_of(network)
    with (
        batch_statistics(network),
        recomputed(view.recomputed, _weights, above=FIRST_ORDER),
        torch.enable_grad(),
    ):
        gradients = derivatives(_loss(network, inputs, batch, part=1), _weights(network))
    return WeightGradient(dict(zip(layers, map(single, gradients), strict=True)))


@dataclass(frozen=True)
class HessianGradient:
    """Products of the loss's Hessian with its gradient.

    Attributes:
        weights: for every convolution and linear layer, its weights theta and H g.
    """

    weights: dict[str, tuple[Tensor, Tensor]]


def hessian_gradient(view: View, inputs: Inputs, *, batch: int) -> HessianGradient:
    """Differentiate <g, detached g> by the weights, g being the gradient of the loss of *batch*
    labelled images.
    """
    network = view.module
    layers = layers_of(network)
    weights = _weights(network)
    with (
        batch_statistics(network),
        twice_differentiable(network),
        recomputed(view.recomputed, _weights, above=SECOND_ORDER),
        torch.enable_grad(),
    ):
        products = hessian_products(_loss(network, inputs, batch), weights)
    return HessianGradient(
        {
            name: (single(w.detach()), single(p))
            for name, w, p in zip(layers, weights, products, strict=True)
        }
    )


def gate_hessian_gradient(view: View, inputs: Inputs, *, batch: int) -> Sensitivities:
    """Differentiate <g, detached g> by gates on the operations' outputs, g being the gradient of
    the loss by the gates.

    The products H g stand in place of the first derivatives.
    """
    network = view.module
    gates = {
        o.module: torch.ones((), dtype=inputs.dtype, device=inputs.device, requires_grad=True)
        for o in view.operations
    }

    def gates_of(stage: nn.Module) -> list[Tensor]:
        return [gates[module] for module in stage.modules() if module in gates]

    with (
        batch_statistics(network),
        twice_differentiable(network),
        output_hooks(gates, lambda module, output: gates[module] * output),
        recomputed(view.recomputed, gates_of, above=SECOND_ORDER // 2),
        torch.enable_grad(),
    ):
        products = hessian_products(_loss(network, inputs, batch), list(gates.values()))
    values = dict(zip(gates, map(float, products), strict=True))
    return Sensitivities(view.by_place(values), view.live_places)


def _weights(module: nn.Module) -> list[Tensor]:
    return [layer.weight for layer in layers_of(module).values()]


def _loss(network: nn.Module, inputs: Inputs, batch: int, part: int = 0) -> Tensor:
    logits = single(network(inputs.images(batch, part)))
    return nn.functional.cross_entropy(logits, inputs.labels(batch, part))


def derivatives(
    loss: Tensor, variables: list[Tensor], *, differentiable: bool = False
) -> list[Tensor]:
    """Return the gradient by each variable, zeros where the loss does not depend on it."""
    gradients = torch.autograd.grad(loss, variables, create_graph=differentiable, allow_unused=True)
    return [
        torch.zeros_like(v) if g is None else g for v, g in zip(variables, gradients, strict=True)
    ]


def hessian_products(loss: Tensor, variables: list[Tensor]) -> list[Tensor]:
    gradients = derivatives(loss, variables, differentiable=True)
    inner = torch.stack([(g.detach() * g).sum() for g in gradients]).sum()
    return (
        derivatives(inner, variables)
        if inner.requires_grad
        else [torch.zeros_like(v) for v in variables]
    )
