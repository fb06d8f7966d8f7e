"""Features of graphs on cells whose paths can be counted by hand."""

import math
from pathlib import Path

import networkx
import pytest

import benchmarks_data
from benchmarks_data.benchmark import HasGraphFeatures
from benchmarks_data.darts_bench import DartsBench
from benchmarks_data.errors import InputError
from benchmarks_data.graph_features import edge_features, joined_features, vertex_features
from benchmarks_data.nb301 import NasBench301
from benchmarks_data.spaces.darts.listed import ListedGenotypes

NB201 = benchmarks_data.get("nb201")
#: 0-1 3x3, 0-2 skip, 1-2 pool, 0-3 1x1, 1-3 none, 2-3 3x3.
CELL = "|nor_conv_3x3~0|+|skip_connect~0|avg_pool_3x3~1|+|nor_conv_1x1~0|none~1|nor_conv_3x3~2|"


def features_of(string: str) -> dict[str, float]:
    assert isinstance(NB201, HasGraphFeatures)
    return dict(NB201.graph_features(NB201.index(string)))


def test_features_of_a_cell_are_those_counted_by_hand() -> None:
    features = features_of(CELL)
    assert len(features) == 5 + 31 * 5
    counted = {
        "count": {"nor_conv_3x3": 2, "none": 1, "skip_connect": 1, "avg_pool_3x3": 1},
        # 0-1-2-3 needs pool and 3x3, 0-2-3 skip and 3x3, 0-3 the 1x1 alone; 6 edges are no path.
        "shortest": {
            "nor_conv_3x3": 6,
            "nor_conv_1x1": 1,
            "none": 6,
            "nor_conv_3x3+avg_pool_3x3": 3,
            "skip_connect+nor_conv_3x3": 2,
            "skip_connect+nor_conv_3x3+avg_pool_3x3": 2,
            "none+nor_conv_3x3": 2,
        },
        "longest": {
            "nor_conv_3x3": 0,
            "nor_conv_1x1": 1,
            "nor_conv_3x3+avg_pool_3x3": 3,
            "skip_connect+nor_conv_3x3+avg_pool_3x3": 3,
            "skip_connect+nor_conv_1x1+nor_conv_3x3": 2,
        },
        "from_input": {"nor_conv_3x3": 1, "skip_connect+nor_conv_1x1+nor_conv_3x3": 3, "none": 0},
        "into_output": {"nor_conv_3x3": 1, "none": 1, "nor_conv_1x1+nor_conv_3x3": 2},
        "degree": {"nor_conv_3x3": 2 / 4, "nor_conv_1x1+nor_conv_3x3": 3 / 4},
    }
    for kind, values in counted.items():
        for operations, value in values.items():
            assert features[f"{kind}[{operations}]"] == value, (kind, operations)
    every = "none+skip_connect+nor_conv_1x1+nor_conv_3x3+avg_pool_3x3"
    assert features[f"degree[{every}]"] == 6 / 4


def test_dead_edges_do_not_show() -> None:
    # Nothing leaves node 1 but none: the convolution into it is dead.
    dead = "|nor_conv_3x3~0|+|skip_connect~0|none~1|+|nor_conv_1x1~0|none~1|nor_conv_3x3~2|"
    features = features_of(dead)
    assert features == features_of(dead.replace("nor_conv_3x3~0", "none~0"))
    assert features["count[nor_conv_3x3]"] == 1


def test_paths_are_those_of_networkx() -> None:
    kinds = ("none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3")
    for index in range(0, 15625, 500):
        cell = NB201.architecture(index).structure
        edges = dict(zip([(0, 1), (0, 2), (1, 2), (0, 3), (1, 3), (2, 3)], cell, strict=True))
        features = edge_features(edges, kinds, 3)
        for name in ("nor_conv_1x1+nor_conv_3x3", "skip_connect+nor_conv_3x3", "avg_pool_3x3"):
            allowed = [edge for edge, kind in edges.items() if kind in name.split("+")]
            graph = networkx.DiGraph(allowed)
            graph.add_nodes_from(range(4))
            lengths = [len(path) - 1 for path in networkx.all_simple_paths(graph, 0, 3)]
            assert features[f"shortest[{name}]"] == min(lengths, default=6)
            assert features[f"longest[{name}]"] == max(lengths, default=0)


def test_operations_on_vertices_are_counted_by_hand() -> None:
    # 0 (input) - 1 (c3) - 2 (mp) - 4 (output), 0 - 3 (c1) - 4, 1 - 3.
    edges = [(0, 1), (1, 2), (2, 4), (0, 3), (3, 4), (1, 3)]
    features = vertex_features(("c3", "mp", "c1"), edges, ("c3", "c1", "mp"))
    assert len(features) == 3 + 7 * 6
    for name, value in {
        "count[c3]": 1,
        "shortest[c1]": 2,
        "longest[c1]": 2,
        "shortest[c3+c1]": 2,
        "longest[c3+c1]": 3,
        "shortest[c3]": 5,
        "longest[c3]": 0,
        "from_input[c3+mp]": 1,
        "into_output[c1+mp]": 2,
        "inward[c3]": 2 / 5,
        "outward[c1]": 2 / 5,
    }.items():
        assert features[name] == value, name


def test_a_cell_that_joins_its_nodes_is_counted_by_hand() -> None:
    # Inputs 0 and 1; 2 reads 0 (c) and 1 (s), 3 reads 2 (c) twice, 4 reads 1 (p) and 3 (s).
    terms = [
        ((1, 4), "p"), ((3, 4), "s"), ((2, 3), "c"), ((2, 3), "c"), ((0, 2), "c"), ((1, 2), "s"),
    ]  # fmt: skip
    features = joined_features(terms, ("c", "s", "p"), 2, 5)
    assert len(features) == 3 + 7 * 5
    for name, value in {
        "count[c]": 3,
        "most_0[c]": 2,
        "most_1[c]": 1,
        "most_0[s]": 1,
        "most_1[s]": 2,
        "most_1[p]": 1,
        "most_0[p]": 0,
        "most_1[c+s]": 3,
        "from_0[c]": 1,
        "from_1[c+s+p]": 2,
        "degree[c+s]": 5 / 5,
    }.items():
        assert features[name] == value, name
    # What none leads to is dead: 2 has no input then, so 3 has none either.
    dead = [(edge, "none" if edge[1] == 2 else kind) for edge, kind in terms]
    features = joined_features(dead, ("c", "s", "p"), 2, 5)
    assert {key for key, value in features.items() if value and "+" not in key} == {
        "count[p]", "most_1[p]", "from_1[p]", "degree[p]",
    }  # fmt: skip


@pytest.mark.parametrize(("kind", "size"), [(DartsBench, 545), (NasBench301, 199)])
def test_genotypes_have_the_features_of_both_cells_needs_nas_tables(
    kind: type[ListedGenotypes], size: int, more_tables: Path
) -> None:
    benchmark = kind()
    benchmark.table(more_tables)
    assert isinstance(benchmark, HasGraphFeatures)
    rows = [dict(benchmark.graph_features(index)) for index in range(0, size, 50)]
    assert len({tuple(row) for row in rows}) == 1
    assert len(rows[0]) == 2 * (7 + 127 * 5)
    for row in rows:
        for cell in ("normal", "reduce"):
            counts = [value for key, value in row.items() if key.startswith(f"{cell} count")]
            assert 0 < sum(counts) <= 8  # two for each of four nodes, less those with none
    assert len({tuple(row.values()) for row in rows}) == len(rows)


@pytest.mark.parametrize("name", ["nb201", "nb101", "transnas101_micro"])
def test_all_cells_of_a_space_have_the_same_features(name: str) -> None:
    benchmark = benchmarks_data.get(name)
    assert isinstance(benchmark, HasGraphFeatures)
    names = [list(benchmark.graph_features(index)) for index in (0, 1, 77, benchmark.size - 1)]
    assert names[0] == names[1] == names[2] == names[3]
    values = benchmark.graph_features(benchmark.size - 1).values()
    assert all(math.isfinite(value) for value in values)
    with pytest.raises(InputError, match="no architecture"):
        benchmark.graph_features(benchmark.size)
