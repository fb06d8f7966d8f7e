"""Cells of NAS-Bench-101 many at once against one network after the other."""

import itertools
import random
from collections.abc import Iterator
from functools import partial

import pytest
import torch
from nasbench_pytorch.model import Network as Published

from benchmarks_data.nb101 import network as networks
from benchmarks_data.nb101 import space
from harness.scoring import portions
from proxies.engines.nb101 import ENGINE, flow, graph, passes
from tests.networks import inputs
from tests.proxies.engines.pixels import (
    check_against_one_network_after_the_other,
    check_that_no_score_depends_on_its_batch,
)


@pytest.fixture
def thin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Networks of 20 channels instead of 128, whose thirds are uneven in each stack."""
    monkeypatch.setattr(networks, "Published", partial(Published, stem_out_channels=20))
    monkeypatch.setattr(graph, "CHANNELS", 20)
    _forget()
    yield
    monkeypatch.undo()
    _forget()


def _forget() -> None:
    graph.cells.cache_clear()
    portions.shared_by_seed.cache_clear()


def _cells_of(vertices: int, count: int) -> list[int]:
    stream = random.Random(vertices)
    chosen: set[int] = set()
    while len(chosen) < count:
        index = stream.randrange(space.SIZE)
        if len(space.cell(index).adjacency) == vertices:
            chosen.add(index)
    return sorted(chosen)


@pytest.mark.slow
@pytest.mark.usefixtures("thin")
@pytest.mark.parametrize(("dtype", "count"), [("float64", 40), ("float32", 10)])
def test_scores_are_those_of_one_network_after_the_other(dtype: str, count: int) -> None:
    """Random cells, and the smallest; channels are divided unevenly among many of them."""
    indices = random.Random(0).sample(range(space.SIZE), count)
    small = [space.index("1:"), space.index("101:c3"), space.index("111:mp"), *_cells_of(4, 5)]
    check_against_one_network_after_the_other("nb101", indices + small, dtype, seed=2)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_scores_are_those_of_the_published_network(dtype: str) -> None:
    check_against_one_network_after_the_other("nb101", _cells_of(7, 2) + _cells_of(5, 1), dtype)


@pytest.mark.usefixtures("thin")
def test_scores_do_not_depend_on_what_is_computed_with_them() -> None:
    graphs = [space.cell(index).adjacency for index in _cells_of(6, 2)]
    kinds = [tuple(random.Random(n).choices(space.KINDS, k=4)) for n in range(25)]
    cells = {space.index(space.format_cell(space.Cell(one, k))) for one in graphs for k in kinds}
    check_that_no_score_depends_on_its_batch("nb101", [*sorted(cells), *_cells_of(7, 20)])


def test_flow_is_conserved() -> None:
    """What leaves the stem passes the projections of every cell."""
    cell = space.cell(_cells_of(7, 1)[0])
    stream = torch.Generator().manual_seed(0)

    def matrix(layer: graph.Layer, _: int) -> torch.Tensor:
        return torch.rand(layer.outputs, layer.inputs, generator=stream, dtype=torch.float64)

    known: dict[graph.Layer, torch.Tensor] = {}
    every = flow.flows(
        cell.adjacency,
        [cell.operations, ("c3",) * 5],
        lambda layer, row: known.setdefault(layer, matrix(layer, row)),
        10,
    )
    by_cell = every.layers.reshape(2, 9, -1).sum(2)
    assert torch.allclose(by_cell, every.total[:, None].expand(-1, 9), rtol=1e-10)


def test_cells_of_one_graph_stand_side_by_side() -> None:
    indices = random.Random(1).sample(range(space.SIZE), 3000)
    structures = [(space.cell(i).adjacency, space.cell(i).operations) for i in indices]
    ordered = [adjacency for adjacency, _ in sorted(structures, key=ENGINE.order)]
    changes = sum(one != other for one, other in itertools.pairwise(ordered))
    assert changes == len(set(ordered)) - 1


def test_a_batch_that_fails_is_halved_until_the_culprit_is_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    given = inputs(size=32)
    sharing = passes.Shared(lambda cell: networks.Network(cell, 10, 0), given)
    adjacency = space.cell(space.index("101101:c3|mp")).adjacency
    cells = [space.Cell(adjacency, (a, b)) for a in space.KINDS for b in space.KINDS]

    def fragile(*given: object) -> object:
        if ("c1", "mp") in given[1]:  # type: ignore[operator]
            raise MemoryError("too little")
        return flow.flows(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(passes, "flows", fragile)
    results = passes.compute("expected_flow", sharing, cells, None)
    failed = [isinstance(one, MemoryError) for one in results]
    assert failed == [cell.operations == ("c1", "mp") for cell in cells]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_batch_is_as_large_as_memory_holds_of_numbers_of_its_kind(
    monkeypatch: pytest.MonkeyPatch, dtype: str
) -> None:
    sharing = passes.Shared(lambda cell: networks.Network(cell, 10, 0), inputs(dtype, size=32))
    adjacency = space.cell(space.index("101101:c3|mp")).adjacency
    cells = [space.Cell(adjacency, (a, b)) for a in space.KINDS for b in space.KINDS]
    sizes: list[int] = []

    def counted(*given: object) -> object:
        sizes.append(len(given[1]))  # type: ignore[arg-type]
        return flow.flows(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(passes, "flows", counted)
    row = passes.NUMBERS_OF_A_ROW * getattr(torch, dtype).itemsize
    passes.compute("expected_flow", sharing, cells, 4 * row + 1)
    assert sizes == [4, 4, 1]
