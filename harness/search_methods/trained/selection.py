"""What is chosen from a trained supernet: by alpha, by ZEROS, or by perturbation."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import torch

from benchmarks_data import spaces
from harness.scoring.inputs import network_inputs
from harness.search_methods.trained.choosing import Chosen, chosen_by
from harness.search_methods.trained.perturbation import Progress, by_perturbation, decisions_of
from proxies.passes.common import batch_statistics
from proxies.passes.loss import derivatives
from proxies.passes.supernet import OperationSensitivity, operation_sensitivity, zeta_of

if TYPE_CHECKING:
    from harness.search_methods.trained.training import Training


def by_alpha(training: Training, *_: object) -> Chosen:
    """Return the operations with the largest alpha, as the papers do."""
    net = training.net
    with torch.no_grad():
        gates = [gate.tolist() for gate in net.gates()]
    return chosen_by(spaces.get(training.setting.space), gates, net.supernet.gates.kept)


def by_zeros(objective: str, training: Training, *_: object) -> Chosen:
    """Return the operations with the largest |gate dR/dgate| at the trained weights and gates.

    R is FreeDARTS' objective: of ``snip`` the mean loss of alpha's images, of ``synflow`` the sum
    of the logits of an all-ones image under absolute weights, without normalisation (Zhang, Huang,
    Wang, arXiv 2106.11542).

    Raises:
        FloatingPointError: the sensitivities are useless.
    """
    measured = _snip(training) if objective == "snip" else _synflow(training)
    if measured.fault:
        raise FloatingPointError(measured.fault)
    kept = training.net.supernet.gates.kept
    values = [[0.0 if math.isnan(one) else one for one in row] for row in measured.values]
    return chosen_by(spaces.get(training.setting.space), values, kept)


def _synflow(training: Training) -> OperationSensitivity:
    net, s = training.net, training.setting
    inputs = network_inputs(None, s.seed, training.halves.dataset, s.dtype, s.device)
    return operation_sensitivity(net.supernet, inputs, objective="synflow", gates=net.gates())


def _snip(training: Training) -> OperationSensitivity:
    """Return the sensitivities of the mean loss of alpha's half.

    It goes by batches, since all images at once would take too much memory; each is normalised by
    its own statistics, as in training.
    """
    net, halves = training.net, training.halves
    gates = [gate.detach().requires_grad_() for gate in net.gates()]
    gradients = [torch.zeros_like(gate) for gate in gates]
    with batch_statistics(net.supernet), torch.enable_grad():
        for batch in halves.batches(halves.alpha, training.setting.batch):
            logits = net.logits(batch.images, gates=gates)
            lost = torch.nn.functional.cross_entropy(logits, batch.labels, reduction="sum")
            for total, one in zip(gradients, derivatives(lost, gates), strict=True):
                total += one / len(halves.alpha)
    return zeta_of(gates, gradients, net.supernet.gates.kept)


#: All by name: what is chosen, given a trained supernet, the epochs that perturbation tunes, and
#: how it is followed.
SELECTIONS: dict[str, Callable[[Training, int, Progress], Chosen]] = {
    "argmax": by_alpha,
    "zeros-snip": partial(by_zeros, "snip"),
    "zeros-synflow": partial(by_zeros, "synflow"),
    "perturbation": by_perturbation,
}


def key_of(name: str, training: Training, tune: int) -> str:
    """Return what the checkpoint of a trained supernet keeps a selection under.

    A selection that changes gets another key, so that what an earlier version chose is not taken
    for it.
    """
    if name == "zeros-snip":  # "zeros-snip" was one pass of all images at once
        return "zeros-snip by batches"
    if name != "perturbation":
        return name
    space, count = spaces.get(training.setting.space), len(decisions_of(training))
    # An earlier version tuned before decisions that can change nothing too.
    fewer = count < len(space.choices) + len(space.limits)
    return f"{name}-{tune}" + (f" of {count} decisions" if fewer else "")
