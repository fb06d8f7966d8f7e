"""What is chosen from a trained supernet: by alpha, by ZEROS, or by perturbation."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import torch

from benchmarks_data import spaces
from benchmarks_data.initialisation import generator
from harness.search_methods.trained.choosing import Chosen, chosen_by
from harness.search_methods.trained.perturbation import by_perturbation
from proxies.passes.common import Inputs
from proxies.passes.supernet import operation_sensitivity

if TYPE_CHECKING:
    from harness.search_methods.trained.training import Training


def by_alpha(training: Training, _: int) -> Chosen:
    """Return the operations with the largest alpha, as the papers do."""
    net = training.net
    with torch.no_grad():
        gates = [gate.tolist() for gate in net.gates()]
    return chosen_by(spaces.get(training.setting.space), gates, net.supernet.gates.kept)


def by_zeros(objective: str, training: Training, _: int) -> Chosen:
    """Return the operations with the largest |gate dR/dgate| at the trained weights and gates.

    R is FreeDARTS' objective: of ``snip`` the loss of alpha's images, of ``synflow`` the sum of the
    logits of an all-ones image under absolute weights, without normalisation (Zhang, Huang, Wang,
    arXiv 2106.11542).

    Raises:
        FloatingPointError: the sensitivities are useless.
    """
    net, halves = training.net, training.halves
    batch = halves.batch(halves.alpha)
    inputs = Inputs(
        halves.dataset.shape,
        lambda size, part=0: batch.images[size * part : size * (part + 1)].clone(),
        lambda size, part=0: batch.labels[size * part : size * (part + 1)],
        lambda *names: generator(training.setting.seed, *names),
        halves.dtype,
        halves.device,
    )
    measured = operation_sensitivity(
        net.supernet, inputs, objective=objective, batch=len(halves.alpha), gates=net.gates()
    )
    if measured.fault:
        raise FloatingPointError(measured.fault)
    kept = net.supernet.gates.kept
    values = [[0.0 if math.isnan(one) else one for one in row] for row in measured.values]
    return chosen_by(spaces.get(training.setting.space), values, kept)


#: All by name: what is chosen, given a trained supernet and the epochs that perturbation tunes.
SELECTIONS: dict[str, Callable[[Training, int], Chosen]] = {
    "argmax": by_alpha,
    "zeros-snip": partial(by_zeros, "snip"),
    "zeros-synflow": partial(by_zeros, "synflow"),
    "perturbation": by_perturbation,
}
