"""What every registered benchmark promises."""

import random

import pytest
import torch

import benchmarks_data
from benchmarks_data.benchmark import Benchmark


@pytest.fixture(params=benchmarks_data.names())
def benchmark_entry(request: pytest.FixtureRequest) -> Benchmark:
    return benchmarks_data.get(request.param)


def sample(benchmark: Benchmark, count: int) -> list[int]:
    return random.Random(1).sample(range(benchmark.size), count)


def test_indices_come_back_from_strings(benchmark_entry: Benchmark) -> None:
    for index in sample(benchmark_entry, 50):
        architecture = benchmark_entry.architecture(index)
        assert (benchmark_entry.index(architecture.string), architecture.index) == (index, index)


def test_the_canonical_form_is_stable_and_keeps_connectivity(benchmark_entry: Benchmark) -> None:
    connected: dict[object, bool] = {}
    for index in sample(benchmark_entry, 500):
        form = benchmark_entry.canonical(index)
        assert form == benchmark_entry.canonical(index)
        assert connected.setdefault(form, benchmark_entry.is_connected(index)) == benchmark_entry.is_connected(index)


def test_networks_build_for_every_dataset_and_offer_their_operations(benchmark_entry: Benchmark) -> None:
    for dataset in benchmark_entry.datasets.values():
        network = benchmark_entry.network(sample(benchmark_entry, 1)[0], dataset.classes, 0)
        images = torch.randn(2, 3, dataset.image_size, dataset.image_size, generator=torch.Generator().manual_seed(0))
        assert network(images).shape == (2, dataset.classes)
        modules = set(network.modules())
        assert network.operations
        assert all(operation.module in modules for operation in network.operations)
        assert network.stages
        assert all(stage in modules for stage in network.stages)


def test_the_installed_table_has_a_default_target(benchmark_entry: Benchmark) -> None:
    table = benchmark_entry.table()
    assert table.default_target(next(iter(benchmark_entry.datasets)))
    assert set(table.values.index) <= set(range(benchmark_entry.size))
