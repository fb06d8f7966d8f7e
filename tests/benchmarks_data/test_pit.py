"""Pooling-based vision transformers: sizes that are published, and what a network computes."""

import random
from itertools import pairwise
from pathlib import Path

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from benchmarks_data.pit import IMAGE, Pit
from benchmarks_data.pit import network as networks
from benchmarks_data.pit.network import Network
from benchmarks_data.pit.space import Configuration
from tests.transformers import pit, random_pit


def parameters(network: torch.nn.Module) -> int:
    return sum(parameter.numel() for parameter in network.parameters())


def counted(one: Configuration, classes: int) -> int:
    """The parameters by hand: weights and biases of every layer."""
    first, _, last = one.widths
    total = (3 * 16 * 16 + 1) * first + (27 * 27 + 1) * first  # patches, their places, the token
    for width, blocks in zip(one.widths, one.depth, strict=True):
        hidden = one.mlp_ratio * width
        attention = (width + 1) * 3 * width + (width + 1) * width
        total += blocks * (attention + (width + 1) * hidden + (hidden + 1) * width + 4 * width)
    for inputs, outputs in pairwise(one.widths):
        total += (3 * 3 + 1) * outputs + (inputs + 1) * outputs
    return total + 2 * last + (last + 1) * classes


@pytest.mark.parametrize(
    ("width", "heads", "millions"),
    [(32, (2, 4, 8), 4.85), (48, (2, 4, 8), 10.6), (48, (3, 6, 12), 23.5)],
)
def test_the_published_sizes_of_the_papers_networks(
    width: int, heads: tuple[int, int, int], millions: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PiT-Ti, PiT-XS and PiT-S for ImageNet; the last two are not in the space of ViT-Bench."""
    monkeypatch.setattr(networks, "initialise", lambda *_: None)
    one = Configuration(base_dim=width, depth=(2, 6, 4), mlp_ratio=4, num_heads=heads)
    network = Network(one, 1000, 0)
    assert parameters(network) / 1e6 == pytest.approx(millions, abs=0.05)


def test_the_published_flops_of_the_smallest_network_of_the_paper() -> None:
    """PiT-Ti: 0.7 G multiply-accumulates, those of attention among them."""
    one = Configuration(base_dim=32, depth=(2, 6, 4), mlp_ratio=4, num_heads=(2, 4, 8))
    counter = FlopCounterMode(display=False)
    with counter, torch.no_grad():
        Network(one, 1000, 0)(torch.zeros(1, 3, IMAGE, IMAGE))
    assert round(counter.get_total_flops() / 2 / 1e9, 1) == 0.7


def test_the_first_network_of_the_list() -> None:
    """Its parameters, and logits that only a change of the network can change."""
    network = Network(pit(), 100, 0)
    assert parameters(network) == counted(pit(), 100) == 893_828
    images = torch.linspace(-1, 1, 2 * 3 * IMAGE * IMAGE).reshape(2, 3, IMAGE, IMAGE)
    with torch.no_grad():
        logits = network.double()(images.double())
    assert logits.shape == (2, 100)
    assert logits[:, 0].tolist() == pytest.approx(LOGITS, rel=1e-4)


LOGITS = [-0.500061197272301, 0.807861668033463]


def test_parameters_by_hand_of_random_networks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(networks, "initialise", lambda *_: None)
    stream = random.Random(0)
    for classes in (4, 100, 102):
        one = pit(random_pit(stream))
        assert parameters(Network(one, classes, 0)) == counted(one, classes)


def test_parameters_by_hand_of_all_networks_needs_nas_tables(
    more_tables: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(networks, "initialise", lambda *_: None)
    benchmark = Pit()
    table = benchmark.table(more_tables)
    assert list(table.values) == [f"{name}_test" for name in benchmark.datasets]
    assert benchmark.size == 100
    for index in range(benchmark.size):
        network = benchmark.network(index, 4, 0)
        assert parameters(network) == counted(benchmark.configuration(index), 4)


def test_every_place_is_seen_and_pooling_halves() -> None:
    """From 27 x 27 places to 14 x 14 to 7 x 7, beside one class token."""
    network, sides = Network(pit(), 4, 0), []
    for transformer in network.transformers:
        transformer.register_forward_hook(lambda _, __, x: sides.append(x.shape[1]))
    images = torch.rand(1, 3, IMAGE, IMAGE, requires_grad=True)
    (gradient,) = torch.autograd.grad(network(images).sum(), images)
    assert sides == [27 * 27 + 1, 14 * 14 + 1, 7 * 7 + 1]
    assert bool(gradient.all())


def test_attention_and_feed_forward_parts_are_operations() -> None:
    network = Network(pit(), 4, 0)
    assert [(one.cell, one.edge, one.kind) for one in network.operations[:3]] == [
        (0, (0, 1), "attention"),
        (0, (1, 2), "feed_forward"),
        (1, (0, 1), "attention"),
    ]
    assert len(network.operations) == 2 * (2 + 8 + 4)
    modules = set(network.modules())
    assert all(one.module in modules and one.live for one in network.operations)
    assert network.stages is None


def test_equal_blocks_share_their_weights_across_architectures() -> None:
    deeper = pit('{"base_dim": 16, "depth": [3, 8, 4], "mlp_ratio": 6, "num_heads": [2, 4, 4]}')
    one, other = (Network(each, 4, 0).state_dict() for each in (pit(), deeper))
    assert set(one) < set(other)
    assert all(torch.equal(value, other[name]) for name, value in one.items())
