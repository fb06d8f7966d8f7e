"""What every registered benchmark promises."""

import random
from pathlib import Path

import pandas as pd
import pytest
import torch

import benchmarks_data
from benchmarks_data.benchmark import Benchmark, Dataset, Tokens
from benchmarks_data.errors import InputError
from harness.scoring.inputs import Images
from harness.scoring.job import Job, Task
from harness.scoring.natural import CURRENT
from harness.scoring.networks import score_task
from harness.scoring.token_file import Uniform


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
        assert connected.setdefault(
            form, benchmark_entry.is_connected(index)
        ) == benchmark_entry.is_connected(index)


def small(benchmark: Benchmark) -> int:
    """A height and width that every network of the benchmark can take, for speed."""
    sizes = [one.image_size for one in benchmark.datasets.values() if isinstance(one, Dataset)]
    return min(64, *sizes)


def batch(benchmark: Benchmark, dataset: Dataset | Tokens, seed: int = 0) -> torch.Tensor:
    """Two small images, or two sequences of tokens."""
    stream = torch.Generator().manual_seed(seed)
    if isinstance(dataset, Tokens):
        return torch.randint(dataset.vocabulary, (2, dataset.length), generator=stream)
    if is_observed(benchmark):
        return torch.randn(2, *dataset.shape, generator=stream)
    side = small(benchmark)
    return torch.randn(2, dataset.channels, side, side, generator=stream)


def is_observed(benchmark: Benchmark) -> bool:
    """Whether operations and stages may be unknown, and scores not applicable."""
    return getattr(benchmark, "observed", False)


def test_networks_build_for_every_dataset_and_offer_their_operations(
    benchmark_entry: Benchmark,
) -> None:
    for dataset in benchmark_entry.datasets.values():
        network = benchmark_entry.network(sample(benchmark_entry, 1)[0], dataset.classes, 0)
        assert network(batch(benchmark_entry, dataset)).shape == (2, dataset.classes)
        modules = set(network.modules())
        observed = is_observed(benchmark_entry)
        assert network.operations or observed
        assert all(operation.module in modules for operation in network.operations or ())
        assert network.stages or observed
        assert all(stage in modules for stage in network.stages or ())


def test_weights_come_from_the_seed_and_no_random_state_is_touched(
    benchmark_entry: Benchmark,
) -> None:
    index, classes = (
        sample(benchmark_entry, 1)[0],
        next(iter(benchmark_entry.datasets.values())).classes,
    )
    state = torch.random.get_rng_state()
    one, same, other = (
        benchmark_entry.network(index, classes, seed).state_dict() for seed in (0, 0, 1)
    )
    assert torch.equal(state, torch.random.get_rng_state())
    assert all(torch.equal(value, same[name]) for name, value in one.items())
    assert any(not torch.equal(value, other[name]) for name, value in one.items())
    assert all(torch.isfinite(value).all() for value in one.values())


@pytest.mark.slow
def test_connectivity_is_that_of_the_network(benchmark_entry: Benchmark) -> None:
    dataset = next(iter(benchmark_entry.datasets.values()))
    one, other = batch(benchmark_entry, dataset), batch(benchmark_entry, dataset, 1)
    for index in sample(benchmark_entry, 12):
        network = benchmark_entry.network(index, dataset.classes, 0).eval()
        if isinstance(dataset, Tokens):
            changes = bool((network(one) != network(other)).any())
        else:
            images = torch.rand(one.shape, requires_grad=True)
            changes = bool(torch.autograd.grad(network(images).sum(), images)[0].any())
        assert changes == benchmark_entry.is_connected(index)


@pytest.mark.slow
def test_scores_without_data_are_the_same_in_both_precisions(benchmark_entry: Benchmark) -> None:
    dataset = next(iter(benchmark_entry.datasets))
    names: tuple[str, ...] = ("zeros", "synflow", "params", "live_params", "flops")
    images: Images = CURRENT
    if is_observed(benchmark_entry):
        names = ("params", "params_nonembedding", "l2_norm", "snip[batch=2]")
    if isinstance(benchmark_entry.datasets[dataset], Tokens):
        images = Uniform()
    for index in sample(benchmark_entry, 2):
        one, other = (
            score_task(Job(benchmark_entry.name, dataset, images, dtype), Task(index, 0, names))
            for dtype in ("float32", "float64")
        )
        assert [score.score for score in one] == pytest.approx(
            [score.score for score in other], rel=1e-5
        )


@pytest.mark.parametrize("string", ["", "x", "0" * 99, "|none~0|", "1:2", "é"])
def test_what_is_no_architecture_is_refused(benchmark_entry: Benchmark, string: str) -> None:
    with pytest.raises(InputError):
        benchmark_entry.index(string)
    for index in (-1, benchmark_entry.size):
        with pytest.raises(InputError):
            benchmark_entry.architecture(index)


def test_a_table_installs_or_the_error_says_how_to_name_one(benchmark_entry: Benchmark) -> None:
    if benchmark_entry.name == "nb201":
        table = benchmark_entry.table()
        assert table.default_target(next(iter(benchmark_entry.datasets)))
        assert set(table.values.index) <= set(range(benchmark_entry.size))
    else:
        with pytest.raises(InputError, match="--tables"):
            benchmark_entry.table()


@pytest.mark.parametrize(
    ("name", "rows", "target", "known"),
    [
        ("nb201", 15625, "cifar10_test_200ep", 15625),
        ("nb101", 6985, "cifar10_test_108ep", 6974),
        ("nbmacro", 6561, "cifar10_test", 6561),
        ("transnas101_micro", 4096, "class_object_top1", 4096),
    ],
)
def test_official_tables_are_read_if_NAS_TABLES_is_set(
    tables: Path, name: str, rows: int, target: str, known: int
) -> None:
    values = benchmarks_data.get(name).table(tables).values
    assert len(values) == rows
    assert values[target].notna().sum() == known


@pytest.mark.parametrize("name", ["nb101", "nbmacro"])
def test_parameters_equal_the_official_ones_if_NAS_TABLES_is_set(tables: Path, name: str) -> None:
    file = {"nb101": "nb101_subset.csv.gz"}.get(name, f"{name}.csv.gz")
    rows = pd.read_csv(tables / file).sample(25, random_state=0)
    for index, params in zip(rows["index"], rows["params"], strict=True):
        network = benchmarks_data.get(name).network(int(index), 10, 0)
        assert sum(parameter.numel() for parameter in network.parameters()) == params


def test_flops_of_nbmacro_equal_the_official_ones_if_NAS_TABLES_is_set(tables: Path) -> None:
    values = benchmarks_data.get("nbmacro").table(tables).values
    for index in (0, 1, 2, 6560, 3217):
        (score,) = score_task(Job("nbmacro", "cifar10"), Task(index, 0, ("flops",)))
        assert score.score == values.loc[index, "flops"]
