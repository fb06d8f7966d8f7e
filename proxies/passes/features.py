"""Feature maps, and what a perturbation of the input or of the output does to them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.func import functional_call

from proxies.passes.common import (
    Inputs,
    batch_statistics,
    gaussian_weights,
    in_form_of,
    input_hooks,
    kaiming_weights,
    layers_of,
    output_hooks,
    overridden,
    running_statistics,
    tensors_of,
)
from proxies.passes.precision import single
from proxies.passes.requirements import of_another_size
from proxies.view import NotApplicable, View

_CHANNELS_LAST = nn.Linear, nn.LayerNorm
ONE_POOLING = (
    "the score is of the features before the one pooling, and the network pools elsewhere or "
    "several times"
)


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
class GaussianComplexity:
    """How far a small step of the input moves the features before pooling, under standard normal
    weights.

    Attributes:
        differences: E||f(x) - f(x + 0.01 e)||_1 of every repetition.
        variances: the mean running variance of every batch normalisation, of every repetition.
    """

    differences: list[float]
    variances: list[list[float]]


def gaussian_complexity(
    view: View, inputs: Inputs, *, batch: int, repeats: int
) -> GaussianComplexity:
    """Draw weights, images and steps *repeats* times; running statistics start anew each time."""
    network = view.module
    norms = {
        name: module
        for name, module in network.named_modules()
        if isinstance(module, nn.modules.batchnorm._BatchNorm)
    }
    if view.anatomy is not None:
        _check_bottleneck(view, inputs, norms)
    fresh = _fresh_statistics(norms, inputs)
    affine = {
        f"{name}.{key}": single(value)
        for name, module in norms.items()
        for key, value in module.named_parameters(recurse=False)
    }
    shape = (batch, *inputs.image_shape)
    result = GaussianComplexity([], [])
    with overridden(norms.values(), training=True), torch.no_grad(), _pooled(view) as pooled:
        for repeat in range(repeats):
            weights = gaussian_weights(network, inputs, "gaussian_complexity", repeat)
            running = {name: value.clone() for name, value in fresh.items()}
            images, steps = (
                inputs.gaussian(shape, "gaussian_complexity", repeat, name)
                for name in ("image", "step")
            )
            features = []
            for values in (images, images + 0.01 * steps):
                pooled.clear()
                functional_call(network, {**weights, **affine, **running}, (values,))
                if len(pooled) != 1:
                    raise NotApplicable(ONE_POOLING)
                features.append(pooled[0])
            one, other = features
            result.differences.append(
                float((single(one) - single(other)).abs().sum((1, 2, 3)).mean())
            )
            result.variances.append(
                [float(running[f"{name}.running_var"].mean()) for name in norms]
            )
    return result


def _fresh_statistics(norms: dict[str, Any], inputs: Inputs) -> dict[str, Tensor]:
    """Return the running statistics that batch normalisations begin with, by qualified name.

    In float32 where images are in bfloat16, in which a tenth of a batch's variance would be lost.
    """
    return {
        f"{name}.{key}": single(value)
        for name, module in norms.items()
        for key, value in type(module)(
            module.num_features, device=inputs.device, dtype=inputs.dtype
        ).named_buffers()
    }


def _check_bottleneck(view: View, inputs: Inputs, norms: dict[str, Any]) -> None:
    """Raise NotApplicable where a normalisation has no running variance, or an image reaches the
    output otherwise than by the features that are collected.
    """
    network = view.module
    for name, module in norms.items():
        if module.running_var is None:
            raise NotApplicable(
                f"the score reads running variances, and {name} has none (track_running_stats)"
            )
    pooling = [module for module in network.modules() if isinstance(module, nn.AdaptiveAvgPool2d)]
    image = inputs.gaussian((1, *inputs.image_shape), "bottleneck").requires_grad_()

    def cut(_: nn.Module, output: Any) -> Any:
        return in_form_of(output, tuple(one.detach() for one in tensors_of(output)))

    with running_statistics(network), output_hooks(pooling or view.stages[-1:], cut):
        with torch.enable_grad():
            output = network(image.clone())
        reached = output.requires_grad and (
            torch.autograd.grad(output.sum(), image, allow_unused=True)[0] is not None
        )
    if reached:
        raise NotApplicable(ONE_POOLING)


@contextmanager
def _pooled(view: View) -> Iterator[list[Tensor]]:
    """Collect the features before the pooling, or those of the last stage where no module pools."""
    network = view.module
    pooled: list[Tensor] = []
    pooling = [module for module in network.modules() if isinstance(module, nn.AdaptiveAvgPool2d)]
    last = [] if pooling else view.stages[-1:]

    def collect(features: Tensor) -> None:
        # Any network may overwrite them.
        pooled.append(features if view.anatomy is None else features.clone())

    def refuse(_: nn.Module, __: Any) -> None:
        if pooled:
            raise NotApplicable(ONE_POOLING)

    own = [] if view.anatomy is None else layers_of(network).values()
    with (
        input_hooks(pooling, collect),
        output_hooks(last, lambda _, output: collect(tensors_of(output)[-1])),
        output_hooks([one for one in own if isinstance(one, nn.Conv2d)], refuse),
    ):
        yield pooled


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
