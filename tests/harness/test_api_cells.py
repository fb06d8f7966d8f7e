"""Scores of a network given as a module are those of the benchmark, to the bit."""

from __future__ import annotations

import copy

import pytest
import torch
from torch import nn

import harness
import proxies
from benchmarks_data.nb201 import space
from harness.scoring import networks
from harness.scoring.job import Job, Task
from harness.scoring.own_inputs import Fed, inputs_of
from proxies.passes.common import laid_out
from proxies.status import OK
from tests.harness import own
from tests.networks import every_proxy_with_small_batches, small

SMALL = every_proxy_with_small_batches(transformers=False)


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
        if one.proxy == "params_nonembedding":
            continue  # nobody says which modules of a caller's network embed tokens
        row = scores.loc[one.proxy]
        assert row["status"] == one.status == OK
        if "periodic" in one.proxy or "expected" in one.proxy:  # one pixel stands for all, or not
            assert row["score"] == pytest.approx(one.score, rel=1e-7)
        else:
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
    images, labels = own.batch(6)
    assert torch.equal(fed.images(6), images)
    assert fed.images(6).stride() == images.stride()
    assert torch.equal(fed.labels(6), labels)
