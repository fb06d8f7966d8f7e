"""NAS-Bench-Macro, NATS-Bench's size space and TransNAS-Bench-101 against what was published, by
hand.
"""

import math

import pytest
import torch

import benchmarks_data
from harness.scoring.job import Job, Task
from harness.scoring.networks import score_task


def parameters(name: str, string: str, classes: int) -> int:
    benchmark = benchmarks_data.get(name)
    return sum(
        parameter.numel()
        for parameter in benchmark.network(benchmark.index(string), classes, 0).parameters()
    )


def test_parameters_of_nbmacro_by_hand() -> None:
    norm = 2
    fixed = (27 + norm) * 32 + (256 + norm) * 1280 + 1281 * 10
    downsampling = sum((inputs + norm) * 2 * inputs for inputs in (32, 64, 128))
    block = (256 + norm) * 768 + (9 + norm) * 768 + (768 + norm) * 256
    assert parameters("nbmacro", "00000000", 10) == fixed + downsampling == 387_882
    assert parameters("nbmacro", "00000001", 10) == fixed + downsampling + block == 791_594


def test_a_block_of_nbmacro_adds_its_input_where_shapes_agree() -> None:
    """With a last normalisation that puts out zeros, nothing but the input is left."""
    benchmark = benchmarks_data.get("nbmacro")
    layers = list(benchmark.network(benchmark.index("11111111"), 10, 0).layers.values())
    for layer, channels, residual in ((layers[1], 64, True), (layers[2], 64, False)):
        torch.nn.init.zeros_(layer.block[-1].weight)
        x = torch.randn(2, channels, 8, 8)
        assert torch.equal(layer(x), x if residual else torch.zeros(2, 2 * channels, 4, 4))


def test_parameters_of_transnas_by_hand() -> None:
    def convolution(inputs: int, outputs: int, kernel: int) -> int:
        return inputs * outputs * kernel**2 + 2 * outputs

    fixed = convolution(3, 32, 3) + convolution(32, 64, 3) + 513 * 47
    widths = [(64, 128), (128, 128), (128, 256), (256, 256), (256, 512)]
    cells = sum(
        convolution(inputs, outputs, 1) + convolution(outputs, outputs, 1)
        for inputs, outputs in widths
    )
    reductions = sum(
        outputs * inputs + 2 * outputs for inputs, outputs in widths if inputs != outputs
    )
    assert parameters("transnas101_micro", "64-41414-0_00_200", 47) == fixed + cells
    assert parameters("transnas101_micro", "64-41414-0_00_100", 47) == fixed + reductions
    assert parameters("transnas101_micro", "64-41414-0_00_000", 47) == fixed


def test_every_gate_of_a_chain_carries_all_of_the_flow() -> None:
    """In a chain each cut has one edge, so each zeta is R, and the three aggregates differ by the
    number of edges alone.
    """
    mean, least, total, synflow = score_task(
        Job("nbmacro", "cifar10", dtype="float64"),
        Task(4321, 0, ("zeros", "zeros[aggregate=min]", "zeros[aggregate=sum]", "synflow")),
    )
    assert mean.score == pytest.approx(least.score, rel=1e-12)
    assert total.score == pytest.approx(mean.score + math.log(8), rel=1e-12)
    assert synflow.score != mean.score


def test_parameters_of_the_size_space_by_hand() -> None:
    a, b, c, d, e = channels = (8, 16, 24, 32, 40)

    def convolution(inputs: int, outputs: int, kernel: int) -> int:
        return inputs * outputs * kernel**2 + 2 * outputs

    def cell(inputs: int, outputs: int) -> int:
        skip = 0 if inputs == outputs else convolution(inputs, outputs, 1)
        return 2 * convolution(inputs, outputs, 3) + 3 * convolution(outputs, outputs, 3) + skip

    def block(inputs: int, outputs: int) -> int:
        return convolution(inputs, outputs, 3) + convolution(outputs, outputs, 3) + inputs * outputs

    expected = (
        convolution(3, a, 3)
        + cell(a, a)
        + block(a, b)
        + cell(b, c)
        + block(c, d)
        + cell(d, e)
        + 2 * e
        + (e + 1) * 100
    )
    assert parameters("nats_sss", ":".join(map(str, channels)), 100) == expected


def test_the_size_space_counts_lexicographically() -> None:
    size = benchmarks_data.get("nats_sss")
    assert [size.architecture(index).string for index in (0, 1, 8, 32767)] == [
        "8:8:8:8:8", "8:8:8:8:16", "8:8:8:16:8", "64:64:64:64:64",
    ]  # fmt: skip


def test_cells_of_transnas_that_are_one_function_are_one_class() -> None:
    micro = benchmarks_data.get("transnas101_micro")
    idle, pruned, swapped = "64-41414-3_01_200", "64-41414-0_00_200", "64-41414-0_30_020"
    classes = [
        micro.canonical(micro.index(string))
        for string in (idle, pruned, swapped, "64-41414-3_00_020", "64-41414-0_30_002")
    ]
    assert classes[0] == classes[1]
    assert classes[3] == classes[4]
    assert classes[2] == ("none",) * 6
    images = torch.rand(1, 3, 64, 64)
    one, other = (
        micro.network(micro.index(string), 75, 0).eval()(images) for string in (idle, pruned)
    )
    assert torch.allclose(one, other)
