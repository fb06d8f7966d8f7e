"""A step of training by each method, and how a supernet grows."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
import torch
from torch import Tensor

from harness.search_methods.trained.methods import TRAINED
from harness.search_methods.trained.relaxed import Batch, StepAhead, first_order, second_order
from harness.search_methods.trained.setting import Setting
from harness.search_methods.trained.training import Training
from proxies.passes.common import batch_statistics

EXACT = {"rel": 1e-9, "abs": 1e-12}


def training_of(setting: Setting, method: str, **more: object) -> Training:
    """Return a search in float64 that has three epochs of ten behind it, as far as it knows."""
    named = TRAINED[method]
    settings = {"beta": named.beta, "flood": 9.0 if named.flood else 0.0, "epochs": 10, **more}
    training = Training(replace(setting, method=method, dtype="float64", **settings))  # type: ignore[arg-type]
    training.rows = [{}] * 3
    return training


def batches(training: Training) -> tuple[Batch, Batch]:
    return next(iter(training.halves.steps(10, torch.Generator().manual_seed(0))))


@pytest.mark.parametrize("method", TRAINED)
def test_a_step_of_alpha_is_adam_s_first(method: str, setting: Setting) -> None:
    training = training_of(setting, method)
    train, valid = batches(training)
    decay = 50.0 * 3 / 10 if "beta" in method else 0.0
    with batch_statistics(training.net.supernet):
        if method == "darts-2nd":
            ahead = StepAhead(setting.rate, setting.momentum, setting.decay, {})
            gradients = second_order(training.net, train, valid, ahead).gradients
        else:
            gradients = first_order(training.net, valid, decay).gradients
        before = [alpha.detach().clone() for alpha in training.net.alpha]
        training.train_alpha(train, valid)
    for alpha, old, gradient in zip(training.net.alpha, before, gradients, strict=True):
        decayed = gradient + setting.alpha_decay * old
        expected = old - setting.alpha_rate * decayed / (decayed.abs() + 1e-8)
        assert alpha.tolist() == pytest.approx(expected.tolist(), **EXACT)


@pytest.mark.parametrize("method", ["darts", "beta-darts++"])
@pytest.mark.parametrize("clip", [0.1, 1000.0])
def test_steps_of_the_weights_are_sgd_s_with_clipping_and_flooding(
    method: str, clip: float, setting: Setting
) -> None:
    training = training_of(setting, method, clip=clip)
    train, _ = batches(training)
    sign = -1.0 if method == "beta-darts++" else 1.0  # the loss is below the level
    buffers: dict[str, Tensor] = {}
    with batch_statistics(training.net.supernet):
        for _ in range(2):
            weights = training.net.weights
            loss, _ = training.net.loss(train)
            derived = torch.autograd.grad(loss, list(weights.values()), allow_unused=True)
            slopes = {n: g for n, g in zip(weights, derived, strict=True) if g is not None}
            norm = math.sqrt(sum(float((slope**2).sum()) for slope in slopes.values()))
            shrink = min(1.0, clip / (norm + 1e-6))
            expected = {name: value.detach().clone() for name, value in weights.items()}
            for name, slope in slopes.items():
                step = sign * shrink * slope + setting.decay * expected[name]
                buffers[name] = step + setting.momentum * buffers.get(name, torch.zeros(()))
                expected[name] -= setting.rate * buffers[name]
            training.train_weights(train)
            for name, value in training.net.weights.items():
                flat = value.flatten().tolist()
                assert flat == pytest.approx(expected[name].flatten().tolist(), **EXACT)


def test_when_an_operation_enters_optimisers_begin_anew_and_the_rate_stays(
    setting: Setting,
) -> None:
    training = Training(replace(setting, method="opp-darts", epochs=6))
    rates = []
    for epoch in range(6):
        rates.append(training.sgd.param_groups[0]["lr"])
        adam = training.adam
        training.run_epoch()
        assert (training.adam is adam) == (epoch % 2 == 1 or epoch == 0)
    assert rates == sorted(rates, reverse=True)
    assert rates[0] == setting.rate
    assert training.cosine.T_max == 2
    assert training.sgd.param_groups[0]["lr"] == pytest.approx(setting.least_rate)


def test_what_enters_has_alpha_as_drawn_and_the_others_keep_theirs(setting: Setting) -> None:
    training = Training(replace(setting, method="opp-darts", epochs=6))
    begun = [alpha.detach().clone() for alpha in training.net.alpha]
    training.run_epoch()
    training.run_epoch()
    moved = [alpha.detach().clone() for alpha in training.net.alpha]
    training._grow()
    old, new = (training.net.supernet.choices[0].operations.index(k) for k in training.entered)
    for alpha, before, after in zip(training.net.alpha, begun, moved, strict=True):
        assert alpha[new] == before[new]
        assert alpha[old] == after[old]
        assert after[new] != before[new]
