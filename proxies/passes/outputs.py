"""What layers and activation functions put out, as matrices of positions by channels."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from proxies.passes.activations import watched
from proxies.passes.common import (
    Inputs,
    batch_statistics,
    layers_of,
    output_hooks,
    tensors_of,
)
from proxies.passes.features import ChannelCorrelation, _check_map, _smallest_correlation
from proxies.passes.loss import derivatives
from proxies.passes.precision import single
from proxies.view import NotApplicable, View

_NAMES = (
    *("relu", "relu_", "relu6", "leaky_relu", "leaky_relu_", "prelu", "rrelu", "rrelu_"),
    *("elu", "elu_", "selu", "selu_", "celu", "celu_", "gelu", "silu", "mish", "softplus"),
    *("hardtanh", "hardtanh_", "hardswish", "hardsigmoid", "sigmoid", "sigmoid_", "logsigmoid"),
    *("tanh", "tanh_", "softsign", "threshold", "threshold_", "hardshrink", "softshrink"),
    "tanhshrink",
)
#: Every way to call an activation function, each of which a module of the same name ends in.
ACTIVATIONS = frozenset(
    getattr(place, name)
    for place in (functional, torch, Tensor)
    for name in _NAMES
    if hasattr(place, name)
)
#: Channels of an output that are correlated where not all are.
SOME = 8
#: Added to each variance.
EPSILON = 1e-10


def positions(output: Tensor, module: nn.Module | None = None) -> Tensor:
    """Return an output as rows, one a position of an image, column after column of the image.

    (batch, channels, height, width) -> (batch * width * height, channels); a vector of each image
    or token is a row already.

    Args:
        output: of a layer or an activation function.
        module: the layer.

    Raises:
        NotApplicable: it is unclear which axis has the channels.
    """
    last = isinstance(module, nn.Linear | nn.LayerNorm)
    if output.dim() == 2:
        return output
    if output.dim() == 3 and not isinstance(module, nn.modules.batchnorm._BatchNorm):
        return output.flatten(0, 1)
    if output.dim() == 4 and not last:
        return output.transpose(1, 3).flatten(0, 2)
    raise NotApplicable(
        "the score is of maps (batch, channels, height, width) or vectors (..., features), and a "
        f"{type(module).__name__} puts out {output.dim()} axes"
    )


@dataclass(frozen=True)
class EffectiveRanks:
    """The effective ranks of layers' and activation functions' outputs, one a call.

    exp(entropy of the singular values normalised to sum 1), 0 of an output of zeros.
    """

    ranks: list[float]


def effective_ranks(view: View, inputs: Inputs, *, batch: int) -> EffectiveRanks:
    """Send *batch* images through the network in training mode, and look at every module with a
    weight and at every activation function.

    Of each output a block of consecutive rows is taken, as many as it has columns, from the start
    of a drawn column of an image on. Source: Husistein et al. 2025 (NEAR), arXiv 2408.08776.
    """
    network = view.module
    ranks: list[float] = []

    def see(module: nn.Module | None, output: Tensor) -> None:
        rows = positions(output.detach(), module)
        step = output.shape[2] if output.dim() == 4 else 1
        starts = (len(rows) - rows.shape[1]) // step + 1
        stream = inputs.stream("effective_ranks", len(ranks))
        start = step * int(torch.randint(max(1, starts), (), generator=stream))
        ranks.append(_effective_rank(rows[start : start + rows.shape[1]].double()))

    weighted = [one for one in network.modules() if hasattr(one, "weight")]
    with (
        batch_statistics(network),
        output_hooks(weighted, see),
        watched(partial(see, None), ACTIVATIONS),
        torch.no_grad(),
    ):
        network(inputs.images(batch))
    return EffectiveRanks(ranks)


def _effective_rank(matrix: Tensor) -> float:
    values = torch.linalg.svdvals(matrix)
    total = float(values.sum())
    if total == 0:
        return 0.0
    shares = values / total
    return math.exp(-float(torch.special.xlogy(shares, shares).sum()))


@dataclass(frozen=True)
class Participation:
    """Of a batch of Gaussian images with random labels.

    Attributes:
        ratios: for every call of a convolution or linear layer, (tr C)^2 / tr(C^2) of the
            covariance C of its output's channels over batch and space, 1e-10 being added to each
            variance.
        spreads: for every parameter tensor, the standard deviation of its gradient over the largest
            absolute value plus 1e-10, and at most 1.
    """

    ratios: list[float]
    spreads: list[float]


def participation(view: View, inputs: Inputs, *, batch: int) -> Participation:
    """Send *batch* Gaussian images through the network in training mode, and the gradient of their
    cross-entropy with random labels back.

    Source: Zhou et al. 2026 (InTrain), arXiv 2606.18676.
    """
    network = view.module
    ratios: list[float] = []

    def see(module: nn.Module, output: Tensor) -> None:
        ratios.append(_participation_ratio(positions(output.detach(), module).double()))

    parameters: list[Tensor] = [one for one in network.parameters() if one.requires_grad]
    images = inputs.gaussian((batch, *inputs.image_shape), "participation")
    with (
        batch_statistics(network),
        output_hooks(layers_of(network).values(), see),
        torch.enable_grad(),
    ):
        logits = network(images)
        stream = inputs.stream("participation", "labels")
        labels = torch.randint(logits.shape[1], (batch,), generator=stream).to(logits.device)
        gradients = derivatives(functional.cross_entropy(single(logits), labels), parameters)
    return Participation(ratios, [_spread(one.double()) for one in gradients])


def _participation_ratio(rows: Tensor) -> float:
    centred = rows - rows.mean(0)
    covariance = centred.T @ centred / len(rows)
    covariance.diagonal().add_(EPSILON)
    return float(covariance.trace().square() / covariance.square().sum())


def _spread(gradient: Tensor) -> float:
    return min(1.0, float(gradient.std(correction=0) / (gradient.abs().max() + EPSILON)))


def some_channel_correlation(view: View, inputs: Inputs, *, side: int) -> ChannelCorrelation:
    """Send one Gaussian image of *side* pixels through the network, and correlate eight drawn
    channels of every module's output over space.

    Each smallest eigenvalue is multiplied by the number of channels over 8. An output with fewer
    channels has all of them correlated. Source: Jiang et al. 2023 (MeCo), NAS_Bench_201.py of
    HamsterMimi/MeCo.
    """
    smallest: list[float] = []

    def correlate(module: nn.Module, several: Any) -> None:
        output = tensors_of(several)[-1]
        if output.dim() != 4:
            return
        _check_map(module, output)
        channels = output[0].flatten(1).double()
        stream = inputs.stream("some_channel_correlation", len(smallest))
        chosen = torch.randperm(len(channels), generator=stream)[:SOME]
        few = channels[chosen.to(channels.device)]
        smallest.append(_smallest_correlation(few) * len(channels) / len(few))

    network, shape = view.module, (1, inputs.image_shape[0], side, side)
    with batch_statistics(network), output_hooks(network.modules(), correlate), torch.no_grad():
        network(inputs.gaussian(shape, "channel_correlation"))
    if not smallest:
        raise NotApplicable(
            "the score correlates channels over space, and no module puts out a map (batch, "
            "channels, height, width)"
        )
    return ChannelCorrelation(smallest)
