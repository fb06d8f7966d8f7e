"""The size of a network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from proxies.passes.common import Inputs, batch_norm_bypassed, layers_of, ones_image, output_hooks
from proxies.passes.requirements import missing
from proxies.view import View


@dataclass(frozen=True)
class Cost:
    """The size of a network: trainable parameters, multiply-accumulates for one image, both notions
    of what is live, which are None where the network's operations are unknown, and the number of
    modules with trainable parameters of their own.
    """

    params: int
    flops: int | None
    live_params: int | None
    live_convs: int | None
    layers: int
    #: Why ``flops`` is None: the network multiplies by more than convolutions and linear layers do.
    uncounted: str = ""
    #: Trainable parameters of what turns tokens into vectors and back; None where it is unknown.
    embedding: int | None = 0


def cost(view: View, inputs: Inputs) -> Cost:
    """Count parameters, and multiply-accumulates of convolutions and linear layers (biases, pooling
    and norms are free).
    """
    network = view.module
    uncounted = missing(("stable", "layers", "only layers"), view)
    one = None if view.anatomy is None or view.anatomy.images else inputs.images(1)
    params, flops = (_size(network), None) if uncounted else size(network, inputs, one)
    embedding = None if view.embeddings is None else sum(map(_size, view.embeddings))
    layers = _layers(network)
    if view.known_operations is None:
        return Cost(params, flops, None, None, layers, uncounted, embedding)
    dead = sum(_size(operation.module) for operation in view.operations if not operation.live)
    convs = sum(_size(operation.module) > 0 for operation in view.operations if operation.live)
    return Cost(
        params=params,
        flops=flops,
        live_params=params - dead,
        live_convs=convs,
        layers=layers,
        uncounted=uncounted,
        embedding=embedding,
    )


def size(network: nn.Module, inputs: Inputs, one: Tensor | None = None) -> tuple[int, int]:
    """Return the number of trainable parameters of any network, and its multiply-accumulates for
    one image, or for *one* sample of another kind.
    """
    flops = 0

    def count(module: nn.Module, output: Tensor) -> None:
        nonlocal flops
        flops += output.numel() * module.weight[0].numel()  # type: ignore[index]

    with (
        batch_norm_bypassed(network),
        output_hooks(layers_of(network).values(), count),
        torch.no_grad(),
    ):
        network(ones_image(inputs) if one is None else one)
    return _size(network), flops


def _size(module: nn.Module) -> int:
    return sum(parameter.numel() for parameter in module.parameters() if parameter.requires_grad)


def _layers(network: nn.Module) -> int:
    return sum(
        any(parameter.requires_grad for parameter in module.parameters(recurse=False))
        for module in network.modules()
    )


@dataclass(frozen=True)
class WeightNorms:
    """The Euclidean norm of the weights of every convolution and linear layer."""

    norms: list[float]


def weight_norms(view: View, inputs: Inputs) -> WeightNorms:  # noqa: ARG001
    """Return the norms, without sending anything through the network."""
    network = view.module
    return WeightNorms(
        [float(layer.weight.detach().norm()) for layer in layers_of(network).values()]
    )


def parameters_of(network: Any) -> int:
    """Return the number of a network's trainable parameters."""
    return sum(parameter.numel() for parameter in network.parameters())
