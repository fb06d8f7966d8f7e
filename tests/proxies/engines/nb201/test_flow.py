"""The linear network of many cells.

Adjoints, conservation, and the flow on a torus and in expectation.
"""

import math
import random
from dataclasses import replace

import pytest
import torch

import proxies
from benchmarks_data.benchmark import Dataset
from benchmarks_data.errors import InputError
from benchmarks_data.nb201 import space
from harness.scoring.inputs import network_inputs
from proxies.engines.nb201 import ENGINE, flow, linear, shared
from proxies.engines.nb201.passes import Shared
from proxies.passes.synaptic_flow import expected_flow, periodic_flow
from proxies.view import cell_view
from tests.networks import inputs, network, small

#: Random cells and the one without an operation.
INDICES = [*random.Random(0).sample(range(space.SIZE), 10), 1651, 1462]

MAPS = {
    "3x3": linear.Convolution(torch.randn(5, 3, 3, 3, dtype=torch.float64)),
    "1x1": linear.Convolution(torch.randn(5, 3, 1, 1, dtype=torch.float64)),
    "3x3, stride 2": linear.Convolution(torch.randn(5, 3, 3, 3, dtype=torch.float64), stride=2),
    "pooling": linear.AveragePooling(6, 8, torch.float64),
    "halving": linear.Halving(),
    "identity": linear.Identity(),
}


@pytest.mark.parametrize("name", MAPS)
@pytest.mark.parametrize("rows", [1, 4])
def test_adjoints(name: str, rows: int) -> None:
    x = torch.randn(rows, 6, 8, 3, dtype=torch.float64)
    image = MAPS[name].apply(x)
    g = torch.randn_like(image)
    back = MAPS[name].adjoint(g)
    assert back.shape == x.shape
    assert float((image * g).sum()) == pytest.approx(float((x * back).sum()), rel=1e-10)


def test_flow_is_conserved() -> None:
    """What enters a cell's last node, and what leaves its first, is R.

    So is what passes a block.
    """
    sharing = Shared(lambda cell: small(tuple(cell)), inputs())
    cells = sorted(
        {space.without_dead_edges(space.cell(index)) for index in INDICES}, key=ENGINE.order
    )
    found = flow.flows(sharing.linear(shared.zero_padded), cells)
    for node, end in ((space.OUTPUT, 1), (space.INPUT, 0)):
        cut = [number for number, edge in enumerate(space.EDGES) if edge[end] == node]
        assert torch.allclose(
            found.edges[:, :, cut].sum(2), found.total[:, None].expand(-1, 3), rtol=1e-10
        )
    assert torch.allclose(found.blocks.sum(2), found.total[:, None].expand(-1, 2), rtol=1e-10)
    assert int((found.total == 0).sum()) == 1


def test_the_expected_flow_is_a_sum_over_paths_of_gains() -> None:
    """k sqrt(C) / 2 for a k x k convolution of C channels.

    The same however the weights are drawn.
    """
    cell = ("nor_conv_3x3", "skip_connect", "avg_pool_3x3", "none", "nor_conv_1x1", "nor_conv_3x3")
    total = 27**0.5 / 2
    for channels in (16, 32, 64):
        if channels > 16:
            before = (channels // 2) ** 0.5 / 2
            total *= before + 3 * before * 3 * channels**0.5 / 2
        one, three = channels**0.5 / 2, 3 * channels**0.5 / 2
        total *= (
            three * one + (1 + three) * three
        ) ** 5  # nodes: 1 = three, 2 = 1 + node 1, 3 = one * node 1 + three * node 2
    total *= 10 * 64**0.5 / 2
    given = network_inputs(None, 0, Dataset(10, 32), "float64", "cpu")
    found = expected_flow(cell_view(network(cell)), given)
    assert math.log(found.total) + found.log_scale == pytest.approx(math.log(total), rel=1e-12)
    assert proxies.request("zeros[weights=expected]").needs == frozenset()


def test_on_a_torus_the_image_stays_constant() -> None:
    """So its size does not matter, as long as it can be halved twice."""
    cell = (
        "nor_conv_3x3",
        "avg_pool_3x3",
        "nor_conv_1x1",
        "nor_conv_3x3",
        "skip_connect",
        "avg_pool_3x3",
    )
    module = small(cell)
    whole = replace(cell_view(module), pixelwise=False)
    flows = [periodic_flow(whole, inputs(size=size)) for size in (4, 8, 16)]
    logs = [math.log(one.total) + one.log_scale for one in flows]
    assert logs[1:] == pytest.approx(logs[:-1], rel=1e-12)
    assert all(
        conv.padding_mode == "zeros"
        for conv in module.modules()
        if isinstance(conv, torch.nn.Conv2d)
    )


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("zeros[boundary=periodic,weights=expected]", "leave boundary out"),
        ("synflow[boundary=periodic,weights=expected]", "leave boundary out"),
        ("zeros[boundary=periodic,objective=snip]", "options of objective=synflow"),
        ("zeros[weights=expected,scope=supernet]", "options of objective=synflow"),
    ],
)
def test_options_that_make_no_sense_together_are_refused(text: str, complaint: str) -> None:
    with pytest.raises(InputError, match=complaint):
        proxies.request(text)
