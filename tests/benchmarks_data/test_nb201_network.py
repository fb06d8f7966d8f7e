import pytest
import torch
from torch import nn

from benchmarks_data.benchmark import Benchmark
from benchmarks_data.nb201 import space
from benchmarks_data.nb201.network import Network
from proxies.passes.cost import Cost, cost
from proxies.view import cell_view
from tests.networks import inputs


def _cost(nb201: Benchmark, index: int) -> Cost:
    return cost(cell_view(nb201.network(index, 10, 0)), inputs("float32", 32))


@pytest.mark.parametrize(
    ("index", "params", "flops"),
    [(6818, 0.615, 86.43), (10400, 0.886, 125.75), (1651, 0.073, 7.78)],
)
def test_cost_equals_the_official_figures(
    nb201: Benchmark, index: int, params: float, flops: float
) -> None:
    found = _cost(nb201, index)
    assert (round(found.params / 1e6, 3), round(found.flops / 1e6, 2)) == (params, flops)


def test_parameters_equal_the_published_ones_needs_nas_tables(
    nb201: Benchmark, reference_scores
) -> None:
    import pandas as pd

    rows = pd.read_csv(reference_scores / "nb201_cifar10_nas-bench-suite-zero.csv.gz").sample(
        60, random_state=0
    )
    assert [_cost(nb201, i).params / 1e6 for i in rows["index"]] == pytest.approx(
        list(rows["params"]), abs=1e-9
    )


@pytest.mark.parametrize(
    ("dataset", "classes", "size"),
    [("cifar10", 10, 32), ("cifar100", 100, 32), ("imagenet16-120", 120, 16)],
)
def test_logits_have_one_column_per_class(
    nb201: Benchmark, dataset: str, classes: int, size: int
) -> None:
    assert (nb201.datasets[dataset].classes, nb201.datasets[dataset].image_size) == (classes, size)
    assert nb201.network(0, classes, 0)(torch.randn(2, 3, size, size)).shape == (2, classes)


def test_every_operation_of_every_edge_is_reachable(nb201: Benchmark) -> None:
    network = nb201.network(0, 10, 0)
    assert [(o.cell, o.edge) for o in network.operations] == [
        (cell, edge) for cell in range(15) for edge in space.EDGES
    ]
    assert tuple(o.kind for o in network.operations[:6]) == space.cell(0)
    seen: list[nn.Module] = []
    for operation in network.operations:
        operation.module.register_forward_hook(lambda module, *_: seen.append(module))
    network(torch.randn(2, 3, 32, 32))
    assert seen == [operation.module for operation in network.operations]


def test_a_network_depends_on_its_input_exactly_when_it_is_connected() -> None:
    x = torch.randn(4, 3, 8, 8, generator=torch.Generator().manual_seed(0))
    sample = [
        *range(0, space.SIZE, 97),
        *(i for i in range(3000) if not space.is_connected(space.cell(i))),
    ]
    for index in sample:
        cell = space.cell(index)
        network = Network(cell, 10, 0, channels=4, cells_per_stage=1)
        with torch.no_grad():
            varies = bool((network.body(network.stem(x)).flatten(1).std(0) > 0).any())
        assert varies == space.is_connected(cell), space.format_cell(cell)


def test_architectures_of_a_seed_share_the_weights_of_an_operation() -> None:
    every = ("nor_conv_3x3",) * 6
    one = Network(every, 10, 3).state_dict()
    other = Network(("nor_conv_3x3", *("none",) * 5), 10, 3).state_dict()
    shared = [name for name in other if name in one]
    assert any("0-1-nor_conv_3x3" in name for name in shared)
    assert all(torch.equal(one[name], other[name]) for name in shared)
    assert not torch.equal(
        one["stem.0.weight"], Network(every, 10, 4).state_dict()["stem.0.weight"]
    )


def test_weights_have_the_default_initialisation(nb201: Benchmark) -> None:
    weight = nb201.network(1, 10, 0).state_dict()["body.14.edges.0-1-nor_conv_3x3.1.weight"]
    bound = (64 * 9) ** -0.5
    assert float(weight.abs().max()) <= bound
    assert float(weight.std()) == pytest.approx(bound / 3**0.5, rel=0.02)


def test_building_leaves_the_global_random_state_alone(nb201: Benchmark) -> None:
    before = torch.random.get_rng_state()
    nb201.network(1, 10, 0)
    assert torch.equal(before, torch.random.get_rng_state())
