"""TransNAS-Bench-101 at macro level: its codes, and its networks by hand."""

from pathlib import Path

import pytest
import torch
from torch import nn

import benchmarks_data
from benchmarks_data.errors import InputError
from benchmarks_data.target import Target
from benchmarks_data.transnas101_macro import BENCHMARK, RESULTS, codes
from benchmarks_data.transnas101_macro.network import ResidualBlock
from harness.scoring.job import Job, Task
from harness.scoring.networks import score_task


def test_the_rules_give_the_published_number_of_codes_in_the_order_of_text() -> None:
    assert len(codes()) == BENCHMARK.size == 3256
    assert codes()[:6] == ("111114", "111123", "111124", "111132", "111134", "11114")
    assert codes()[-1] == "444311"
    assert "1234" in codes()  # the example of the authors' documentation


@pytest.mark.parametrize(
    "code",
    [
        *("111", "1111114", "1111", "1113", "1112", "22224", "33334", "444444"),
        *("11114 ", "1111٤", "11115", "64-11114-basic", "4" * 10**6),
    ],
)
def test_codes_that_break_a_rule_are_refused_in_a_short_line(code: str) -> None:
    with pytest.raises(InputError, match="no architecture of transnas101_macro") as refused:
        BENCHMARK.index(code)
    assert len(str(refused.value)) < 250


def test_codes_and_order_equal_those_of_the_table_needs_nas_tables(more_tables: Path) -> None:
    table = BENCHMARK.table(more_tables)
    assert len(table.values) == BENCHMARK.size
    assert table.values.notna().all(axis=None)


def test_a_task_is_a_target_of_its_dataset_of_which_more_is_better() -> None:
    targets = [Target.parse(name) for name in RESULTS]
    assert all(one.higher_is_better for one in targets)
    named = {one.name: one.among(BENCHMARK.datasets) for one in targets}
    assert {name for name, dataset in named.items() if name == dataset} == {*BENCHMARK.datasets}


def convolution(inputs: int, outputs: int, kernel: int) -> int:
    return inputs * outputs * kernel**2 + 2 * outputs


def test_parameters_by_hand() -> None:
    """The authors' own class gave the same as ours for every code, with 75 and with 47 classes."""
    stem = convolution(3, 32, 3) + convolution(32, 64, 3)
    keep = 4 * convolution(64, 64, 3)
    double = convolution(64, 128, 3) + convolution(64, 128, 1) + 3 * convolution(128, 128, 3)
    halve = 4 * convolution(128, 128, 3) + convolution(128, 128, 1)
    classifier = (128 + 1) * 47
    for code, modules in (("1114", 3 * keep + double), ("1123", 2 * keep + double + halve)):
        network = BENCHMARK.network(BENCHMARK.index(code), 47, 0)
        expected = stem + modules + classifier
        assert sum(one.numel() for one in network.parameters()) == expected


def test_a_block_adds_its_input_and_normalises_it_weakly_where_the_shape_changes() -> None:
    """With a last normalisation that puts out zeros, nothing but the shortcut is left."""
    x = torch.randn(2, 4, 8, 8, generator=torch.Generator().manual_seed(0))
    for outputs, stride in ((4, 1), (8, 2)):
        block = ResidualBlock(4, outputs, stride)
        for module in block.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.ones_(module.weight)
        nn.init.zeros_(block.second[-1].weight)
        sums = x.sum(1, keepdim=True)[:, :, ::2, ::2].expand(-1, 8, -1, -1)
        scaled = (sums - sums.mean()) / (sums.var(unbiased=False) + 1).sqrt()
        torch.testing.assert_close(block(x), x if stride == 1 else scaled)


def test_a_golden_code() -> None:
    """Sizes as by hand; scores as they were when the network was first equal to the authors'."""
    index = BENCHMARK.index("1114")
    job = Job("transnas101_macro", "class_scene", dtype="float64")
    names = ("params", "flops", "zeros", "synflow")
    params, flops, zeros, synflow = (one.score for one in score_task(job, Task(index, 0, names)))
    assert (params, flops) == (995_023, 2_438_469_504)
    assert zeros == pytest.approx(49.39552251208516, rel=1e-9)
    assert synflow == pytest.approx(52.33416119525171, rel=1e-9)
    assert BENCHMARK.depth(index) == 19


def near(code: str) -> set[str]:
    return {codes()[other] for other in BENCHMARK.neighbours(BENCHMARK.index(code))}


def test_neighbours_by_hand() -> None:
    """Of other last modules 1111, 1112 and 1113 lack a doubling or a halving."""
    changed = {"2114", "3114", "4114", "1214", "1314", "1414", "1124", "1134", "1144"}
    longer = {"11114", "21114", "31114", "41114", "12114", "13114", "14114", "11214", "11314"}
    longer |= {"11414", "11124", "11134", "11144", "11141", "11142", "11143"}
    assert near("1114") == changed | longer
    shorter = {code for code in near("111114") if len(code) == 5}
    assert shorter == {"11114"}
    assert not any(len(code) > 6 for code in near("111114"))


def test_it_is_among_the_benchmarks() -> None:
    assert benchmarks_data.get("transnas101_macro") is BENCHMARK
