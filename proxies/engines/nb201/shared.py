"""The linearised NAS-Bench-201 network with the operations of all cells.

As published, on a torus, or in expectation.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor, nn

from benchmarks_data.nb201.network import CellModule, Network, ReductionBlock
from benchmarks_data.nb201.space import EDGES
from proxies.engines.nb201.flow import BlockMaps, CellMaps, LinearNetwork
from proxies.engines.nb201.linear import AveragePooling, Convolution, Halving, Identity, LinearMap
from proxies.passes.common import Inputs, ones_image

#: From a layer's weight to that of the linearised layer.
Form = Callable[[Tensor], Tensor]


def zero_padded(networks: dict[str, Network], inputs: Inputs) -> LinearNetwork:
    """Return the published network.

    Absolute weights, zero biases, no batch normalisation, one all-ones image.

    Args:
        networks: for each convolution the network whose edges all carry it, which holds its weights
            in every place.
        inputs: dtype, device and image size.
    """
    weight = _placed(inputs, torch.abs)
    any_network = next(iter(networks.values()))
    stem = Convolution(weight(any_network.stem.get_submodule("0"))).apply(
        ones_image(inputs).permute(0, 2, 3, 1)
    )

    def pooling(side: int) -> LinearMap:
        return AveragePooling(side, side, inputs.dtype, inputs.device)

    body = _body(networks, weight, stem.shape[1], pooling, Halving(), stride=2)
    side = stem.shape[1] // 4
    return LinearNetwork(stem, body, _head(weight(any_network.classifier), side))


def periodic(networks: dict[str, Network], inputs: Inputs) -> LinearNetwork:
    """Return the network on a torus, where the all-ones image stays constant over space.

    Kernels are replaced by their sums.

    Args: as :func:`zero_padded` takes them.
    """
    return _constant(
        networks, _placed(inputs, lambda weight: weight.abs().sum((2, 3), keepdim=True)), inputs
    )


def expected(networks: dict[str, Network], inputs: Inputs) -> LinearNetwork:
    """Return the network on a torus with the expectation E|w| of PyTorch's default initialisation
    in place of every weight.

    w is uniform in +-1/sqrt(fan in), so E|w| = 1 / (2 sqrt(fan in)), and a k x k convolution with C
    inputs multiplies what is constant over space and channels by C k^2 E|w| = k sqrt(C) / 2: no
    weight is read.

    Args: as :func:`zero_padded` takes them.
    """

    def gain(weight: Tensor) -> Tensor:
        return torch.full((1, 1, 1, 1), math.sqrt(weight[0].numel()) / 2, dtype=torch.float64)

    classes = len(next(iter(networks.values())).classifier.get_parameter("weight"))
    network = _constant(networks, _placed(inputs, gain), inputs)
    return LinearNetwork(network.stem, network.body, network.head * classes)


def _constant(
    networks: dict[str, Network], weight: Callable[[nn.Module], Tensor], inputs: Inputs
) -> LinearNetwork:
    """Return a network on a torus, for one pixel."""
    any_network = next(iter(networks.values()))
    first = weight(any_network.stem.get_submodule("0"))
    stem = Convolution(first).apply(
        torch.ones(1, 1, 1, first.shape[1], dtype=inputs.dtype, device=inputs.device)
    )
    body = _body(networks, weight, 1, lambda _: Identity(), Identity(), stride=1)
    return LinearNetwork(stem, body, _head(weight(any_network.classifier), 1))


def _placed(inputs: Inputs, form: Form) -> Callable[[nn.Module], Tensor]:
    """Return what makes a linearised layer's weight (outputs, inputs, kernel, kernel) of a
    convolution or linear layer.
    """

    def weight(layer: nn.Module) -> Tensor:
        known = layer.get_parameter("weight").detach().to(inputs.device, inputs.dtype)
        return form(known if known.dim() == 4 else known[:, :, None, None]).to(
            inputs.device, inputs.dtype
        )

    return weight


def _body(
    networks: dict[str, Network],
    weight: Callable[[nn.Module], Tensor],
    side: int,
    pooling: Callable[[int], LinearMap],
    halve: LinearMap,
    stride: int,
) -> tuple[CellMaps | BlockMaps, ...]:
    """Return cells and blocks; *side* is that of the stem's output, *pooling* makes the map of 3x3
    pooling for a side.
    """
    body: list[CellMaps | BlockMaps] = []
    pool = pooling(side)
    for number, part in enumerate(next(iter(networks.values())).body):
        if isinstance(part, ReductionBlock):
            side //= stride
            pool = pooling(side)
            first, second = (
                Convolution(weight(part.first.get_submodule("1")), stride),
                Convolution(weight(part.second.get_submodule("1"))),
            )
            body.append(
                BlockMaps(
                    halve, Convolution(weight(part.shortcut.get_submodule("1"))), first, second
                )
            )
            continue
        edges: list[dict[str, LinearMap]] = [
            {"skip_connect": Identity(), "avg_pool_3x3": pool} for _ in EDGES
        ]
        for kind, network in networks.items():
            cell = network.body[number]
            assert isinstance(cell, CellModule)
            for maps, operation in zip(edges, cell.edges.values(), strict=True):
                maps[kind] = Convolution(weight(operation.get_submodule("1")))
        body.append(CellMaps(tuple(edges)))
    return tuple(body)


def _head(weight: Tensor, side: int) -> Tensor:
    """Return the derivative of the sum of the logits by the last activations, averaged over space
    and classified by *weight*.
    """
    return (weight.sum(0).reshape(1, 1, 1, -1) / side**2).expand(1, side, side, -1)
