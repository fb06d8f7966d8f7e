"""Selections from a trained supernet."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from benchmarks_data import spaces
from harness.search_methods.trained import perturbation
from harness.search_methods.trained.perturbation import by_perturbation
from harness.search_methods.trained.selection import by_alpha, by_zeros
from harness.search_methods.trained.setting import Setting
from harness.search_methods.trained.training import Training


def missing(_: Training, gates: list[torch.Tensor]) -> tuple[float, float]:
    """Standing in for accuracy: the sum of the gates, each with a weight of its own.

    The weight of candidate k of choice n is 1 + (2 n + 3 k) mod (number of candidates).
    """
    total = 0.0
    for number, gate in enumerate(gates):
        for k, value in enumerate(gate.tolist()):
            total += value * (1 + (2 * number + 3 * k) % len(gate))
    return total, 0.0


def test_each_choice_keeps_what_is_missed_most(
    setting: Setting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(perturbation, "_standing", missing)
    chosen = by_perturbation(Training(setting), 0)
    expected = []
    for number, choice in enumerate(spaces.get("nb201").choices):
        count = len(choice.operations)
        k = next(k for k in range(count) if (2 * number + 3 * k) % count == count - 1)
        expected.append(choice.operations[k])
    assert list(chosen.operations) == expected


def test_groups_keep_the_choices_that_are_missed_most(
    setting: Setting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(perturbation, "_standing", lambda _, gates: _by_choice(gates))
    space = spaces.get("darts")
    training = Training(replace(setting, space="darts", cells=3))
    chosen = by_perturbation(training, 0)
    for numbers, stay in space.limits:
        left = [number for number in numbers if chosen.operations[number] is not None]
        assert left == list(numbers[:stay])
    assert "none" not in chosen.operations
    str(space.decode(chosen.operations, chosen.order))


def _by_choice(gates: list[torch.Tensor]) -> tuple[float, float]:
    """Standing in for accuracy: earlier choices are worth more."""
    return sum(float(gate.sum()) * (100 - number) for number, gate in enumerate(gates)), 0.0


def test_between_decisions_the_supernet_is_tuned(
    setting: Setting, monkeypatch: pytest.MonkeyPatch
) -> None:
    tuned = []
    monkeypatch.setattr(Training, "train_epoch", lambda training: tuned.append(_open(training)))
    by_perturbation(Training(setting), 2)
    assert tuned == [5, 5, 4, 4, 3, 3, 2, 2, 1, 1]


def test_what_can_lose_nothing_is_no_decision(setting: Setting) -> None:
    training = Training(replace(setting, space="darts", cells=3))
    groups = [one for one in perturbation.decisions_of(training) if one.stay]
    assert sorted(len(one.numbers) for one in groups) == [3, 3, 4, 4, 5, 5]
    assert len(perturbation.decisions_of(training)) == 28 + 6
    training.net.supernet.gates.keep([[True] + [False] * 7] * 28)
    assert perturbation.decisions_of(training) == groups


def _open(training: Training) -> int:
    """Return how many choices are not decided."""
    return sum(sum(row) > 1 for row in training.net.supernet.gates.kept)


def test_of_equal_accuracies_the_higher_loss_is_missed_more(setting: Setting) -> None:
    training = Training(setting)
    gates = training.net.gates()
    right, lost = perturbation._standing(training, gates)
    batch = training.halves.batch(training.halves.alpha)
    with torch.no_grad():
        training.net.supernet.train()
        logits = training.net.logits(batch.images, gates=gates)
    assert right == float((logits.argmax(1) == batch.labels).sum())
    loss = torch.nn.functional.cross_entropy(logits, batch.labels, reduction="sum")
    assert lost == pytest.approx(-float(loss.detach()), rel=1e-5)


@pytest.mark.parametrize("objective", ["snip", "synflow"])
def test_zeros_asks_the_gates_that_were_trained(setting: Setting, objective: str) -> None:
    training = Training(setting)
    plain = by_zeros(objective, training, 0)
    place = [choice.operations.index("skip_connect") for choice in spaces.get("nb201").choices]
    with torch.no_grad():
        for alpha, k in zip(training.net.alpha, place, strict=True):
            alpha[k] = 20.0
    assert by_zeros(objective, training, 0).operations == ("skip_connect",) * 6
    assert by_alpha(training, 0).operations == ("skip_connect",) * 6
    assert plain.operations != ("skip_connect",) * 6


@pytest.mark.parametrize("size", [10, 4])
def test_zeros_is_the_gate_times_the_gradient_by_it(
    size: int, setting: Setting, monkeypatch: pytest.MonkeyPatch
) -> None:
    training = Training(replace(setting, dtype="float64", batch=size))
    net, half = training.net, training.halves.alpha
    net.supernet.train()
    gates = [gate.detach().requires_grad_() for gate in net.gates()]
    losses = []
    for batch in training.halves.batches(half, size):
        logits = net.logits(batch.images, gates=gates)
        losses.append(torch.nn.functional.cross_entropy(logits, batch.labels, reduction="none"))
    gradients = torch.autograd.grad(torch.cat(losses).mean(), gates)
    fed = []
    logits_of = net.logits
    monkeypatch.setattr(
        net, "logits", lambda images, **more: fed.append(len(images)) or logits_of(images, **more)
    )
    chosen = by_zeros("snip", training, 0)
    assert fed == [len(one) for one in torch.split(half, size)]
    for number, (gate, gradient) in enumerate(zip(gates, gradients, strict=True)):
        zeta = (gate * gradient).abs()
        operations = spaces.get("nb201").choices[number].operations
        assert chosen.operations[number] == operations[int(zeta.argmax())]
        assert chosen.order[number] == pytest.approx(float(zeta.max().detach()), rel=1e-9)
