"""The Fisher information of a few entries of each parameter, in the logits of Gaussian images."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from types import EllipsisType
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.func import functional_call

from proxies.passes.common import Inputs, kaiming_weights, layers_of, running_statistics
from proxies.view import NotApplicable, View

#: Parameter tensors, the first of a network, that entries are taken of.
TENSORS = 128
#: The part of each image's class probabilities that is spread evenly over the classes.
SMOOTHING = 0.05
#: Images that are sent through the network together.
AT_ONCE = 16

Where = tuple[slice | EllipsisType | int, ...]


@dataclass(frozen=True)
class LogitFisher:
    """The Fisher matrix of a network's class probabilities, by a few entries of its parameters.

    Attributes:
        spectrum: its eigenvalues (entries,), float64, from 0 on.
        tensors: number of the network's parameter tensors.
    """

    spectrum: Tensor
    tensors: int


class _Entry(NamedTuple):
    """One number of a parameter, and its place among all that were chosen."""

    place: int
    key: str
    at: int


class _Call(NamedTuple):
    """One call of a module: its output, and how that moves with each entry at *where*."""

    output: Tensor
    tangents: list[tuple[int, Where, Tensor]]


def logit_fisher(view: View, inputs: Inputs, *, batch: int, entries: int) -> LogitFisher:
    """Send *batch* Gaussian images forward, and backward once for each logit.

    Weights are drawn normal with variance 2 / fan in, biases are 0, and batch normalisation is in
    evaluation mode. Source: Tybl and Neumann 2025 (VKDNW), arXiv 2502.04975.
    """
    network = view.module
    chosen = _chosen(network, entries)
    size = sum(map(len, chosen.values()))
    weights = kaiming_weights(network, inputs, "logit_fisher")
    for name, layer in layers_of(network).items():
        if layer.bias is not None:
            weights[f"{name}.bias"] = torch.zeros_like(layer.bias)
    total = torch.zeros(size, size, dtype=torch.float64, device=inputs.device)
    images = inputs.gaussian((batch, *inputs.image_shape), "logit_fisher")
    with running_statistics(network), torch.enable_grad():
        for some in torch.split(images, AT_ONCE):
            with _calls(chosen, len(some)) as calls:
                logits = functional_call(network, weights, (some,))
            total += _summed_fisher(_jacobian(logits, calls, size), logits.detach().double())
    spectrum = torch.linalg.eigvalsh(total / batch).clamp_min(0)
    return LogitFisher(spectrum, sum(1 for _ in network.parameters()))


def _chosen(network: nn.Module, entries: int) -> dict[nn.Module, list[_Entry]]:
    """Return evenly spaced entries, the first among them, of the first parameters, by module."""
    chosen: dict[nn.Module, list[_Entry]] = {}
    tensors = [
        (module, key, parameter.numel())
        for module in network.modules()
        for key, parameter in module.named_parameters(recurse=False)
    ]
    place = 0
    for module, key, numel in tensors[:TENSORS]:
        for at in sorted({*torch.linspace(0, numel - 1, entries).long().tolist()}):
            chosen.setdefault(module, []).append(_Entry(place, key, at))
            place += 1
    return chosen


@contextmanager
def _calls(chosen: dict[nn.Module, list[_Entry]], images: int) -> Iterator[list[_Call]]:
    """Collect the calls of modules that have chosen entries."""
    calls: list[_Call] = []
    inside = False

    def collect(module: nn.Module, args: tuple[Any, ...], output: Tensor) -> Tensor | None:
        nonlocal inside
        if inside:
            return None
        if len(output) != images:
            raise NotApplicable(
                "the score is by sample, and the first axis of a layer's output does not count "
                "samples"
            )
        inside = True
        try:
            with torch.no_grad():
                tangents = [_tangent(module, entry, args[0]) for entry in chosen[module]]
        finally:
            inside = False
        own = output.view_as(output) if output.requires_grad else output.detach().requires_grad_()
        calls.append(_Call(own, tangents))
        return own.clone()  # any network may overwrite it

    with ExitStack() as stack:
        for module in chosen:
            stack.enter_context(module.register_forward_hook(collect))
        yield calls


def _tangent(module: nn.Module, entry: _Entry, x: Tensor) -> tuple[int, Where, Tensor]:
    """Return how a module's output moves with an entry of its parameters, in which it is linear.

    It is what the module puts out where that entry is 1 and all others are 0.
    """
    values = {key: one.new_zeros(one.shape) for key, one in module.named_parameters(recurse=False)}
    values[entry.key].view(-1)[entry.at] = 1
    channel = entry.at // values[entry.key][0].numel()
    where: Where = (...,)
    if isinstance(module, nn.Conv2d | nn.modules.batchnorm._BatchNorm):
        where = slice(None), channel
    elif isinstance(module, nn.Linear):
        where = ..., channel
    return entry.place, where, functional_call(module, values, (x,))[where].clone()


def _jacobian(logits: Tensor, calls: Sequence[_Call], size: int) -> Tensor:
    """Return the derivatives of each image's logits by the entries: (images, classes, size)."""
    images, classes = logits.shape
    jacobian = logits.new_zeros(images, classes, size, dtype=torch.float64)
    outputs = [call.output for call in calls]
    for label in range(classes):
        gradients = torch.autograd.grad(
            logits[:, label].sum(), outputs, retain_graph=True, allow_unused=True
        )
        for gradient, call in zip(gradients, calls, strict=True):
            if gradient is None:
                continue
            for place, where, tangent in call.tangents:
                product = (gradient[where] * tangent).reshape(images, -1)
                jacobian[:, label, place] += product.sum(1).double()
    return jacobian


def _summed_fisher(jacobian: Tensor, logits: Tensor) -> Tensor:
    """Return the sum over images of J' C J, C being the covariance of the one-hot class."""
    classes = logits.shape[1]
    probabilities = logits.softmax(1) * (1 - SMOOTHING) + SMOOTHING / classes
    mean = torch.einsum("ik,ike->ie", probabilities, jacobian)
    weighted = (jacobian * probabilities[:, :, None].sqrt()).flatten(0, 1)
    return weighted.T @ weighted - mean.T @ mean
