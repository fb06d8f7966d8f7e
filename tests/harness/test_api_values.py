"""Scores of networks that no benchmark has, beside literal definitions."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.func import functional_call
from torch.nn import functional

from proxies.passes.common import layers_of
from tests.harness import own


def test_params_and_flops_are_counted() -> None:
    network = own.made("plain")[0]
    assert own.score("plain", "params") == sum(p.numel() for p in network.parameters())
    assert own.score("plain", "flops") == 27 * 8 * 64 + 72 * 12 * 16 + 120
    assert own.score("shared", "flops") == 27 * 8 * 64 + 2 * 72 * 8 * 64 + 80
    assert own.score("not square", "flops") == (
        96 * 4 * (27 + 36 + 36) + 24 * 8 * (36 + 72 + 4) + 80
    )
    assert own.score("depthwise", "flops") == 16 * 8 * 27 + 16 * 8 * 9 + 16 * 16 * 8 + 160


def gradients(network: nn.Module) -> list[tuple[Tensor, Tensor]]:
    images, labels = own.batch(4)
    weights = [layer.weight for layer in layers_of(network).values()]
    loss = functional.cross_entropy(network(images), labels)
    return list(
        zip(weights, torch.autograd.grad(loss, weights, materialize_grads=True), strict=True)
    )


@pytest.mark.parametrize("name", ["plain", "shared", "mlp"])
def test_snip_and_grad_norm_are_their_definitions(name: str) -> None:
    pairs = [(w.detach(), g) for w, g in gradients(own.made(name)[0])]
    snip = sum(float((w * g).abs().sum()) for w, g in pairs)
    assert own.score(name, "snip[batch=4]") == pytest.approx(snip, rel=1e-4)
    norm = sum(float(g.norm()) for _, g in pairs)
    assert own.score(name, "grad_norm[batch=4]") == pytest.approx(norm, rel=1e-4)


@pytest.mark.parametrize("name", ["plain", "shared", "resnet", "dead", "mlp"])
def test_synflow_is_its_definition(name: str) -> None:
    network = own.made(name)[0].double()
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.forward = lambda x: x  # type: ignore[method-assign]
    linear = {
        key: (torch.zeros_like(w) if key.endswith("bias") else w.detach().abs()).requires_grad_()
        for key, w in network.named_parameters()
    }
    flow = functional_call(network, linear, (torch.ones(1, 3, 8, 8, dtype=torch.float64),)).sum()
    weights = [linear[f"{key}.weight"] for key in layers_of(network)]
    derivatives = torch.autograd.grad(flow, weights, materialize_grads=True)
    total = sum(
        float((w * g).abs().sum().detach()) for w, g in zip(weights, derivatives, strict=True)
    )
    assert own.score(name, "synflow") == pytest.approx(math.log(total), rel=1e-5)


def test_naswot_is_its_definition() -> None:
    network = own.made("plain")[0]
    images = own.batch(4)[0]
    with torch.no_grad():
        first = network.first(images)
        second = network.second(first.relu())
    codes = torch.cat([(one > 0).flatten(1) for one in (first, second)], 1).double()
    agreement = codes @ codes.T + (1 - codes) @ (1 - codes).T
    assert own.score("plain", "naswot[batch=4]") == pytest.approx(
        float(agreement.logdet()), rel=1e-6
    )


def test_fisher_of_tokens_has_a_value_for_every_feature() -> None:
    """Half the mean square, over samples, of activation times gradient, summed over the tokens."""
    network, arguments = own.made("gpt")
    network.eval()
    captured: list[Tensor] = []

    def keep(_: nn.Module, __: Any, output: Tensor) -> None:
        output.retain_grad()
        captured.append(output)

    for layer in layers_of(network).values():
        layer.register_forward_hook(keep)
    logits = network(arguments["inputs"]["tokens"][:4])
    functional.cross_entropy(logits.movedim(-1, 1), arguments["labels"][:4]).backward()
    expected = sum(
        float((one.detach() * one.grad).sum(1).square().mean(0).sum()) / 2 for one in captured
    )
    assert own.score("gpt", "fisher[batch=4,over=channels]") == pytest.approx(expected, rel=1e-4)


def test_dropout_does_nothing() -> None:
    assert own.score("dropout", "snip[batch=4]") == own.score("mlp", "snip[batch=4]")
