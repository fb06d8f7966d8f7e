import csv
import gzip
import itertools
from pathlib import Path

import pytest

from benchmarks_data.errors import InputError
from benchmarks_data.nb201 import space

FIRST = (
    "|avg_pool_3x3~0|+|nor_conv_1x1~0|skip_connect~1|"
    "+|nor_conv_1x1~0|skip_connect~1|skip_connect~2|"
)
PATHS = (((0, 3),), ((0, 1), (1, 3)), ((0, 2), (2, 3)), ((0, 1), (1, 2), (2, 3)))


def test_index_zero_is_the_official_one() -> None:
    assert space.format_cell(space.cell(0)) == FIRST


def test_every_index_comes_back_from_its_string() -> None:
    assert [space.index(space.format_cell(space.cell(i))) for i in range(space.SIZE)] == list(
        range(15625)
    )


def test_every_string_equals_the_official_table_needs_nas_tables(tables: Path) -> None:
    with gzip.open(tables / "nb201.csv.gz", "rt") as file:
        rows = list(csv.DictReader(file))
    assert [(int(row["index"]), row["arch"]) for row in rows] == [
        (i, space.format_cell(space.cell(i))) for i in range(space.SIZE)
    ]


@pytest.mark.parametrize("index", [-1, 15625])
def test_an_index_outside_the_space_is_refused(index: int) -> None:
    with pytest.raises(InputError, match="indices run from 0 to 15624"):
        space.cell(index)


@pytest.mark.parametrize(
    ("string", "complaint"),
    [
        ("", "malformed"),
        ("nor_conv_3x3", "expected the form"),
        (FIRST.replace("~2|", "~1|"), "expected the edges in the order"),
        (FIRST.replace("avg_pool_3x3", "avg_pool_3x33"), "did you mean 'avg_pool_3x3'"),
        (FIRST.removesuffix("|"), "malformed"),
        (FIRST + "+|none~0|", "malformed"),
    ],
)
def test_a_malformed_string_is_refused_with_the_reason(string: str, complaint: str) -> None:
    with pytest.raises(InputError, match=complaint):
        space.parse(string)


def test_live_edges_are_those_on_a_path_without_none() -> None:
    for cell in itertools.islice(space.cells(), 0, None, 7):
        operation = dict(zip(space.EDGES, cell, strict=True))
        open_paths = [path for path in PATHS if all(operation[edge] != "none" for edge in path)]
        expected = tuple(any(edge in path for path in open_paths) for edge in space.EDGES)
        assert space.live_edges(cell) == expected


def test_341_cells_are_disconnected() -> None:
    assert sum(not space.is_connected(cell) for cell in space.cells()) == 341


def test_there_are_6466_isomorphism_classes() -> None:
    assert len({space.canonical(cell) for cell in space.cells()}) == 6466


def test_a_skip_connection_stands_for_its_source() -> None:
    through_skip = ("skip_connect", "none", "none", "none", "nor_conv_3x3", "none")
    direct = ("skip_connect", "none", "none", "nor_conv_3x3", "none", "none")
    other = ("skip_connect", "none", "none", "nor_conv_1x1", "none", "none")
    assert space.canonical(through_skip) == space.canonical(direct) != space.canonical(other)
