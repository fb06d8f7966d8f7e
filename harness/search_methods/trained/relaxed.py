"""A supernet whose gates are a softmax, and the gradients that its alpha is trained by.

Liu, Simonyan, Yang, "DARTS: Differentiable Architecture Search", ICLR 2019,
https://arxiv.org/abs/1806.09055, equations 2 and 5 to 8; Ye et al., "beta-DARTS", CVPR 2022,
https://arxiv.org/abs/2203.01665; Ye et al., "beta-DARTS++", https://arxiv.org/abs/2301.06393.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.func import functional_call

from benchmarks_data.spaces.supernet import Supernet

#: The parameters of a supernet by qualified name.
Weights = Mapping[str, Tensor]


@dataclass(frozen=True)
class Batch:
    """Images (batch, channels, height, width) and their labels (batch,)."""

    images: Tensor
    labels: Tensor


@dataclass(frozen=True)
class Judged:
    """What a batch says of alpha: gradients by choice, logits, and the loss without decay."""

    gradients: list[Tensor]
    logits: Tensor
    loss: Tensor


@dataclass(frozen=True)
class StepAhead:
    """The step of SGD that the weights would take.

    Attributes:
        rate, momentum, decay: of the optimiser.
        buffers: its momentum by parameter; what is not there is 0.
        radius: length of the finite difference.
    """

    rate: float
    momentum: float
    decay: float
    buffers: Weights
    radius: float = 0.01


class Relaxed:
    """A supernet with the softmax of alpha over the candidates that are left as gates."""

    def __init__(self, supernet: Supernet, alpha: Sequence[Tensor]) -> None:
        """Take a supernet in its precision and on its device, and alpha by choice."""
        self.supernet, self.alpha = supernet, list(alpha)

    @property
    def weights(self) -> dict[str, Tensor]:
        """The parameters by qualified name."""
        return dict(self.supernet.named_parameters())

    def gates(self) -> list[Tensor]:
        """Return the softmax by choice, 0 where a candidate is gone."""
        rows = zip(self.alpha, self.supernet.gates.kept, strict=True)
        return [masked_softmax(alpha, kept) for alpha, kept in rows]

    def logits(
        self, images: Tensor, weights: Weights | None = None, gates: list[Tensor] | None = None
    ) -> Tensor:
        """Return the logits (batch, classes), with other weights or gates where they are given."""
        self.supernet.gates.values = self.gates() if gates is None else gates
        if weights is None:
            return torch.as_tensor(self.supernet(images))
        return torch.as_tensor(functional_call(self.supernet, dict(weights), (images,)))

    def loss(self, batch: Batch, weights: Weights | None = None) -> tuple[Tensor, Tensor]:
        """Return the cross-entropy of a batch, and its logits."""
        logits = self.logits(batch.images, weights)
        return nn.functional.cross_entropy(logits, batch.labels), logits


def masked_softmax(alpha: Tensor, kept: Sequence[bool]) -> Tensor:
    """Return the softmax over the candidates that are kept, 0 for the others."""
    if not any(kept):
        return torch.zeros_like(alpha)
    mask = torch.tensor(kept, device=alpha.device)
    return torch.softmax(alpha.masked_fill(~mask, -torch.inf), 0)


def beta_decay(net: Relaxed) -> Tensor:
    """Return the mean over choices of log sum exp(alpha), whose gradient is softmax(alpha) over
    their number.
    """
    rows = zip(net.alpha, net.supernet.gates.kept, strict=True)
    left = [alpha[torch.tensor(kept, device=alpha.device)] for alpha, kept in rows if any(kept)]
    return torch.stack([torch.logsumexp(alpha, 0) for alpha in left]).mean()


def flooded(loss: Tensor, level: float) -> Tensor:
    """Return |loss - level| + level: below the level the weights climb. A level of 0 is none."""
    return (loss - level).abs() + level if level else loss


def first_order(net: Relaxed, validation: Batch, decay: float = 0.0) -> Judged:
    """Return the gradient of the validation loss by alpha at the present weights, with *decay*
    times that of beta-decay.
    """
    loss, logits = net.loss(validation)
    total = loss + decay * beta_decay(net) if decay else loss
    return Judged(_gradients(total, net.alpha), logits.detach(), loss.detach())


def second_order(
    net: Relaxed, training: Batch, validation: Batch, ahead: StepAhead, decay: float = 0.0
) -> Judged:
    """Return the gradient of the validation loss by alpha at weights one step ahead.

    w' = w - rate (momentum buffer + dL_train/dw + decay w), and the gradient is dL_valid(w')/dalpha
    - rate (dL_train(w+)/dalpha - dL_train(w-)/dalpha) / (2 e) with w+- = w +- e dL_valid(w')/dw'
    and e = radius / |dL_valid(w')/dw'|.
    """
    weights = {name: value.detach() for name, value in net.weights.items()}
    stepped = _stepped(net, training, weights, ahead)
    loss, logits = net.loss(validation, stepped)
    total = loss + decay * beta_decay(net) if decay else loss
    names = list(stepped)
    both = _gradients(total, [*net.alpha, *stepped.values()])
    direct, vector = both[: len(net.alpha)], dict(zip(names, both[len(net.alpha) :], strict=True))
    norm = torch.sqrt(torch.stack([(one**2).sum() for one in vector.values()]).sum())
    length = ahead.radius / float(norm) if float(norm) else 0.0
    if not length:
        return Judged(direct, logits.detach(), loss.detach())
    plus, minus = (
        _gradients(
            net.loss(training, {name: weights[name] + e * vector[name] for name in names})[0],
            net.alpha,
        )
        for e in (length, -length)
    )
    gradients = [
        one - ahead.rate * (up - down) / (2 * length)
        for one, up, down in zip(direct, plus, minus, strict=True)
    ]
    return Judged(gradients, logits.detach(), loss.detach())


def _stepped(net: Relaxed, training: Batch, weights: Weights, ahead: StepAhead) -> Weights:
    """Return the weights after the step, as leaves."""
    leaves = {name: value.clone().requires_grad_() for name, value in weights.items()}
    gradients = _gradients(net.loss(training, leaves)[0], list(leaves.values()))
    stepped = {}
    for (name, value), gradient in zip(weights.items(), gradients, strict=True):
        step = gradient + ahead.decay * value
        if name in ahead.buffers:
            step = step + ahead.momentum * ahead.buffers[name]
        stepped[name] = (value - ahead.rate * step).requires_grad_()
    return stepped


def _gradients(total: Tensor, by: Sequence[Tensor]) -> list[Tensor]:
    """Return the derivatives, 0 by what is not used."""
    gradients = torch.autograd.grad(total, list(by), allow_unused=True)
    return [
        torch.zeros_like(one) if gradient is None else gradient.detach()
        for one, gradient in zip(by, gradients, strict=True)
    ]
