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
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from benchmarks_data import spaces
from benchmarks_data.initialisation import generator
from benchmarks_data.spaces.choice import NONE
from harness.search_methods.trained.choosing import Chosen
from proxies.passes.common import batch_statistics

if TYPE_CHECKING:
    from harness.search_methods.trained.training import Training

#: What a checkpoint has beside the state of a selection.
PLAIN = ("entered", "rows")
#: Accuracy without something, and minus the loss: the smaller, the more it is missed.
Harm = tuple[float, float]


@dataclass(frozen=True)
class Progress:
    """How a selection that takes long is followed, and gone on with.

    Attributes:
        say: is told of every decision in a line.
        save: keeps what the rest depends on, plain values and tensors, after every decision.
        begun: what was kept last; None at the beginning.
    """

    say: Callable[[str], None] = lambda _: None
    save: Callable[[dict[str, Any]], None] = lambda _: None
    begun: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Decision:
    """A choice, or a group of which some choices stay."""

    numbers: tuple[int, ...]
    stay: int | None = None


def decisions_of(training: Training) -> list[Decision]:
    """Return in random order what is to be decided: choices with several candidates, then groups
    with too many choices.
    """
    space, kept = spaces.get(training.setting.space), training.net.supernet.gates.kept
    stream = generator(training.setting.seed, "perturbation")
    numbers = torch.randperm(len(space.choices), generator=stream).tolist()
    groups = [space.limits[n] for n in torch.randperm(len(space.limits), generator=stream).tolist()]
    return [
        *(Decision((number,)) for number in numbers if sum(kept[number]) > 1),
        *(Decision(group, stay) for group, stay in groups if len(group) > stay),
    ]


def by_perturbation(training: Training, tune: int, progress: Progress | None = None) -> Chosen:
    """Return the operations that are missed most; *training* is changed.

    Args:
        training: at the end of its epochs.
        tune: epochs between one decision and the next.
        progress: how it is followed.

    Raises:
        FloatingPointError: a loss is no number any more.
    """
    progress = progress or Progress()
    gates, decisions, place = training.net.supernet.gates, decisions_of(training), 0
    training.begin_tuning(max(1, tune * (len(decisions) - 1)))
    if progress.begun:
        training.restore({**training.state(), **progress.begun["state"]})
        gates.keep(progress.begun["kept"])
        place = progress.begun["decided"]
    for number, decision in list(enumerate(decisions, 1))[place:]:
        if number > 1:
            _tune(training, tune)
        said = _decide(training, decision)
        progress.say(f"decision {number} of {len(decisions)}: {said}")
        state = {name: value for name, value in training.state().items() if name not in PLAIN}
        progress.save({"decided": number, "kept": gates.kept, "state": state})
    chosen = [
        choice.operations[row.index(True)] if any(row) else None
        for choice, row in zip(training.net.supernet.choices, gates.kept, strict=True)
    ]
    return Chosen(tuple(chosen), (0.0,) * len(chosen))


def _decide(training: Training, decision: Decision) -> str:
    """Decide, and return in words what stays."""
    supernet, number = training.net.supernet, decision.numbers[0]
    if decision.stay is not None:
        _take_away(training, decision.numbers, decision.stay)
        left = [n for n in decision.numbers if any(supernet.gates.kept[n])]
        return f"{' and '.join(supernet.choices[n].name for n in left)} stay"
    best = _most_missed(training, number)
    supernet.gates.kept[number] = [k == best for k in range(len(supernet.gates.kept[number]))]
    choice = supernet.choices[number]
    return f"{choice.operations[best]} stays on {choice.name}"


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
