"""How far a small step of the input moves the features before pooling."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.func import functional_call

from proxies.passes.common import (
    Inputs,
    gaussian_weights,
    in_form_of,
    input_hooks,
    layers_of,
    output_hooks,
    overridden,
    running_statistics,
    tensors_of,
)
from proxies.passes.precision import single
from proxies.view import NotApplicable, View

ONE_POOLING = (
    "the score is of the features before the one pooling, and the network pools elsewhere or "
    "several times"
)


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
