"""Neighbours of an architecture: one edit away, in the benchmark, and the other way round too."""

import random

import pytest

import benchmarks_data
from benchmarks_data.benchmark import HasNeighbours
from benchmarks_data.errors import InputError

OFFERING = [
    name for name in benchmarks_data.names() if isinstance(benchmarks_data.get(name), HasNeighbours)
]


def neighbours(name: str, index: int) -> list[int]:
    benchmark = benchmarks_data.get(name)
    assert isinstance(benchmark, HasNeighbours)
    return benchmark.neighbours(index)


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("nb201", 6 * 4),
        ("nats_sss", 5 * 7),
        ("nbmacro", 8 * 2),
        ("transnas101_micro", 6 * 3),
    ],
)
def test_neighbours_are_all_that_differ_in_one_place(name: str, count: int) -> None:
    benchmark, index = benchmarks_data.get(name), 1234
    this = benchmark.architecture(index).structure
    expected = [
        other
        for other in range(benchmark.size)
        if sum(a != b for a, b in zip(this, benchmark.architecture(other).structure, strict=True))
        == 1
    ]
    assert neighbours(name, index) == expected
    assert len(expected) == count


@pytest.mark.parametrize("name", OFFERING)
def test_neighbours_are_neighbours_of_one_another(name: str) -> None:
    stream = random.Random(0)
    for index in stream.sample(range(benchmarks_data.get(name).size), 5):
        near = neighbours(name, index)
        assert near == sorted(set(near) - {index})
        for other in stream.sample(near, 3):
            assert index in neighbours(name, other)


@pytest.mark.parametrize("name", OFFERING)
def test_what_is_no_architecture_has_no_neighbours(name: str) -> None:
    with pytest.raises(InputError, match="no architecture"):
        neighbours(name, benchmarks_data.get(name).size)


def texts(text: str) -> set[str]:
    benchmark = benchmarks_data.get("nb101")
    near = neighbours("nb101", benchmark.index(text))
    return {benchmark.architecture(index).string for index in near}


def test_the_smallest_cell_of_nb101_can_only_grow() -> None:
    assert texts("1:") == {"111:c3", "111:c1", "111:mp"}


def test_neighbours_of_a_small_cell_of_nb101_by_hand() -> None:
    benchmark = benchmarks_data.get("nb101")
    kinds = ("c3", "c1", "mp")
    # Input to c3, c3 to output, and an edge past it. Bits: 01, 02, 03, 12, 13, 23.
    edited = ["111:c1", "111:mp", "101:c3", "1:"]
    before = [f"111101:{kind}|c3" for kind in kinds]  # between input and c3
    beside = [f"111011:c3|{kind}" for kind in kinds]  # between input and output
    after = [f"101111:c3|{kind}" for kind in kinds]  # between c3 and output
    expected = {benchmark.index(text) for text in (*edited, *before, *beside, *after)}
    assert neighbours("nb101", benchmark.index("111:c3")) == sorted(expected)
    assert len(expected) == 13


def test_neighbours_in_nb101_have_nine_edges_at_most() -> None:
    benchmark = benchmarks_data.get("nb101")
    stream = random.Random(1)
    most = set()
    for index in stream.sample(range(benchmark.size), 20):
        for other in neighbours("nb101", index):
            adjacency, _ = benchmark.architecture(other).structure
            most.add(sum(map(sum, adjacency)))
    assert max(most) == 9
