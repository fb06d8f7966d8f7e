"""What the parts of transformers put out: heads of attention, and feed-forward layers."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.func import functional_call

from benchmarks_data.benchmark import Operation
from proxies.passes.common import Inputs, batch_norm_bypassed, ones_image, output_hooks
from proxies.view import NotApplicable, View

#: The kind of an operation that is no attention and nothing in its place.
FEED_FORWARD = "feed_forward"
#: The part of the variance that principal components are counted up to.
EXPLAINED = 0.99


@dataclass(frozen=True)
class PrincipalComponents:
    """How many principal components hold 99 % of the variance of each hidden feed-forward layer."""

    counts: list[int]


def principal_components(view: View, inputs: Inputs, *, batch: int) -> PrincipalComponents:
    """Send *batch* samples through the network, and count the components of what each linear layer
    of a feed-forward part but its last puts out, over all samples and places.

    Source: Wang 2025 (W-PCA), arXiv 2504.15983.
    """
    network = view.module
    hidden = [
        layer
        for operation in _parts(view)
        if operation.kind == FEED_FORWARD
        for layer in [*_linear(operation.module)][:-1]
    ]
    if not hidden:
        raise NotApplicable(
            "the score is of the hidden layers of feed-forward parts, and there is none"
        )
    counts: list[int] = []

    def see(_: nn.Module, output: Tensor) -> None:
        counts.append(_components(output.flatten(0, -2)))

    with output_hooks(hidden, see), torch.no_grad():
        network(inputs.images(batch))
    return PrincipalComponents(counts)


def _parts(view: View) -> Sequence[Operation]:
    """Return the operations; raise NotApplicable where these are unknown."""
    if view.known_operations is None:
        raise NotApplicable(
            "the score is of a transformer's attention and feed-forward parts, which are unknown"
        )
    return view.known_operations


def _linear(module: nn.Module) -> Iterator[nn.Linear]:
    return (one for one in module.modules() if isinstance(one, nn.Linear))


def _components(rows: Tensor) -> int:
    """Return the smallest number of eigenvalues of the covariance that sum to more than 99 %."""
    centred = rows - rows.mean(0)
    values = torch.linalg.eigvalsh((centred.T @ centred).double()).clamp_min(0).flip(0)
    total = values.sum()
    return int((values.cumsum(0) <= EXPLAINED * total).sum()) + 1 if total > 0 else 0


@dataclass(frozen=True)
class HeadOutputs:
    """The mean over samples and features of the largest value over places, of each layer whose
    output is split into heads. A layer of queries, keys and values together counts for three.
    """

    confidences: list[float]


def head_outputs(view: View, inputs: Inputs, *, batch: int) -> HeadOutputs:
    """Send *batch* samples through the network, and look at the layers that feed heads.

    Source: Serianni and Kalita 2023, arXiv 2306.00288, BERT_metrics.ipynb of
    aaronserianni/training-free-nas.
    """
    if not view.head_inputs:
        raise NotApplicable("the score is of attention heads, and the network names none")
    confidences: list[float] = []

    def see(layer: nn.Module, output: Tensor) -> None:
        assert isinstance(layer, nn.Linear)
        together = max(1, layer.out_features // layer.in_features)
        confidences.append(together * float(output.amax(1).double().mean()))

    with output_hooks(view.head_inputs, see), torch.no_grad():
        view.module(inputs.images(batch))
    return HeadOutputs(confidences)


@dataclass(frozen=True)
class AbsoluteSynapses:
    """What the sum R of the outputs owes to linear layers, all parameters being absolute values.

    Attributes:
        diversity: for every linear layer of attention, or of what stands in its place, the nuclear
            norm of its weights times that of dR/dweights.
        saliency: for every other linear layer, the sum of |weight times dR/dweight|.
    """

    diversity: list[float]
    saliency: list[float]


def absolute_synapses(view: View, inputs: Inputs) -> AbsoluteSynapses:
    """Send an image of ones through the network of absolute parameters, and the sum's gradient
    back.

    Source: Zhou et al. 2022 (TF-TAS), lib/training_free/indicators/dss.py of decemberzhou/TF_TAS.
    """
    return _synapses(view, ones_image(inputs))


def absolute_synapses_of_sample(view: View, inputs: Inputs) -> AbsoluteSynapses:
    """Do the same with the first sample of a batch in place of ones."""
    return _synapses(view, inputs.images(1))


def _synapses(view: View, sample: Tensor) -> AbsoluteSynapses:
    network = view.module
    kinds = {one.kind for one in _parts(view)}
    if FEED_FORWARD not in kinds or kinds == {FEED_FORWARD}:
        raise NotApplicable("the score is of transformers' attention and feed-forward parts")
    mixing = {
        layer
        for operation in _parts(view)
        if operation.kind != FEED_FORWARD
        for layer in _linear(operation.module)
    }
    layers = {
        f"{name}.weight": m for name, m in network.named_modules() if isinstance(m, nn.Linear)
    }
    absolute = {name: one.detach().abs() for name, one in network.named_parameters()}
    weights = {name: absolute[name].requires_grad_() for name in layers}
    with batch_norm_bypassed(network), torch.enable_grad():
        total = functional_call(network, absolute, (sample,)).sum()
        gradients = torch.autograd.grad(total, list(weights.values()), materialize_grads=True)
    result = AbsoluteSynapses([], [])
    for layer, weight, gradient in zip(layers.values(), weights.values(), gradients, strict=True):
        if layer in mixing:
            norms = (
                float(torch.linalg.matrix_norm(one.detach(), "nuc")) for one in (weight, gradient)
            )
            result.diversity.append(math.prod(norms))
        else:
            result.saliency.append(float((weight.detach() * gradient).abs().sum()))
    return result
