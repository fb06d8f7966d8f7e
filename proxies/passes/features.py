"""Feature maps, and what a perturbation of the input or of the output does to them."""

from __future__ import annotations

import math
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.func import functional_call

from proxies.passes.common import (
    Inputs,
    batch_statistics,
    in_form_of,
    kaiming_weights,
    output_hooks,
    tensors_of,
)
from proxies.passes.requirements import of_another_size
from proxies.view import NotApplicable, View

_CHANNELS_LAST = nn.Linear, nn.LayerNorm


@dataclass(frozen=True)
class ChannelCorrelation:
    """The smallest eigenvalue of the correlation matrix of the channels, of the output of every
    module, for one image.
    """

    smallest: list[float]


def channel_correlation(view: View, inputs: Inputs, *, side: int) -> ChannelCorrelation:
    """Send one Gaussian image of *side* pixels through the network and correlate the channels of
    every module's output over space.

    As in the reference implementation a block counts beside the layers that it is made of, and a
    channel that is constant over space, which has no correlation, has a row of zeros. Source: Jiang
    et al. 2023 (MeCo), section 4.
    """
    network = view.module
    smallest: list[float] = []
    last: tuple[Tensor | None, float] = (None, 0.0)

    def correlate(module: nn.Module, several: Any) -> None:
        nonlocal last
        output = tensors_of(several)[-1]
        if output.dim() == 4:
            _check_map(module, output)
            # A block returns the output of its last layer. Any network may have overwritten it.
            if output is not last[0] or view.anatomy is not None:
                last = output, _smallest_correlation(output[0].flatten(1).double())
            smallest.append(last[1])

    image = inputs.gaussian((1, inputs.image_shape[0], side, side), "channel_correlation")
    with (
        batch_statistics(network),
        output_hooks(network.modules(), correlate),
        of_another_size(view, inputs, side),
        torch.no_grad(),
    ):
        network(image)
    if not smallest:
        raise NotApplicable(
            "the score correlates channels over space, and no module puts out a map (batch, "
            "channels, height, width)"
        )
    return ChannelCorrelation(smallest)


def _smallest_correlation(channels: Tensor) -> float:
    centred = channels - channels.mean(1, keepdim=True)
    norms = centred.norm(dim=1, keepdim=True)
    unit = torch.where(norms > 0, centred / norms.clamp_min(torch.finfo(torch.float64).tiny), 0.0)
    return float(torch.linalg.eigvalsh(unit @ unit.T)[0])


@dataclass(frozen=True)
class StageFeatures:
    """The outputs of the network's stages under He-normal weights, for a batch of Gaussian images.

    Of a stage that takes and puts out several tensors the last is meant, which it computes.

    Attributes:
        spectra: for the input of the first stage and the output of every stage, the eigenvalues
            (channels,) of the covariance of the channels over batch and space.
        gains: for every stage, the largest singular value of the mean outer product of a random
            output gradient and the input gradient that it gives; NaN where both are the same.
    """

    spectra: list[Tensor]
    gains: list[float]


def stage_features(view: View, inputs: Inputs, *, batch: int) -> StageFeatures:
    """Send *batch* Gaussian images forward, and a random sign vector backward through each stage.

    Source: Lee and Ham 2024 (AZ-NAS), arXiv 2403.19232, sections 3.1 to 3.3.
    """
    network = view.module
    stages, weights = view.stages, kaiming_weights(network, inputs, "stage_features")
    own = view.anatomy is not None
    spectra: list[Tensor] = []
    gains: list[float] = []

    def enter(_: nn.Module, args: tuple[Any]) -> tuple[Any]:
        state = tuple(one.detach() for one in tensors_of(args[0]))
        _check_four(state[-1])
        if not spectra:
            spectra.append(_spectrum(state[-1]))
        return (in_form_of(args[0], (*state[:-1], state[-1].detach().requires_grad_())),)

    def leave(_: nn.Module, args: tuple[Any], output: Any) -> Any:
        into, out = tensors_of(args[0])[-1], tensors_of(output)[-1]
        _check_four(out)
        spectra.append(_spectrum(out.detach()))
        gains.append(_gain(into, out, inputs, len(gains)))
        return in_form_of(output, tuple(one.detach() for one in tensors_of(output)))

    with batch_statistics(network), torch.enable_grad(), ExitStack() as stack:
        stack.enter_context(output_hooks(network.modules() if own else (), _check_map))
        for stage in stages:  # each on its own, so that only one stage's activations are kept
            stack.enter_context(stage.register_forward_pre_hook(enter))
            stack.enter_context(stage.register_forward_hook(leave))
        functional_call(
            network, weights, (inputs.gaussian((batch, *inputs.image_shape), "stage_features"),)
        )
    return StageFeatures(spectra, gains)


def _check_map(module: nn.Module, output: Any) -> None:
    """Raise NotApplicable where a Linear or a LayerNorm has channels last."""
    if isinstance(output, Tensor) and output.dim() == 4 and isinstance(module, _CHANNELS_LAST):
        raise NotApplicable(
            "the score is of channels of maps (batch, channels, height, width), and this network "
            "has channels last"
        )


def _check_four(features: Tensor) -> None:
    if features.dim() != 4:
        raise NotApplicable(
            "the score is of channels of maps (batch, channels, height, width), and the stages "
            f"have {features.dim()} axes"
        )


def _spectrum(features: Tensor) -> Tensor:
    """Return the eigenvalues (float64) of the channels' covariance over batch and space."""
    rows = features.transpose(0, 1).flatten(1).double()
    centred = rows - rows.mean(1, keepdim=True)
    spectrum: Tensor = torch.linalg.eigvalsh(centred @ centred.T / rows.shape[1])
    return spectrum.clamp_min(0)


def _gain(into: Tensor, out: Tensor, inputs: Inputs, number: int) -> float:
    signs = inputs.gaussian(tuple(out.shape), "stage_features", "sign", number).sign()
    (gradient,) = torch.autograd.grad(out, into, signs, allow_unused=True)
    gradient = torch.zeros_like(into) if gradient is None else gradient
    if gradient.shape == signs.shape and torch.equal(gradient, signs):
        return math.nan
    if gradient.shape[2] != signs.shape[2]:
        gradient = nn.functional.pixel_unshuffle(gradient, gradient.shape[2] // signs.shape[2])
    rows, columns = (values.transpose(0, 1).flatten(1).double() for values in (gradient, signs))
    return float(torch.linalg.matrix_norm(rows @ columns.T / columns.shape[1], 2))
