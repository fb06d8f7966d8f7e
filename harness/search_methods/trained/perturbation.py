"""Selection by perturbation: each choice keeps the operation without which the trained supernet
loses most.

Wang et al., "Rethinking Architecture Selection in Differentiable NAS", ICLR 2021,
https://arxiv.org/abs/2108.04392, algorithm 1: choices are decided in random order; after each the
supernet is tuned, weights and alpha. Of a group that has too many choices those stay whose removal
costs most. Accuracies are those of alpha's images, by the batch's statistics; of equal ones the
higher loss counts.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from benchmarks_data import spaces
from benchmarks_data.initialisation import generator
from benchmarks_data.spaces.choice import NONE
from harness.search_methods.trained.choosing import Chosen
from proxies.passes.common import batch_statistics

if TYPE_CHECKING:
    from harness.search_methods.trained.training import Training

#: Accuracy without something, and minus the loss: the smaller, the more it is missed.
Harm = tuple[float, float]


def by_perturbation(training: Training, tune: int) -> Chosen:
    """Return the operations that are missed most; *training* is changed.

    Args:
        training: at the end of its epochs.
        tune: epochs between one decision and the next.

    Raises:
        FloatingPointError: a loss is no number any more.
    """
    space = spaces.get(training.setting.space)
    gates, count = training.net.supernet.gates, len(space.choices)
    training.begin_tuning(max(1, tune * (count + len(space.limits) - 1)))
    stream = generator(training.setting.seed, "perturbation")
    for place, number in enumerate(torch.randperm(count, generator=stream).tolist()):
        if place:
            _tune(training, tune)
        best = _most_missed(training, number)
        gates.kept[number] = [k == best for k in range(len(gates.kept[number]))]
    for place in torch.randperm(len(space.limits), generator=stream).tolist():
        _tune(training, tune)
        _take_away(training, *space.limits[place])
    chosen = [
        choice.operations[row.index(True)] if any(row) else None
        for choice, row in zip(space.choices, gates.kept, strict=True)
    ]
    return Chosen(tuple(chosen), (0.0,) * count)


def _take_away(training: Training, numbers: tuple[int, ...], stay: int) -> None:
    """Take the choices of a group away that are missed least, one after the other."""
    kept, present = training.net.supernet.gates.kept, list(numbers)
    while len(present) > stay:
        harms = {number: _standing(training, _closed(training, number)) for number in present}
        least = max(present, key=lambda number: (harms[number], number))
        present.remove(least)
        kept[least] = [False] * len(kept[least])


def _most_missed(training: Training, number: int) -> int:
    """Return the candidate of a choice without which accuracy is lowest, the first of equals.

    The operation none is not asked where choices are taken away.
    """
    space = spaces.get(training.setting.space)
    operations = space.choices[number].operations
    kept = training.net.supernet.gates.kept[number]
    asked = [
        k for k, kind in enumerate(operations) if kept[k] and (kind != NONE or not space.limits)
    ]
    harms = {}
    for k in asked:
        with torch.no_grad():
            gates = training.net.gates()
        gates[number][k] = 0.0
        harms[k] = _standing(training, gates)
    return min(asked, key=lambda k: (harms[k], k))


def _closed(training: Training, number: int) -> list[Tensor]:
    """Return the gates with a choice closed."""
    with torch.no_grad():
        gates = training.net.gates()
    gates[number].zero_()
    return gates


def _standing(training: Training, gates: list[Tensor]) -> Harm:
    """Return accuracy and minus loss of alpha's images with these gates.

    Raises:
        FloatingPointError: the loss is no number.
    """
    net, halves = training.net, training.halves
    right, lost = 0.0, 0.0
    with batch_statistics(net.supernet), torch.no_grad():
        for batch in halves.batches(halves.alpha, training.setting.batch):
            logits = net.logits(batch.images, gates=gates)
            right += float((logits.argmax(1) == batch.labels).sum())
            lost += float(torch.nn.functional.cross_entropy(logits, batch.labels, reduction="sum"))
    if not math.isfinite(lost):
        raise FloatingPointError("the loss is no number when an operation is left out")
    return right, -lost


def _tune(training: Training, epochs: int) -> None:
    for _ in range(epochs):
        training.train_epoch()
