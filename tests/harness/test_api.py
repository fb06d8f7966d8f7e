"""Scores of networks that no benchmark has: true, or not applicable, and never a wrong number."""

from __future__ import annotations

import math
import subprocess
import sys
from typing import Any

import pandas as pd
import pytest
import torch
from torch import Tensor, nn

import harness
from proxies.status import OK
from tests.harness import own
from tests.networks import every_proxy_with_small_batches

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
for known in ("plain", "resnet of gelu", "depthwise", "mlp", "dead"):
    TRUE[known] += " vkdnw near gradsign intrain"
TRUE = {name: f"{known} layers" for name, known in TRUE.items()}
for known in ("plain", "resnet of gelu", "depthwise", "dead"):
    TRUE[known] += " meco_opt dextr"
TRUE["gpt"] += " near"
TRUE["shared"] = TRUE["plain"]
TRUE["dropout"] = TRUE["mlp"]
TRUE["not square"] = f"{TRUE['dead']} az_expressivity az_progressivity az_trainability wrcor"
TRUE["resnet"] = f"{TRUE['not square']} zeros live_params live_convs"


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


def test_one_batch_for_all_scores_is_in_their_names() -> None:
    names = ["snip", "naswot[batch=5]", "zeros[objective=snip]", "zeros", "flops", "vote"]
    arguments = {"operations": ["layer1", "layer2"], **own.SQUARE}
    network = own.ResNet()
    scores = harness.score(network, names, batch=6, **arguments)
    expected = ["snip[batch=6]", "naswot[batch=5]", "zeros[objective=snip,batch=6]"]
    assert list(scores["proxy"]) == [*expected, "zeros", "flops", "vote"]
    named = harness.score(network, expected, **arguments)
    assert scores["score"].tolist()[:3] == named["score"].tolist()


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
    ranks = harness.compare([own.mlp()], ["vote[of=params+l2_norm]", "params"], **own.SQUARE)
    alone = "not applicable: it ranks several networks, and there is one"
    assert ranks["status"].tolist() == [alone, OK]
    assert ranks["score"].isna().tolist() == [True, False]


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
        (own.Plain(), {"batch": 0}, "batch must be a positive whole number"),
        (own.Plain(), {"proxies": "swap", "batch": 63}, "must be at most"),
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
