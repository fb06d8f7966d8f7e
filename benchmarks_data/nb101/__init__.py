"""NAS-Bench-101: 423,624 cells, graphs with an operation on each vertex (Ying et al., ICML 2019,
arXiv 1902.09635).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from benchmarks_data.benchmark import Architecture, Dataset
from benchmarks_data.graph_features import vertex_features
from benchmarks_data.nb101 import edits, space

if TYPE_CHECKING:
    from benchmarks_data.nb101.network import Network
    from benchmarks_data.table import Table


class NasBench101:
    """The benchmark's contract (:class:`benchmarks_data.benchmark.Benchmark`)."""

    name = "nb101"
    paper = "https://arxiv.org/abs/1902.09635"
    description = (
        "NAS-Bench-101: graphs of up to 7 vertices and 9 edges with an operation on "
        "each vertex, trained on cifar10"
    )
    size = space.SIZE
    parted_by = "number of vertices"
    datasets: ClassVar[Mapping[str, Dataset]] = {"cifar10": Dataset(10, 32)}

    def architecture(self, index: int) -> Architecture:
        cell = space.cell(index)
        return Architecture(index, space.format_cell(cell), (cell.adjacency, cell.operations))

    def index(self, string: str) -> int:
        return space.index(string)

    def is_connected(self, index: int) -> bool:  # noqa: ARG002 (every cell of the space is)
        return True

    def canonical(self, index: int) -> str:
        return space.hash_of(index)

    def neighbours(self, index: int) -> list[int]:
        """Return the cells that one edit makes of *index*: another operation on a vertex, an edge
        more or less, or a vertex more or less that has one edge in and one out.

        The published mutation (Ying et al., ICML 2019) changes operations and edges of a graph of 7
        vertices, in which idle ones lie in reserve; here cells have no idle vertex, and a vertex
        comes with its edges.
        """
        return edits.neighbours(index)

    def part(self, index: int) -> str:
        return _part(space.vertices_of(index))

    def shares(self) -> dict[str, float]:
        counts = space.CELLS_BY_VERTICES.items()
        return {_part(vertices): count / self.size for vertices, count in counts}

    def depth(self, index: int) -> int:
        return space.depth(space.cell(index))

    def graph_features(self, index: int) -> dict[str, float]:
        cell = space.cell(index)
        edges = zip(*(ends.tolist() for ends in cell.matrix.nonzero()), strict=True)
        return vertex_features(cell.operations, edges, space.KINDS)

    def network(self, index: int, classes: int, seed: int) -> Network:
        from benchmarks_data.nb101.network import Network

        return Network(space.cell(index), classes, seed)

    def table(self, folder: Path | None = None) -> Table:
        from benchmarks_data.nb101.sources import read

        return read(folder)


def _part(vertices: int) -> str:
    return f"{vertices} vertices"


BENCHMARK = NasBench101()
