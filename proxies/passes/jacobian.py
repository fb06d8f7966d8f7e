"""Derivatives of the outputs of single images: by the image, and by the weights."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.func import functional_call, grad, vmap

from proxies.passes.common import (
    Inputs,
    batch_statistics,
    gaussian_weights,
    kaiming_weights,
    running_statistics,
)
from proxies.view import NotApplicable, View

#: Images whose gradients are computed together.
AT_ONCE = 16
#: The largest part of the derivatives of single logits that the derivative of a sum of logits keeps
#: by rounding alone, where the sum is constant.
ROUNDING = {torch.float32: 1e-5, torch.float64: 1e-13}


@dataclass(frozen=True)
class InputJacobian:
    """The derivative of the sum of the logits by every image.

    Attributes:
        rows: (batch, channels * height * width), float64.
        classes: number of classes of the network.
    """

    rows: Tensor
    classes: int


def input_jacobian(view: View, inputs: Inputs, *, batch: int) -> InputJacobian:
    """Differentiate the sum of logits by *batch* images, normalisation in training mode."""
    network = view.module
    images = inputs.images(batch).requires_grad_()
    with batch_statistics(network), torch.enable_grad():
        logits = network(images)
        (rows,) = torch.autograd.grad(
            logits.sum(), images, allow_unused=True, retain_graph=view.anatomy is not None
        )
        rows = torch.zeros_like(images) if rows is None else rows
        if view.anatomy is not None:
            (single,) = torch.autograd.grad(_unequal(logits), images, materialize_grads=True)
            _check_sum([rows], [single])
    return InputJacobian(rows.flatten(1).double(), logits.shape[1])


def _unequal(logits: Tensor) -> Tensor:
    """Return a sum of logits with weights that have no order, which is not constant where their sum
    is.
    """
    numbers = torch.arange(logits.numel(), dtype=logits.dtype, device=logits.device)
    return (logits.flatten() * torch.cos(numbers.square() + 1)).sum()


def _check_sum(of_sum: Sequence[Tensor], single: Sequence[Tensor]) -> None:
    """Raise NotApplicable where the derivative of the sum of logits is rounding noise."""
    one, other = (
        [value.detach().double().norm() for value in values] for values in (of_sum, single)
    )
    dtype = of_sum[0].dtype
    largest = float(torch.stack(other).norm())
    if largest > 0 and float(torch.stack(one).norm()) <= ROUNDING[dtype] * largest:
        raise NotApplicable(
            "the score is of derivatives of the sum of logits, and that sum is constant: give the "
            "network without what normalises its logits"
        )


@dataclass(frozen=True)
class TangentKernel:
    """The empirical neural tangent kernel.

    Inner products of the gradients of the images' summed logits by all weights.

    Attributes:
        kernel: (batch, batch), float64.
    """

    kernel: Tensor


def tangent_kernel(view: View, inputs: Inputs, *, batch: int) -> TangentKernel:
    """Differentiate the summed logits of each of *batch* images by all weights.

    Weights are drawn normal with variance 2 / fan in, and batch normalisation is in evaluation
    mode, where it does nothing at initialisation but pass the derivative to its scale, which counts
    among the weights. So does the reference's function by default. Source: Chen et al. 2021
    (TE-NAS), arXiv 2102.11535.
    """
    network = view.module
    values = {name: value.detach() for name, value in network.named_parameters()}
    values |= kaiming_weights(network, inputs, "tangent_kernel")
    weights = {name: value for name, value in values.items() if name.endswith("weight")}
    fixed = {name: value for name, value in values.items() if name not in weights}

    def output(values: dict[str, Tensor], image: Tensor) -> Tensor:
        total: Tensor = functional_call(network, {**fixed, **values}, (image[None],)).sum()
        return total

    gradients = vmap(grad(output), in_dims=(None, 0))

    def unequal(values: dict[str, Tensor], image: Tensor) -> Tensor:
        return _unequal(functional_call(network, {**fixed, **values}, (image[None],)))

    rows = _empty_rows(weights, batch)
    with running_statistics(network):
        if view.anatomy is not None:
            first = inputs.images(batch)[0]
            _check_sum(
                list(grad(output)(weights, first).values()),
                list(grad(unequal)(weights, first).values()),
            )
        for start, images in zip(
            range(0, batch, AT_ONCE), torch.split(inputs.images(batch), AT_ONCE), strict=True
        ):
            for name, value in gradients(weights, images).items():
                rows[name][start : start + AT_ONCE] = value.flatten(1)
    return TangentKernel(_inner_products(rows))


def batch_tangent_kernel(view: View, inputs: Inputs, *, batch: int) -> TangentKernel:
    """Do the same as the reference's search does.

    The images are one batch, whose statistics normalise it.

    Each image's gradient then depends on the other images, and takes a backward pass of the whole
    batch. Weights are drawn normal with variance 2 / fan out. Source: Chen et al. 2021 (TE-NAS),
    prune_tenas.py of VITA-Group/TENAS.
    """
    network = view.module
    values = {name: value.detach() for name, value in network.named_parameters()}
    for name, drawn in gaussian_weights(network, inputs, "tangent_kernel").items():
        values[name] = drawn * (2 / drawn[:, :1].numel()) ** 0.5
    weights = {
        name: value.requires_grad_() for name, value in values.items() if name.endswith("weight")
    }
    rows = _empty_rows(weights, batch)
    with batch_statistics(network), torch.enable_grad():
        logits = functional_call(network, values, (inputs.images(batch),))
        outputs = logits.sum(1)
        if view.anatomy is not None:
            _check_sum(
                *(
                    torch.autograd.grad(
                        total, list(weights.values()), retain_graph=True, materialize_grads=True
                    )
                    for total in (outputs[0], _unequal(logits[:1]))
                )
            )
        for image, output in enumerate(outputs):
            gradients = torch.autograd.grad(
                output, list(weights.values()), retain_graph=True, materialize_grads=True
            )
            for row, gradient in zip(rows.values(), gradients, strict=True):
                row[image] = gradient.flatten()
    return TangentKernel(_inner_products(rows))


def _empty_rows(weights: dict[str, Tensor], batch: int) -> dict[str, Tensor]:
    """Return room for the gradients of *batch* images by each of the weights."""
    return {
        name: torch.empty(batch, value.numel(), dtype=value.dtype, device=value.device)
        for name, value in weights.items()
    }


def _inner_products(rows: dict[str, Tensor]) -> Tensor:
    """Return the inner products of the images' gradients, summed over the weights in float64.

    One after the other: then the zeros of dead weights change no digit.
    """
    first, *others = (value.double() @ value.double().T for value in rows.values())
    return sum(others, first)
