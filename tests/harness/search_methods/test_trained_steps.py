"""The steps of trained searches, against literal references in float64 on a tiny supernet."""

from __future__ import annotations

import math
from copy import deepcopy

import pytest
import torch
from torch import Tensor, nn

from benchmarks_data.spaces.choice import Choice
from benchmarks_data.spaces.supernet import Candidates, Gates, Supernet
from harness.search_methods.trained.growth import candidates, kept_with, next_operation
from harness.search_methods.trained.relaxed import (
    Batch,
    Relaxed,
    StepAhead,
    beta_decay,
    first_order,
    flooded,
    masked_softmax,
    second_order,
)

KINDS = ("none", "skip_connect", "conv_a", "conv_b", "pool")
EXACT = {"rel": 1e-9, "abs": 1e-12}


class Tiny(Supernet):
    """Two choices one after the other, with normalisation: (batch, 2, 3, 3) -> (batch, 3)."""

    space = "tiny"

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.choices = tuple(Choice(str(n), (n, n + 1), KINDS) for n in range(2))
        self.gates = Gates(self.choices)
        self.layers = nn.ModuleList(
            Candidates(
                self.gates,
                number,
                {
                    "none": nn.Identity(),
                    "skip_connect": nn.Identity(),
                    "conv_a": nn.Sequential(nn.Conv2d(2, 2, 1), nn.BatchNorm2d(2), nn.Tanh()),
                    "conv_b": nn.Conv2d(2, 2, 3, padding=1),
                    "pool": nn.AvgPool2d(3, 1, 1),
                },
            )
            for number in range(2)
        )
        self.classifier = nn.Linear(2, 3)
        self.double()

    def forward(self, x: Tensor) -> Tensor:
        for layer in self.layers:
            x = layer(x)
        logits: Tensor = self.classifier(x.mean((2, 3)))
        return logits


@pytest.fixture
def net() -> Relaxed:
    stream = torch.Generator().manual_seed(1)
    alpha = [
        torch.randn(5, generator=stream, dtype=torch.float64).requires_grad_() for _ in range(2)
    ]
    return Relaxed(Tiny(), alpha)


def batch(seed: int, count: int = 6) -> Batch:
    stream = torch.Generator().manual_seed(seed)
    images = torch.randn(count, 2, 3, 3, generator=stream, dtype=torch.float64)
    return Batch(images, torch.randint(3, (count,), generator=stream))


def literal_loss(module: Tiny, alpha: list[Tensor], data: Batch) -> Tensor:
    """The cross-entropy with each layer the sum of softmax(alpha) times what candidates put out."""
    x = data.images
    for layer, row in zip(module.layers, alpha, strict=True):
        weights = torch.exp(row) / torch.exp(row).sum()
        x = sum(
            weights[k] * layer.operations[kind](x) for k, kind in enumerate(KINDS) if kind != "none"
        )
    logits = module.classifier(x.mean((2, 3)))
    rows = torch.arange(len(data.labels))
    return -torch.log_softmax(logits, 1)[rows, data.labels].mean()


def same(ours: list[Tensor], theirs: list[Tensor]) -> None:
    for one, other in zip(ours, theirs, strict=True):
        assert one.tolist() == pytest.approx(other.tolist(), **EXACT)


def test_the_first_order_gradient_is_that_of_the_validation_loss(net: Relaxed) -> None:
    valid = batch(3)
    loss = literal_loss(net.supernet, net.alpha, valid)  # type: ignore[arg-type]
    judged = first_order(net, valid)
    same(judged.gradients, list(torch.autograd.grad(loss, net.alpha)))
    assert float(judged.loss) == pytest.approx(float(loss.detach()), **EXACT)


def literal_second_order(
    net: Relaxed, train: Batch, valid: Batch, ahead: StepAhead
) -> list[Tensor]:
    """Equations 7 and 8 of Liu et al., on copies of the module whose weights are set one by one."""
    module: Tiny = net.supernet  # type: ignore[assignment]
    module.gates.values = []
    alpha = [row.detach().clone().requires_grad_() for row in net.alpha]
    gradients = torch.autograd.grad(literal_loss(module, alpha, train), list(module.parameters()))
    stepped = deepcopy(module)
    with torch.no_grad():
        for (name, value), gradient in zip(stepped.named_parameters(), gradients, strict=True):
            momentum = ahead.momentum * ahead.buffers[name] if name in ahead.buffers else 0.0
            value -= ahead.rate * (gradient + ahead.decay * value + momentum)
    loss = literal_loss(stepped, alpha, valid)
    direct = torch.autograd.grad(loss, alpha, retain_graph=True)
    vector = torch.autograd.grad(loss, list(stepped.parameters()))
    length = ahead.radius / math.sqrt(sum(float((one**2).sum()) for one in vector))
    sides = []
    for sign in (1, -1):
        moved = deepcopy(module)
        with torch.no_grad():
            for value, one in zip(moved.parameters(), vector, strict=True):
                value += sign * length * one
        sides.append(torch.autograd.grad(literal_loss(moved, alpha, train), alpha))
    return [
        one - ahead.rate * (up - down) / (2 * length)
        for one, up, down in zip(direct, *sides, strict=True)
    ]


@pytest.mark.parametrize("moving", [False, True])
def test_the_second_order_gradient_is_the_papers(net: Relaxed, moving: bool) -> None:
    train, valid = batch(4), batch(5)
    stream = torch.Generator().manual_seed(2)
    buffers = {
        name: torch.randn(value.shape, generator=stream, dtype=torch.float64)
        for name, value in net.weights.items()
    }
    ahead = StepAhead(0.1, 0.9, 3e-4, buffers if moving else {})
    before = {name: value.clone() for name, value in net.weights.items()}
    judged = second_order(net, train, valid, ahead)
    same(judged.gradients, literal_second_order(net, train, valid, ahead))
    assert all(torch.equal(before[name], value) for name, value in net.weights.items())


def test_the_finite_difference_is_near_the_exact_second_order(net: Relaxed) -> None:
    train, valid = batch(4), batch(5)
    module: Tiny = net.supernet  # type: ignore[assignment]
    inner = torch.autograd.grad(
        literal_loss(module, net.alpha, train), list(module.parameters()), create_graph=True
    )
    stepped = {
        name: value - 0.1 * one
        for (name, value), one in zip(net.weights.items(), inner, strict=True)
    }
    exact = torch.autograd.grad(net.loss(valid, stepped)[0], net.alpha)
    ahead = StepAhead(0.1, 0.0, 0.0, {}, 1e-4)
    judged = second_order(net, train, valid, ahead)
    first = first_order(net, valid).gradients
    for ours, theirs, other in zip(judged.gradients, exact, first, strict=True):
        assert ours.tolist() == pytest.approx(theirs.tolist(), rel=1e-5, abs=1e-8)
        assert (ours - other).abs().max() > 1e-5


def test_beta_decay_adds_softmax_of_alpha_over_the_number_of_edges(net: Relaxed) -> None:
    valid, factor = batch(3), 12.5
    plain, decayed = first_order(net, valid), first_order(net, valid, factor)
    expected = [
        one + factor / len(net.alpha) * torch.exp(row) / torch.exp(row).sum()
        for one, row in zip(plain.gradients, net.alpha, strict=True)
    ]
    same(decayed.gradients, [row.detach() for row in expected])
    assert float(decayed.loss) == float(plain.loss)


def test_beta_decay_counts_the_candidates_that_are_left(net: Relaxed) -> None:
    net.supernet.gates.keep(kept_with(net.supernet.choices, ["conv_a", "pool"]))
    value = beta_decay(net)
    expected = [torch.log(torch.exp(row[2]) + torch.exp(row[4])) for row in net.alpha]
    assert float(value.detach()) == pytest.approx(float(sum(expected).detach()) / 2, **EXACT)


@pytest.mark.parametrize(("level", "sign"), [(0.0, 1.0), (0.5, 1.0), (2.0, -1.0)])
def test_below_the_flood_level_the_gradient_turns_round(level: float, sign: float) -> None:
    loss = torch.tensor(1.0, dtype=torch.float64, requires_grad=True)
    total = flooded(loss, level)
    total.backward()  # type: ignore[no-untyped-call]
    assert loss.grad == sign
    assert float(total.detach()) == pytest.approx(abs(1.0 - level) + level)


def test_the_softmax_is_over_what_is_kept() -> None:
    alpha = torch.tensor([1.0, 2.0, 3.0], dtype=torch.float64)
    gates = masked_softmax(alpha, [True, False, True])
    share = math.exp(1) / (math.exp(1) + math.exp(3))
    assert gates.tolist() == pytest.approx([share, 0.0, 1 - share], **EXACT)
    assert masked_softmax(alpha, [False] * 3).tolist() == [0.0] * 3


def test_the_operation_with_the_largest_loss_enters_and_the_skip_connection_last(
    net: Relaxed,
) -> None:
    data, entered, choices = [batch(7), batch(8)], list[str](), net.supernet.choices
    assert candidates(choices, []) == ["conv_a", "conv_b"]
    while candidates(choices, entered):
        names = candidates(choices, entered)
        losses = {}
        for name in names:
            kept = [k for k, kind in enumerate(KINDS) if kind in [*entered, name]]
            masked = []
            for row in net.alpha:
                other = torch.full_like(row, -math.inf)
                other[kept] = row.detach()[kept]
                masked.append(other)
            values = [float(literal_loss(net.supernet, masked, one).detach()) for one in data]  # type: ignore[arg-type]
            losses[name] = sum(values) / len(values)
        chosen = next_operation(net, entered, lambda: data)
        assert chosen == max(losses, key=lambda name: losses[name])
        assert net.supernet.gates.kept == kept_with(choices, entered) or len(names) == 1
        entered.append(chosen)
        net.supernet.gates.keep(kept_with(choices, entered))
    assert entered[0] in ("conv_a", "conv_b")
    assert entered[-1] == "skip_connect"
    assert sorted(entered) == sorted(KINDS)
