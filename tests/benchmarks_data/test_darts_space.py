"""The search space of DARTS: its networks against the published ones."""

import json
import math
from pathlib import Path

import pytest
import torch
from torch import nn
from torch.nn import functional

from benchmarks_data import spaces
from benchmarks_data.errors import InputError
from benchmarks_data.layers import FactorizedReduce
from benchmarks_data.spaces.darts.genotype import genotype
from benchmarks_data.spaces.darts.network import Network as DartsNetwork
from benchmarks_data.spaces.darts.supernet import DartsSupernet
from proxies.passes.synaptic_flow import synaptic_flow
from proxies.view import View
from tests.networks import inputs

#: The second-order cell of the DARTS paper, figures 4 and 5.
DARTS_V2 = {
    "normal": [
        ["sep_conv_3x3", 0], ["sep_conv_3x3", 1], ["sep_conv_3x3", 0], ["sep_conv_3x3", 1],
        ["sep_conv_3x3", 1], ["skip_connect", 0], ["skip_connect", 0], ["dil_conv_3x3", 2],
    ],
    "reduce": [
        ["max_pool_3x3", 0], ["max_pool_3x3", 1], ["skip_connect", 2], ["max_pool_3x3", 1],
        ["max_pool_3x3", 0], ["skip_connect", 2], ["skip_connect", 2], ["max_pool_3x3", 1],
    ],
}  # fmt: skip


def size(network: nn.Module) -> int:
    return sum(parameter.numel() for parameter in network.parameters())


def test_the_published_darts_cell_has_its_published_size() -> None:
    """3.349342 M: what the DARTS authors' training script prints of the cell, 36 channels and 20
    cells.
    """
    found = genotype(DARTS_V2)
    assert size(DartsNetwork(found, 10, 0)) == 3_349_342
    assert genotype(found.as_dict()) == found
    assert str(found).startswith("Genotype(normal=[('sep_conv_3x3', 0), ")


def test_published_sizes_of_freedarts_if_NAS_TABLES_is_set(reference_scores: Path) -> None:
    cells = json.loads((reference_scores / "freedarts_published_cells.json").read_text())["cells"]
    one, other = (
        genotype(cells["SYNFLOW_ImageNet_oneshot_seed3"]),
        genotype(cells["SYNFLOW_oneshot_20cells_seed1"]),
    )
    assert size(DartsNetwork(one, 10, 0)) == 4_140_766
    assert size(DartsNetwork(other, 10, 0, channels=38)) == 3_649_872
    assert size(DartsNetwork(other, 100, 0, channels=38)) == 3_704_682
    assert size(DartsNetwork(one, 1000, 0, channels=48, cells=14, imagenet=True)) == 5_772_256
    assert size(DartsNetwork(other, 1000, 0, channels=50, cells=14, imagenet=True)) == 5_100_275
    assert len([genotype(cell) for cell in cells.values()]) == 27


@pytest.mark.parametrize("imagenet", [False, True])
def test_a_darts_supernet_that_keeps_a_genotype_has_its_shape(imagenet: bool) -> None:
    space = spaces.get("darts")
    supernet = DartsSupernet(7, 0, channels=4, cells=3, imagenet=imagenet)
    assert len(supernet.choices) == 28
    assert supernet(torch.randn(2, 3, 32, 32)).shape == (2, 7)
    kept = [[False] * 8 for _ in space.choices]
    for numbers, stay in space.limits:
        for number in numbers[-stay:]:
            kept[number][4] = True
    supernet.gates.keep(kept)
    assert supernet(torch.randn(2, 3, 32, 32)).shape == (2, 7)
    chosen = [
        choice.operations[4] if any(flags) else None
        for choice, flags in zip(space.choices, kept, strict=True)
    ]
    found = space.decode(chosen, list(range(28)))
    assert found.normal[:4] == (
        ("sep_conv_3x3", 1),
        ("sep_conv_3x3", 0),
        ("sep_conv_3x3", 2),
        ("sep_conv_3x3", 1),
    )


def test_the_search_network_of_darts_has_the_published_size() -> None:
    """1.930618 million parameters.

    What DARTS' train_search.py logs (8 cells, 16 channels, 10 classes).
    """
    supernet = DartsSupernet(10, 0)
    assert sum(parameter.numel() for parameter in supernet.parameters()) == 1_930_618
    normalised = {
        kind
        for kind in ("max_pool_3x3", "avg_pool_3x3")
        for edge in _edges(DartsSupernet(10, 0, cells=3))
        if isinstance(edge.operations[kind][-1], nn.BatchNorm2d)
    }
    assert normalised == {"max_pool_3x3", "avg_pool_3x3"}


@pytest.mark.parametrize("source", [0, 1])
def test_a_darts_cell_reads_the_outputs_of_the_two_cells_before(source: int) -> None:
    """All its operations read one input alone: the other's values change nothing.

    The last cell's output is handed on.
    """
    cells = {"normal": [["sep_conv_3x3", source]] * 8, "reduce": [["max_pool_3x3", source]] * 8}
    cell = DartsNetwork(genotype(cells), 10, 0, channels=4, cells=3).cells[0].eval()
    state = [torch.randn(2, 12, 8, 8) for _ in range(2)]
    with torch.no_grad():
        last, output = cell(tuple(state))
        assert torch.equal(last, state[1])
        state[1 - source] = torch.randn(2, 12, 8, 8)
        assert torch.equal(cell(tuple(state))[1], output)
        state[source] = torch.randn(2, 12, 8, 8)
        assert not torch.equal(cell(tuple(state))[1], output)


@pytest.mark.parametrize(
    ("entry", "complaint"),
    [
        ([], "an object with 'normal' and 'reduce'"),
        ({}, "lists of"),
        ({"normal": [["skip_connect", 0]], "reduce": []}, "has 8 operations"),
        ({**DARTS_V2, "normal": [["conv_3x3", 0]] * 8}, "'conv_3x3' is no operation"),
        (
            {**DARTS_V2, "normal": [["skip_connect", 2]] * 8},
            "node 2 of a normal cell reads nodes 0 to 1",
        ),
        ({**DARTS_V2, "reduce": [["skip_connect", True]] * 8}, "True is no node"),
        ({**DARTS_V2, "reduce_concat": [0, 9]}, "joins some of its nodes"),
        ({**DARTS_V2, "normal_concat": [2, 2]}, "joins some of its nodes"),
    ],
)
def test_what_is_no_genotype_is_refused(entry: object, complaint: str) -> None:
    with pytest.raises(InputError, match=complaint):
        genotype(entry)


def test_operations_of_darts_are_the_published_ones() -> None:
    """Written out with torch's functions.

    ReLU, depthwise and 1x1 convolution, normalisation by a variance of 1.
    """

    def separable(
        module: nn.Module, x: torch.Tensor, first: int, stride: int, dilation: int, kernel: int
    ) -> torch.Tensor:
        depthwise, pointwise = module[first + 1].weight, module[first + 2].weight
        x = functional.conv2d(
            x.relu(), depthwise, None, stride, dilation * (kernel // 2), dilation, groups=x.shape[1]
        )
        return functional.conv2d(x, pointwise) / (1 + 1e-5) ** 0.5

    supernet = DartsSupernet(10, 0, channels=6, cells=3).eval()
    edges = {
        choice.name: edge for choice, edge in zip(supernet.choices, _edges(supernet), strict=True)
    }
    for name, stride in (
        ("normal 0-2", 1),
        ("normal 2-3", 1),
        ("reduce 0-2", 2),
        ("reduce 1-5", 2),
        ("reduce 2-3", 1),
    ):
        operations = edges[name].operations
        x = torch.randn(2, operations["sep_conv_3x3"][1].weight.shape[0], 8, 8)
        assert torch.equal(
            operations["none"](x), torch.zeros(2, x.shape[1], 8 // stride, 8 // stride)
        )
        assert torch.equal(operations["max_pool_3x3"][0](x), functional.max_pool2d(x, 3, stride, 1))
        assert torch.equal(
            operations["avg_pool_3x3"][0](x),
            functional.avg_pool2d(x, 3, stride, 1, count_include_pad=False),
        )
        for kernel in (3, 5):
            module = operations[f"sep_conv_{kernel}x{kernel}"]
            expected = separable(
                module, separable(module, x, 0, stride, 1, kernel), 4, 1, 1, kernel
            )
            assert torch.allclose(module(x), expected, atol=1e-5)
            module = operations[f"dil_conv_{kernel}x{kernel}"]
            assert torch.allclose(module(x), separable(module, x, 0, stride, 2, kernel), atol=1e-5)


def _edges(supernet: DartsSupernet) -> list[nn.Module]:
    """The edges of the first normal and the first reduction cell: cells 0 and 1 of three."""
    return [*supernet.cells[0].edges.values(), *supernet.cells[1].edges.values()]


def test_a_reducing_skip_connection_is_two_shifted_convolutions() -> None:
    module, x = FactorizedReduce(4, 6).eval(), torch.randn(1, 4, 8, 8)
    for convolution in module.convolutions:
        nn.init.normal_(convolution.weight)
    shifted = (x.relu(), x.relu()[:, :, 1:, 1:])
    halves = [
        functional.conv2d(part, c.weight, stride=2)
        for part, c in zip(shifted, module.convolutions, strict=True)
    ]
    assert torch.allclose(module(x), torch.cat(halves, 1) / (1 + 1e-5) ** 0.5, atol=1e-5)


def test_the_synaptic_flow_of_a_darts_network_is_that_of_its_unscaled_cells() -> None:
    """The cells, which are its stages, put out the outputs of two of them, and are divided by one
    number.
    """
    net = DartsNetwork(genotype(DARTS_V2), 10, 0, channels=4, cells=3).to(torch.float64)
    scaled = synaptic_flow(View(net, known_stages=net.stages), inputs())
    assert scaled.log_scale > 0
    plain = synaptic_flow(View(net), inputs())
    assert plain.log_scale == 0
    assert math.log(scaled.total) + scaled.log_scale == pytest.approx(math.log(plain.total))
