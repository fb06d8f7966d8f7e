"""NAS-Bench-101's enumeration, hashes, networks and subset table."""

import csv
import gzip
import math
from pathlib import Path

import numpy as np
import pytest

import benchmarks_data
from benchmarks_data.errors import InputError
from benchmarks_data.nb101 import space
from benchmarks_data.nb101.enumeration import cells, graph_hash, graphs
from benchmarks_data.nb101.sources import read_subset
from harness.scoring.job import Job, Task
from harness.scoring.networks import score_task

NB101 = benchmarks_data.get("nb101")


def test_numbers_of_cells_by_vertices_are_the_published_ones() -> None:
    found: set[str] = set()
    counts = []
    for vertices in range(2, 6):
        found.update(fingerprint for fingerprint, _, _ in cells(vertices))
        counts.append(len(found))
    assert counts == [1, 7, 91, 2532]
    assert [len(list(graphs(vertices))) for vertices in range(2, 7)] == [1, 2, 10, 97, 810]


def test_counts_of_cells_by_vertices_are_those_of_the_enumeration() -> None:
    vertices, counts = np.unique(space._space().vertices, return_counts=True)
    assert dict(zip(vertices.tolist(), counts.tolist(), strict=True)) == space.CELLS_BY_VERTICES
    assert sum(space.CELLS_BY_VERTICES.values()) == space.SIZE
    with pytest.raises(InputError, match="no architecture 423624"):
        NB101.part(space.SIZE)


def test_the_package_computes_the_same_hash() -> None:
    from nasbench_pytorch.model.graph_util import hash_module

    for index in (0, 23, 1000, 423_623):
        matrix, operations = space.cell(index).matrix, space.cell(index).operations
        labels = [-1, *(space.KINDS.index(kind) for kind in operations), -2]
        assert graph_hash(matrix, labels) == hash_module(matrix, labels) == space.hash_of(index)


def test_isomorphic_cells_and_hashes_have_one_index() -> None:
    index = NB101.index("101101001100111:c3|c3|mp|c3")
    assert index == 23
    assert NB101.index("00040b38293651f17fb665401c671bbb") == 23
    matrix = space.cell(23).matrix
    # Vertices 2 and 3 may change places where no edge joins them.
    for one in range(space.SIZE - 1, space.SIZE - 400, -1):
        cell = space.cell(one)
        matrix = cell.matrix
        if len(matrix) > 3 and not matrix[1, 2] and cell.operations[0] != cell.operations[1]:
            order = [0, 2, 1, *range(3, len(matrix))]
            swapped = matrix[np.ix_(order, order)]
            bits = "".join(map(str, swapped[np.triu_indices(len(matrix), 1)]))
            operations = [cell.operations[1], cell.operations[0], *cell.operations[2:]]
            assert NB101.index(f"{bits}:{'|'.join(operations)}") == one
            return
    pytest.fail("no cell to swap")


def test_a_damaged_cache_is_no_cache(tmp_path: Path) -> None:
    (tmp_path / "x.npz").write_bytes(b"PK\x03\x04 cut off")
    assert space._read(tmp_path / "x.npz") is None
    assert space._read(tmp_path / "absent.npz") is None


def test_a_hash_of_no_cell_is_called_so() -> None:
    with pytest.raises(InputError, match=f"no cell of NAS-Bench-101 has the hash {'0' * 32}"):
        space.index("0" * 32)


def test_idle_vertices_and_too_many_edges_are_refused() -> None:
    for text in ("001:c3", "111111111111111:c3|c3|c3|c3", "101101:c3|c5"):
        with pytest.raises(InputError):
            NB101.index(text)


def test_the_cell_without_operations_has_no_zeros_score() -> None:
    scores = score_task(Job("nb101", "cifar10"), Task(NB101.index("1:"), 0, ("zeros", "synflow")))
    assert math.isnan(scores[0].score)
    assert scores[0].status.startswith("undefined")
    assert math.isfinite(scores[1].score)


def test_placeholders_of_the_package_reach_no_proxy() -> None:
    network = NB101.network(23, 10, 0)
    assert all(parameter.dim() > 0 and parameter.numel() > 0 for parameter in network.parameters())


def test_every_hash_and_index_is_the_official_one_if_NAS_TABLES_is_set(tables: Path) -> None:
    with gzip.open(tables / "nb101_subset.csv.gz", "rt", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        cell = space.cell(int(row["index"]))
        assert space.hash_of(int(row["index"])) == row["hash"]
        assert space.format_cell(cell) == f"{row['adj_upper_rowmajor']}:{row['ops']}"
    for row in rows[::50]:
        cell = space.cell(int(row["index"]))
        labels = [-1, *(space.KINDS.index(kind) for kind in cell.operations), -2]
        assert graph_hash(cell.matrix, labels) == row["hash"]


HEADER = "index,hash,n_vertices,n_edges,adj_upper_rowmajor,ops,params,cifar10_test_108ep,sources\n"
ROW = "23,00040b38293651f17fb665401c671bbb,6,9,101101001100111,c3|c3|mp|c3,3984576,91.69671,x\n"


def test_a_subset_is_read(tmp_path: Path) -> None:
    (tmp_path / "nb101_subset.csv").write_text(HEADER + ROW)
    table = NB101.table(tmp_path)
    assert table.values["cifar10_test_108ep"].to_dict() == {23: 91.69671}
    assert table.default_target("cifar10") == "cifar10_test_108ep"


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("hash,", "md5,", "line 1: no column hash"),
        ("23,000", "24,000", "line 2: hash, adj_upper_rowmajor and ops are not those of index 24"),
        ("c3|c3|mp|c3", "c3|c3|mp|c1", "line 2: hash, adj"),
        ("91.69671,x", "91.69671", "line 2: not 9 values"),
        ("91.69671", "916.9", "expected 0 to 100"),
        (ROW, ROW + ROW, "a second time"),
        (ROW, "", "has no accuracy"),
    ],
)
def test_a_damaged_subset_is_refused(tmp_path: Path, old: str, new: str, complaint: str) -> None:
    path = tmp_path / "nb101_subset.csv"
    path.write_text((HEADER + ROW).replace(old, new))
    with pytest.raises(InputError, match=complaint):
        read_subset(path)
