"""Scores of networks that no benchmark has: true, or not applicable, and never a wrong number."""

from __future__ import annotations

import copy
import math
import subprocess
import sys
from typing import Any

import pandas as pd
import pytest
import torch
from torch import Tensor, nn
from torch.func import functional_call
from torch.nn import functional

import harness
import proxies
from benchmarks_data.benchmark import Dataset
from benchmarks_data.nb201 import space
from harness.scoring import networks
from harness.scoring.inputs import network_inputs
from harness.scoring.job import Job, Task
from harness.scoring.natural import CURRENT
from harness.scoring.own_inputs import Fed, inputs_of
from proxies.passes.common import laid_out, layers_of
from proxies.status import OK
from tests.harness import own
from tests.networks import every_proxy_with_small_batches, small

SMALL = every_proxy_with_small_batches()
TRUE = {
    "plain": "flops epe_nas fisher grad_norm grasp jacov l2_norm synflow snip meco naswot params "
    "plain swap te_ntk te_regions zico",
    "resnet of gelu": "flops epe_nas fisher grad_norm grasp jacov l2_norm snip meco params plain "
    "te_ntk zen zico az_expressivity az_progressivity az_trainability",
    "depthwise": "flops epe_nas fisher grad_norm grasp jacov l2_norm snip meco params plain te_ntk "
    "zen zico",
    "mlp": "flops epe_nas fisher grad_norm grasp jacov l2_norm synflow snip naswot params plain "
    "swap te_ntk zico",
    "vit": "epe_nas jacov params",
    "gpt": "fisher grad_norm grasp l2_norm snip params plain zico",
    "dead": "flops epe_nas fisher grad_norm grasp jacov l2_norm synflow snip meco naswot params "
    "plain swap te_ntk te_regions zen zico",
}
TRUE["shared"] = TRUE["plain"]
TRUE["dropout"] = TRUE["mlp"]
TRUE["not square"] = f"{TRUE['dead']} az_expressivity az_progressivity az_trainability"
TRUE["resnet"] = f"{TRUE['not square']} zeros live_params live_convs"


def score(name: str, proxy: str, **arguments: Any) -> float:
    network, known = own.made(name)
    row = harness.score(network, proxy, **{**known, **arguments}).iloc[0]
    assert row["status"] == OK, row["status"]
    return float(row["score"])


@pytest.mark.parametrize("name", own.NETWORKS)
def test_every_proxy_has_a_number_or_a_reason(name: str) -> None:
    network, arguments = own.made(name)
    scores = harness.score(network, SMALL, **arguments)
    assert list(scores["proxy"]) == list(SMALL)
    known = scores[scores["status"] == OK]
    assert {one.partition("[")[0] for one in known["proxy"]} == set(TRUE[name].split())
    assert known["score"].map(math.isfinite).all()
    others = scores[scores["status"] != OK]
    assert others["status"].str.startswith("not applicable: ").all(), others
    assert others["score"].isna().all()
    assert not others["status"].str.contains("cannot be computed").any()


def fingerprint(network: nn.Module) -> list[Any]:
    tensors = [*network.parameters(), *network.buffers()]
    return [
        [(one.clone(), one._version, one.requires_grad, one.grad, one.stride()) for one in tensors],
        [
            (
                module.training,
                len(module._forward_hooks),
                len(module._forward_pre_hooks),
                sorted(vars(module)),
            )
            for module in network.modules()
        ],
        torch.random.get_rng_state(),
        torch.is_grad_enabled(),
        torch.backends.mha.get_fastpath_enabled(),
    ]


def same(one: Any, other: Any) -> bool:
    if isinstance(one, Tensor):
        return torch.equal(one, other)
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)


@pytest.mark.parametrize(
    ("name", "weights"),
    [
        *(("resnet", one) for one in ("as they are", "drawn")),
        *((one, "drawn") for one in ("dropout", "gpt")),
        ("vit", "as they are"),
    ],
)
def test_nothing_of_the_network_changes(name: str, weights: str) -> None:
    network, arguments = own.made(name)
    before = fingerprint(network)
    harness.score(network, SMALL, weights=weights, **arguments)
    assert same(before, fingerprint(network))


class Fails(nn.Module):
    """It takes the batches of 2 and 3 that are tried, and no other."""

    def __init__(self) -> None:
        super().__init__()
        self.body = own.ResNet()

    def forward(self, x: Tensor) -> Tensor:
        logits: Tensor = self.body(x)
        if len(x) not in (2, 3):
            raise RuntimeError("no such batch")
        return logits


def test_a_network_that_fails_half_way_does_not_change() -> None:
    network = Fails()
    before = fingerprint(network)
    scores = harness.score(network, SMALL, **own.SQUARE).set_index("proxy")
    assert same(before, fingerprint(network))
    assert "no such batch" in scores.loc["snip[batch=4]", "status"]


@pytest.mark.parametrize(
    "cell", [("nor_conv_3x3", "none", "skip_connect", "none", "avg_pool_3x3", "nor_conv_1x1")]
)
@pytest.mark.parametrize("by_name", [False, True])
def test_scores_of_a_cell_network_are_those_of_the_benchmark(
    cell: tuple[str, ...], by_name: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    network = small(cell, torch.float32)
    names = [
        *SMALL,
        *("zeros[batch=4,objective=snip]", "zeros[batch=4,objective=grasp]"),
        *("synflow[boundary=periodic]", "zeros[weights=expected]"),
        *("swap[batch=4,weights=normal,repeats=1]", "te_ntk[batch=4,mode=train]"),
    ]
    task = Task(
        space.index(space.format_cell(cell)), 0, tuple(proxies.request(one).name for one in names)
    )
    monkeypatch.setattr(networks, "build_network", lambda *_: as_built(copy.deepcopy(network)))
    expected = networks.score_task(Job("nb201", "cifar10"), task)
    modules = {module: name for name, module in network.named_modules()}
    operations = network.operations
    scores = harness.score(
        network,
        names,
        stages=[modules[one] for one in network.stages] if by_name else network.stages,
        operations=[modules[one.module] for one in operations] if by_name else operations,
    ).set_index("proxy")
    for one in expected:
        if by_name and one.proxy.startswith("zeros"):
            continue  # operations by name are on edges of their own
        row = scores.loc[one.proxy]
        assert row["status"] == one.status == OK
        assert row["score"] == one.score, one.proxy


def as_built(network: nn.Module) -> nn.Module:
    """As the harness lays out the networks of benchmarks."""
    for parameter in network.parameters():
        parameter.data = laid_out(parameter.data)
    return network


def test_weights_drawn_by_a_seed_are_those_of_the_benchmark() -> None:
    network = small(space.cell(1461), torch.float32)
    changed = copy.deepcopy(network)
    with torch.no_grad():
        for one in changed.parameters():
            one.add_(1)
    names = ["l2_norm", "synflow", "snip[batch=4]"]
    one, other = (
        harness.score(net, names, stages=net.stages, weights=weights)["score"].tolist()
        for net, weights in ((network, "as they are"), (changed, "drawn"))
    )
    assert one == other


def test_a_score_at_initialisation_does_not_read_the_weights() -> None:
    network, arguments = own.made("resnet")
    changed = copy.deepcopy(network)
    with torch.no_grad():
        for one in [
            *changed.parameters(),
            *(b for b in changed.buffers() if b.is_floating_point()),
        ]:
            one.add_(1)
    names = [n for n in SMALL if n.startswith(("zen", "az_e", "te_"))]
    one, other = (
        harness.score(net, names, **arguments)["score"].tolist() for net in (network, changed)
    )
    assert one == other
    assert len(one) == 4


# Literal definitions


def batch(size: int, side: int = 8) -> tuple[Tensor, Tensor]:
    inputs = network_inputs(CURRENT, 0, Dataset(10, side), "float32", "cpu")
    return inputs.images(size), inputs.labels(size)


def test_params_and_flops_are_counted() -> None:
    network = own.made("plain")[0]
    assert score("plain", "params") == sum(p.numel() for p in network.parameters())
    assert score("plain", "flops") == 27 * 8 * 64 + 72 * 12 * 16 + 120
    assert score("shared", "flops") == 27 * 8 * 64 + 2 * 72 * 8 * 64 + 80
    assert score("not square", "flops") == (96 * 4 * (27 + 36 + 36) + 24 * 8 * (36 + 72 + 4) + 80)
    assert score("depthwise", "flops") == 16 * 8 * 27 + 16 * 8 * 9 + 16 * 16 * 8 + 160


def gradients(network: nn.Module) -> list[tuple[Tensor, Tensor]]:
    images, labels = batch(4)
    weights = [layer.weight for layer in layers_of(network).values()]
    loss = functional.cross_entropy(network(images), labels)
    return list(
        zip(weights, torch.autograd.grad(loss, weights, materialize_grads=True), strict=True)
    )


@pytest.mark.parametrize("name", ["plain", "shared", "mlp"])
def test_snip_and_grad_norm_are_their_definitions(name: str) -> None:
    pairs = [(w.detach(), g) for w, g in gradients(own.made(name)[0])]
    snip = sum(float((w * g).abs().sum()) for w, g in pairs)
    assert score(name, "snip[batch=4]") == pytest.approx(snip, rel=1e-4)
    norm = sum(float(g.norm()) for _, g in pairs)
    assert score(name, "grad_norm[batch=4]") == pytest.approx(norm, rel=1e-4)


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
    assert score(name, "synflow") == pytest.approx(math.log(total), rel=1e-5)


def test_naswot_is_its_definition() -> None:
    network = own.made("plain")[0]
    images = batch(4)[0]
    with torch.no_grad():
        first = network.first(images)
        second = network.second(first.relu())
    codes = torch.cat([(one > 0).flatten(1) for one in (first, second)], 1).double()
    agreement = codes @ codes.T + (1 - codes) @ (1 - codes).T
    assert score("plain", "naswot[batch=4]") == pytest.approx(float(agreement.logdet()), rel=1e-6)


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
    assert score("gpt", "fisher[batch=4,over=channels]") == pytest.approx(expected, rel=1e-4)


def test_dropout_does_nothing() -> None:
    assert score("dropout", "snip[batch=4]") == score("mlp", "snip[batch=4]")


# What a network has not got


class ByHand(nn.Module):
    """The weights of a layer, or an activation, that no module says anything of."""

    def __init__(self, way: str) -> None:
        super().__init__()
        self.way = way
        self.first, self.head = nn.Conv2d(3, 8, 3, padding=1), nn.Linear(8, 10)
        self.more = nn.Parameter(torch.randn(8, 8))

    def forward(self, x: Tensor) -> Tensor:
        x = self.first(x)
        if self.way == "clamp":
            return self.head(x.clamp(min=0).relu().mean((2, 3)))  # type: ignore[no-any-return]
        x = x.relu().mean((2, 3))
        if self.way == "random":
            return self.head(functional.dropout(x))  # type: ignore[no-any-return]
        if self.way == "weights":
            return self.head(x @ (self.more * 2))  # type: ignore[no-any-return]
        if self.way == "rows":
            return self.head(x.repeat_interleave(2, 0).relu())[::2]  # type: ignore[no-any-return]
        if self.way == "products":
            return self.head(x * x.roll(1, 1))  # type: ignore[no-any-return]
        raise ValueError(self.way)


@pytest.mark.parametrize(
    ("way", "proxy", "reason"),
    [
        ("clamp", "naswot", "also computes clamp"),
        ("clamp", "swap", "also computes clamp"),
        ("random", "snip", "random numbers"),
        ("random", "naswot", "random numbers"),
        ("weights", "flops", "a matrix of shape"),
        ("weights", "snip", "a matrix of shape"),
        ("weights", "l2_norm", "a matrix of shape"),
        ("weights", "zen", "normalisation"),
        ("rows", "naswot", "does not count samples"),
        ("rows", "fisher", "does not count samples"),
        ("products", "synflow", "by one another"),
        ("products", "te_regions", "by one another"),
    ],
)
def test_what_cannot_be_seen_rightly_is_not_applicable(way: str, proxy: str, reason: str) -> None:
    row = harness.score(ByHand(way), proxy, **own.SQUARE).iloc[0]
    assert row["status"].startswith("not applicable: ")
    assert reason in row["status"]
    assert math.isnan(row["score"])


def test_what_passes_the_stages_by_is_noticed() -> None:
    class Skips(own.ResNet):
        def forward(self, x: Tensor) -> Tensor:
            x = self.stem(x)
            x = self.layer2(x + self.layer1(x))
            return self.fc(self.pool(x).flatten(1))  # type: ignore[no-any-return]

    row = harness.score(Skips(), "synflow", stages=["layer1", "layer2"], **own.SQUARE).iloc[0]
    assert "passes them by" in row["status"]


class Gated(own.ResNet):
    """Pools inside too, as squeeze and excitation does."""

    def forward(self, x: Tensor) -> Tensor:
        x = self.layer1(self.stem(x))
        x = self.layer2(x * self.pool(x))
        return self.fc(x.mean((2, 3)))  # type: ignore[no-any-return]


class ChannelsLast(nn.Module):
    """Its stage is linear on maps (batch, height, width, channels)."""

    def __init__(self) -> None:
        super().__init__()
        self.stage, self.head = nn.Linear(3, 8), nn.Linear(8, 10)

    def forward(self, x: Tensor) -> Tensor:
        x = self.stage(x.permute(0, 2, 3, 1)).relu()
        return self.head(x.mean((1, 2)))  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("network", "proxy", "arguments", "reason"),
    [
        (Gated(), "zen[batch=4,repeats=1]", {}, "the network pools elsewhere"),
        (ChannelsLast(), "az_expressivity[batch=4]", {"stages": ["stage"]}, "channels last"),
        (ChannelsLast(), "meco", {}, "channels last"),
        (own.mlp(), "az_expressivity[batch=4]", {"stages": ["1", "4"]}, "the stages have 2 axes"),
        (nn.Conv2d(3, 10, 8), "snip[batch=4]", {}, "the output is (2, 10, 1, 1) for 2 samples"),
        (nn.Flatten(), "l2_norm", {}, "there is none"),
    ],
)
def test_features_that_are_others_are_not_taken(
    network: nn.Module, proxy: str, arguments: dict[str, Any], reason: str
) -> None:
    row = harness.score(network, proxy, **own.SQUARE, **arguments).iloc[0]
    assert row["status"].startswith("not applicable: ")
    assert reason in row["status"]


def test_frozen_weights_have_no_gradient() -> None:
    network = own.Plain()
    network.first.requires_grad_(False)
    scores = harness.score(network, ["snip", "params"], **own.SQUARE)
    assert "first is frozen" in scores["status"][0]
    assert scores["score"][1] == 876 + 130


def test_few_images_are_told() -> None:
    scores = harness.score(own.Plain(), ["snip", "jacov[batch=4]"], images=torch.randn(8, 3, 8, 8))
    assert "the score takes 64 samples, and images has 8" in scores["status"][0]
    assert scores["status"][1] == OK


# Several


def test_networks_are_ranked_with_aggregates() -> None:
    nets = {"narrow": own.ResNet(width=4), "wide": own.ResNet(width=6), "mlp": own.mlp()}
    names = ["params", "te_ntk[batch=4]", "vote[of=params+l2_norm]", "zen[batch=4,repeats=1]"]
    frame = harness.compare(nets, names, **own.SQUARE)
    assert list(frame.columns) == ["network", "proxy", "score", "rank", "seconds", "status"]
    assert list(frame["network"]) == ["narrow", "wide", "mlp"] * 4
    ranks = frame.set_index(["proxy", "network"])["rank"]
    assert ranks["params"].to_dict() == {"narrow": 3, "wide": 2, "mlp": 1}
    kernel = frame[frame["proxy"] == "te_ntk[batch=4]"]
    assert kernel.loc[kernel["score"].idxmin(), "rank"] == 1
    vote = frame[frame["proxy"].str.startswith("vote")]
    assert (vote["status"] == OK).all()
    assert math.isnan(ranks["zen[batch=4,repeats=1]", "mlp"])


def test_one_network_has_no_ranks() -> None:
    scores = harness.score(own.mlp(), ["vote", "params"], **own.SQUARE)
    assert scores["status"][0] == "not applicable: it ranks several networks: use harness.compare"
    assert isinstance(scores, pd.DataFrame)


# Input that cannot be used


@pytest.mark.parametrize(
    ("network", "arguments", "message"),
    [
        ("resnet", {}, "network must be a torch.nn.Module, not a str"),
        (own.Plain(), {"proxies": "sinflow"}, "did you mean 'synflow'"),
        (own.Plain(), {"proxies": []}, "proxies must be"),
        (own.Plain(), {"image_shape": (32, 32)}, "image_shape must be"),
        (own.mlp(), {"image_shape": (3, 9, 9)}, "does not take images of shape (3, 9, 9)"),
        (own.Plain(), {"images": torch.zeros(4, 8, 8)}, "images must be a tensor"),
        (own.Plain(), {"images": torch.zeros(4, 3, 8, 8, dtype=torch.uint8)}, "divide them by 255"),
        (own.Plain(), {"labels": torch.zeros(4)}, "labels are given without images"),
        (
            own.Plain(),
            {"images": torch.zeros(4, 3, 8, 8), "labels": torch.tensor([0, 1, 2, 10])},
            "labels go up to 10, and the network has 10 classes",
        ),
        (
            own.Plain(),
            {"images": torch.zeros(4, 3, 8, 8), "labels": torch.tensor([0, 1, 2])},
            "labels must be a tensor of 4 whole numbers",
        ),
        (own.Plain(), {"classes": 7}, "classes=7, and the network puts out 10"),
        (own.ResNet(), {"stages": ["layer3"]}, "unknown module in stages: 'layer3'"),
        (own.ResNet(), {"stages": ["layer2", "layer1"]}, "in the order layer1, layer2"),
        (own.Dead(), {"operations": ["never"]}, "never is never run"),
        (own.ResNet(), {"operations": ["layer1", "layer1.conv1"]}, "leave one out"),
        (own.Plain(), {"seed": -1}, "seed must be"),
        (own.Plain(), {"weights": "new"}, "weights must be 'as they are' or 'drawn'"),
        (own.Vit(), {"weights": "drawn", **own.SQUARE}, "has parameters and no reset_parameters"),
        (own.Plain().half(), {}, "float32 or float64"),
        (own.Plain(), {"device": "nowhere"}, "device 'nowhere' cannot be used"),
        (own.Gpt(), {"inputs": {"words": torch.zeros(2, 3).long()}}, "does not take inputs words"),
        (own.Gpt(), {"inputs": torch.zeros(2, 3)}, "inputs must be a dict"),
        (nn.LazyLinear(3), {}, "lazy modules"),
    ],
)
def test_bad_input_is_told_in_one_line(network: Any, arguments: Any, message: str) -> None:
    with pytest.raises(harness.InputError) as caught:
        harness.score(network, **{"proxies": "params", **arguments})
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_comparing_says_which_network_is_wrong() -> None:
    with pytest.raises(harness.InputError, match="network b: network must be a torch"):
        harness.compare({"a": own.Plain(), "b": 3}, "params")  # type: ignore[dict-item]
    with pytest.raises(harness.InputError, match="networks is empty"):
        harness.compare([], "params")


def test_importing_the_harness_loads_no_torch() -> None:
    program = "import sys, harness; sys.exit('torch' in sys.modules or 'pandas' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
    assert set(harness.__all__) <= set(dir(harness))


@pytest.mark.parametrize("channels", [1, 3, 5])
def test_images_of_any_shape_are_natural(channels: int) -> None:
    """Those of a smaller batch are the first of a larger one."""
    shape = (channels, 8, 12)
    fed = inputs_of(Fed(shape), 10, 0, torch.float64, torch.device("cpu"))
    few, many = fed.images(4), fed.images(64)
    assert many.shape == (64, *shape)
    assert torch.equal(few, many[:4])
    assert many.std() == pytest.approx(1, abs=0.15)
    assert not torch.equal(many, fed.images(64, 1))


def test_drawn_images_are_those_of_the_benchmarks() -> None:
    fed = inputs_of(Fed((3, 8, 8)), 10, 0, torch.float32, torch.device("cpu"))
    images, labels = batch(6)
    assert torch.equal(fed.images(6), images)
    assert fed.images(6).stride() == images.stride()
    assert torch.equal(fed.labels(6), labels)
