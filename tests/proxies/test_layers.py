"""The number of layers, as every way of scoring counts it."""

import pytest
from torch import nn

import benchmarks_data
import harness
from benchmarks_data.benchmark import takes_tokens
from harness.scoring.job import Job, Task
from harness.scoring.natural import CURRENT
from harness.scoring.portions import portions, score_portion
from harness.scoring.token_file import Uniform
from proxies import TRIVIAL_BASELINES
from tests.harness import own


def counted(network: nn.Module) -> int:
    """How many modules the names of trainable parameters stand for, shared ones by each."""
    parameters = network.named_parameters(remove_duplicate=False)
    return len({name.rpartition(".")[0] for name, one in parameters if one.requires_grad})


@pytest.mark.parametrize("name", benchmarks_data.names())
def test_layers_of_every_benchmark_are_the_modules_of_its_networks(name: str) -> None:
    """Those of engines too, which build no network."""
    benchmark = benchmarks_data.get(name)
    dataset, of_dataset = next(iter(benchmark.datasets.items()))
    last = benchmark.size - 1
    indices = [0, last // 3, last // 2, last]
    tasks = [Task(index, 0, TRIVIAL_BASELINES) for index in indices]
    fed = Uniform() if takes_tokens(benchmark) else CURRENT
    job = Job(benchmark.name, dataset, fed, "float32")
    scores = {
        one.index: one.score
        for portion in portions(job, tasks)
        for one in score_portion(job, portion)
        if one.proxy == "layers"
    }
    expected = {
        index: counted(benchmark.network(index, of_dataset.classes, 0)) for index in indices
    }
    assert scores == expected


@pytest.mark.parametrize("name", own.NETWORKS)
def test_layers_of_a_network_of_ones_own(name: str) -> None:
    network, arguments = own.made(name)
    assert own.score(name, "layers") == counted(network)
    network.requires_grad_(requires_grad=False)
    frozen = harness.score(network, "layers", **arguments).iloc[0]
    assert frozen["score"] == 0
