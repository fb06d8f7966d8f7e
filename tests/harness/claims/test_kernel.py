"""The bound and the kernel that it is computed from."""

import math
from pathlib import Path

import numpy as np
import pytest

import benchmarks_data
from benchmarks_data import spaces
from benchmarks_data.benchmark import Dataset
from benchmarks_data.nb201.network import Network
from harness.claims import kernel, rows
from harness.claims.kernel import bound
from harness.scoring.inputs import network_inputs
from proxies.passes.jacobian import tangent_kernel
from proxies.passes.supernet import operation_sensitivity
from proxies.view import View, cell_view


def test_the_bound_is_that_of_the_theorem() -> None:
    stream = np.random.default_rng(0)
    rows = stream.normal(size=(7, 30))
    gram, labels = rows @ rows.T, np.array([0, 1, 2, 0, 1, 2, 0])
    indicators = np.eye(3)[labels] - np.eye(3)[labels].mean(axis=0)
    expected = math.sqrt(sum(y @ np.linalg.solve(gram, y) for y in indicators.T) / 7)
    assert bound(gram, labels, 3) == pytest.approx(expected, rel=1e-9)
    assert bound(1e60 * gram, labels, 3) == pytest.approx(1e-30 * expected, rel=1e-9)
    assert math.isnan(bound(np.ones((3, 3)), labels[:3], 3))
    assert math.isnan(bound(np.zeros((3, 3)), labels[:3], 3))
    assert math.isnan(bound(np.full((3, 3), np.inf), labels[:3], 3))


def test_an_operation_s_bound_is_that_of_the_supernet_that_has_taken_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("benchmarks_data.spaces.nb201.CELLS_PER_STAGE", 1)
    design = kernel.Design(4, None, 1)
    measured = kernel.measure_supernet(design, 2)
    space = spaces.get("nb201")
    given = network_inputs(None, 1, Dataset(10, 32), "float64", "cpu")
    for number, place in ((0, 2), (5, 4)):
        supernet = space.supernet("cifar10", 1, channels=2).double()
        supernet.gates.keep([[n != number or k == place for k in range(5)] for n in range(6)])
        matrix = tangent_kernel(View(supernet), given, batch=4).kernel.numpy()
        assert measured.bound[number][place] == pytest.approx(
            bound(matrix, given.labels(4).numpy(), 10), rel=1e-9
        )
        assert measured.trace[number][place] == pytest.approx(np.trace(matrix), rel=1e-9)
    values = operation_sensitivity(
        space.supernet("cifar10", 1, channels=2).double(), given, objective="snip", batch=4
    ).values
    assert measured.snip == [pytest.approx(row) for row in values]
    frame = rows.operation_rows({(1, 2): measured})
    row = frame[(frame["choice"] == "0-1") & (frame["operation"] == "nor_conv_1x1")].iloc[0]
    assert (row["snip"], row["bound"]) == (pytest.approx(values[0][2]), measured.bound[0][2])


def test_the_kernel_is_that_of_the_network_and_the_batch() -> None:
    network = Network(
        benchmarks_data.get("nb201").architecture(1462).structure, 10, 3, channels=2
    ).double()
    given = network_inputs(None, 3, Dataset(10, 32), "float64", "cpu")
    matrix = tangent_kernel(cell_view(network), given, batch=5).kernel.numpy()
    labels = given.labels(5).numpy()
    cell = kernel.measure_cell(kernel.Design(5, None, 3), (1462, 2))
    assert cell.bound == pytest.approx(bound(matrix, labels, 10), rel=1e-9)
    assert cell.bound != pytest.approx(bound(matrix, labels[::-1], 10), rel=1e-3)
    assert cell.trace == pytest.approx(np.trace(matrix))
    assert cell.scale_free_bound == pytest.approx(
        bound(5 * matrix / np.trace(matrix), labels, 10), rel=1e-9
    )


def test_searches_of_both_spaces_find_the_largest_networks_with_synflow(tmp_path: Path) -> None:
    design = kernel.Design(4, None, 0)
    sizes = {
        space: kernel.search_size(design, tmp_path, (space, "synflow", 0))
        for space in ("nb201", "darts")
    }
    assert sizes["nb201"].params == 1_531_546
    assert "nor_conv_3x3" in sizes["nb201"].arch
    assert sizes["darts"].params > 4_900_000
    assert len(list(tmp_path.iterdir())) == 2
