"""Search spaces: their networks against the published ones, and what decisions stand for."""

import random

import pytest
import torch
from torch import nn

from benchmarks_data import spaces
from benchmarks_data.errors import InputError
from benchmarks_data.nb201.network import CellModule, Network
from benchmarks_data.nb201.space import EDGES
from benchmarks_data.spaces import proxyless
from benchmarks_data.spaces.choice import NONE
from benchmarks_data.spaces.mobile import MobileSupernet
from benchmarks_data.spaces.nb201 import Cell, NasBench201Supernet
from benchmarks_data.spaces.proxyless import ProxylessSupernet


def size(network: nn.Module) -> int:
    return sum(parameter.numel() for parameter in network.parameters())


def test_a_supernet_that_keeps_one_operation_an_edge_is_the_network() -> None:
    cell = ("nor_conv_3x3", "skip_connect", "avg_pool_3x3", "none", "nor_conv_1x1", "nor_conv_3x3")
    network, supernet = (
        Network(cell, 10, 0, channels=4, cells_per_stage=2),
        NasBench201Supernet(10, 1, channels=4, cells=2),
    )
    supernet.gates.keep(
        [
            [kind == chosen for kind in choice.operations]
            for choice, chosen in zip(supernet.choices, cell, strict=True)
        ]
    )
    for own, theirs in zip(supernet.body, network.body, strict=True):
        if isinstance(own, Cell) and isinstance(theirs, CellModule):
            for edge, kind, module in zip(own.edges, cell, theirs.edges.values(), strict=True):
                edge.operations[kind].load_state_dict(module.state_dict())
        else:
            own.load_state_dict(theirs.state_dict())
    for part in ("stem", "head", "classifier"):
        getattr(supernet, part).load_state_dict(getattr(network, part).state_dict())
    x = torch.randn(3, 3, 16, 16)
    assert torch.allclose(supernet(x), network(x), atol=1e-6)


@pytest.mark.parametrize("name", spaces.names())
def test_random_decisions_are_architectures_with_networks(name: str) -> None:
    space, stream = spaces.get(name), random.Random(0)
    chosen: list[str | None] = [
        stream.choice([k for k in choice.operations if k != NONE]) for choice in space.choices
    ]
    for numbers, stay in space.limits:
        for number in stream.sample(numbers, len(numbers) - stay):
            chosen[number] = None
    dataset = next(iter(space.datasets))
    found = space.decode(chosen, [stream.random() for _ in chosen])
    network = space.network(found, dataset, 0).eval()
    with torch.no_grad():
        logits = network(
            torch.randn(
                1, 3, space.datasets[dataset].image_size, space.datasets[dataset].image_size
            )
        )
    assert logits.shape == (1, space.datasets[dataset].classes)


def test_the_proxyless_space_has_its_published_layers() -> None:
    """21 searched blocks; those that change the shape, six at the most, cannot be skipped."""
    counts = [len(choice.operations) for choice in proxyless.CHOICES]
    assert len(counts) == 21
    assert [place for place, count in enumerate(counts) if count == 6] == [0, 4, 8, 12, 16, 20]
    assert set(counts) == {6, 7}
    assert ProxylessSupernet(5, 0, channels=8)(torch.randn(1, 3, 64, 64)).shape == (1, 5)


@pytest.mark.parametrize(
    ("blocks", "parameters"),
    [("0 2 0 4 2 3 3 4 4 3 4 4 3 3 5 1 0 4 3 0 2", 6_261_360)],
)
def test_the_mobile_space_has_the_authors_size(blocks: str, parameters: int) -> None:
    """What the authors' retraining logs.

    Github.com/anonymous-submission1991/FreeDARTS, b64bfdc, mobilenet_space/mobilenet/
    retrain_architecture/eval-eval_models/log.txt; blocks by their numbers in retrain.sh.
    """
    space = spaces.get("mobile")
    kinds = [
        f"mbconv_{kernel}x{kernel}_e{expansion}" for kernel in (3, 5, 7) for expansion in (3, 6)
    ]
    found = space.decode([kinds[int(number)] for number in blocks.split()], [0.0] * 21)
    network = space.network(found, "imagenet", 0)
    assert sum(parameter.numel() for parameter in network.parameters()) == parameters
    assert {choice.operations for choice in space.choices} == {tuple(kinds)}


def test_a_mobile_supernet_that_keeps_one_block_a_layer_is_the_network() -> None:
    space, stream = spaces.get("mobile"), random.Random(1)
    supernet = MobileSupernet(1000, 0, channels=40).eval()
    kinds = [stream.choice(choice.operations) for choice in space.choices]
    network = space.network(space.decode(kinds, [0.0] * 21), "imagenet", 0).eval()
    supernet.gates.keep(
        [
            [kind == chosen for kind in choice.operations]
            for choice, chosen in zip(space.choices, kinds, strict=True)
        ]
    )
    for own, theirs, kind in zip(supernet.body, network.body, kinds, strict=True):
        theirs.chosen.load_state_dict(own.chosen.operations[kind].state_dict())
    for part in ("stem", "head", "classifier"):
        getattr(network, part).load_state_dict(getattr(supernet, part).state_dict())
    x = torch.randn(1, 3, 64, 64)
    with torch.no_grad():
        assert torch.allclose(supernet(x), network(x), atol=1e-5)


def test_names_of_spaces() -> None:
    with pytest.raises(InputError, match="did you mean 'darts'"):
        spaces.get("dart")
    assert spaces.of_benchmark("nb201") is spaces.get("nb201")
    assert spaces.of_benchmark("nbmacro") is None
    assert len(EDGES) == len(spaces.get("nb201").choices)


def test_the_proxyless_network_of_the_smallest_blocks_has_its_size_by_hand() -> None:
    def block(inputs: int, outputs: int, expansion: int, kernel: int) -> int:
        hidden = inputs * expansion
        first = (inputs + 2) * hidden if expansion > 1 else 0
        return first + (kernel**2 + 2) * hidden + (hidden + 2) * outputs

    space = spaces.get("proxyless")
    widths = [24] * 4 + [40] * 4 + [80] * 4 + [96] * 4 + [192] * 4 + [320]
    blocks = sum(
        block(inputs, outputs, 3, 3)
        for inputs, outputs in zip([16, *widths[:-1]], widths, strict=True)
    )
    expected = 29 * 32 + block(32, 16, 1, 3) + blocks + 322 * 1280 + 1281 * 1000
    assert size(space.network(space.decode(["mbconv_3x3_e3"] * 21, []), "imagenet", 0)) == expected
    assert proxyless.BLOCKS["mbconv_7x7_e6"] == (7, 6)
