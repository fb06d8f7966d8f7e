"""The theory's measurements: the bound against its definition, and the command on few small
networks.
"""

import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import benchmarks_data
from benchmarks_data import spaces
from benchmarks_data.benchmark import Dataset
from benchmarks_data.nb201.network import Network
from harness.analysis.statistics import kendall
from harness.claims import kernel, measurements, rows
from harness.claims.findings import size_sentences, verdict
from harness.claims.kernel import bound
from harness.claims.statistics import over_seeds
from harness.files.theory_record import SizeRecord
from harness.scoring.inputs import network_inputs
from harness.search_methods.outcomes import random_sizes
from harness.theory import main
from proxies.passes.jacobian import tangent_kernel
from proxies.passes.objectives import preset
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


def test_random_architectures_have_the_mean_size_of_what_a_search_can_find() -> None:
    """Each edge of a cell has a 3x3 convolution in a quarter of the cells, and a 1x1 convolution in
    another; none has none.
    """
    sizes = random_sizes("nb201", 400, 0)
    smallest, largest = 73_306, 1_531_546
    convolutions = (largest - smallest) * (9 + 1) / 9 / 4
    assert np.mean(sizes) == pytest.approx(smallest + convolutions, rel=0.05)
    assert sizes[:80] == random_sizes("nb201", 80, 0)


def test_an_operation_s_bound_is_that_of_the_supernet_that_has_taken_it() -> None:
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


@pytest.fixture(autouse=True)
def few_random_architectures(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "RANDOM", {"nb201": 20, "darts": 3})


def test_the_command_measures_resumes_and_reports(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    command = [
        "--archs",
        "6",
        "--widths",
        "2",
        "--batch",
        "4",
        "--searches",
        "0",
        "--workers",
        "1",
        "--out",
        str(tmp_path),
    ]
    command += ["--seeds", "1", "--preset", "linearised"]
    assert main(command) == 0
    shown = capsys.readouterr().out
    said = (
        "Input: images drawn by seed with natural statistics (1/f spectrum), labels at "
        "random; read by the kernel, snip"
    )
    assert shown.startswith(
        f"python -m harness.theory: {said} and grasp, not by synflow and params."
    )
    assert (tmp_path / "report.md").read_text().splitlines()[2].startswith(f"- {said}")
    assert "ZEROS of cells, objective synflow, is not judged" in shown
    cells = pd.read_csv(tmp_path / "cells.csv")
    assert len(cells) == 6
    assert cells["bound"].notna().sum() >= 3
    operations = pd.read_csv(tmp_path / "operations.csv")
    assert len(operations) == 24
    assert operations["bound"].nunique() == 24, "each operation has a supernet of its own"
    found = pd.read_csv(tmp_path / "correlations.csv")
    assert len(found) == 6 + 4
    row = found[
        (found["of"] == "cells") & (found["channels"] == 2) & (found["score"] == "params")
    ].iloc[0]
    known = cells.dropna(subset="bound")
    for suffix, column in (("", "bound"), ("_scale_free", "scale_free_bound"), ("_trace", "trace")):
        assert row[f"tau{suffix}"] == pytest.approx(
            stats.kendalltau(known["params"], known[column])[0]
        )
    assert np.allclose(known["scale_free_bound"], known["bound"] * np.sqrt(known["trace"] / 4))
    assert (row["n"], row["missing"]) == (len(known), 6 - len(known))
    assert {"bound_2.png", "bound_2.svg", "operations_2.png", "sizes.png", "report.html"} <= {
        path.name for path in tmp_path.iterdir()
    }
    assert len(json.loads((tmp_path / "theory.json").read_text())["findings"]) >= 6

    (log,) = tmp_path.glob("theory-*.jsonl")
    head, *lines = log.read_text().splitlines()
    lines[0] = lines[0].replace('"bound": ', '"round": ', 1)
    log.write_text("\n".join([f"?{head}", *lines, '{"key": "cells (1, 2)", "value": [']))
    measured: list[object] = []
    measure = kernel.measure_cell

    def counted(*given: object) -> object:
        measured.append(given)
        return measure(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(measurements, "measure_cell", counted)
    assert main(command) == 0
    assert len(measured) == 1, "one line had lost its bound"
    pd.testing.assert_frame_equal(cells, pd.read_csv(tmp_path / "cells.csv"))

    def refuse(*_: object) -> None:
        raise AssertionError("it was measured before")

    monkeypatch.setattr(measurements, "measure_cell", refuse)
    monkeypatch.setattr(measurements, "measure_supernet", refuse)
    assert main(command) == 0


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


def test_a_mean_over_seeds_holds_the_sampling_of_items_and_of_seeds() -> None:
    """The score of each seed has a slope of its own.

    The truth is tau of two normal numbers of correlation r: 2/pi asin(r).
    """
    stream = np.random.default_rng(0)
    slopes = stream.normal(0.6, 0.4, size=200_000)
    truth = float(np.mean(2 / np.pi * np.arcsin(slopes / np.hypot(slopes, 1))))
    covered = {"seeds": 0, "one seed": 0}
    for _ in range(400):
        x, pairs = stream.normal(size=60), []
        for slope in stream.normal(0.6, 0.4, size=5):
            pairs.append((x, slope * x + stream.normal(size=60)))
        both, alone = over_seeds(pairs, sampled=True), over_seeds(pairs[:1], sampled=True)
        covered["seeds"] += both.low <= truth <= both.high
        covered["one seed"] += alone.low <= truth <= alone.high
    assert 0.93 * 400 <= covered["seeds"] <= 0.97 * 400
    assert covered["one seed"] < 0.75 * 400, "what one seed cannot show"


def test_of_items_that_are_all_there_are_seeds_alone_vary() -> None:
    stream = np.random.default_rng(1)
    x = stream.normal(size=24)
    truths = [stats.kendalltau(x, x + stream.normal(size=24))[0] for _ in range(4000)]
    truth, covered = float(np.mean(truths)), 0
    for _ in range(1500):
        found = over_seeds([(x, x + stream.normal(size=24)) for _ in range(4)], sampled=False)
        covered += found.low <= truth <= found.high
    assert 0.93 * 1500 <= covered <= 0.97 * 1500
    single = over_seeds([(x, x + stream.normal(size=24))], sampled=False)
    assert math.isnan(single.low)


def test_one_seed_of_sampled_items_has_the_interval_of_kendall() -> None:
    stream = np.random.default_rng(2)
    x, y = stream.normal(size=(2, 30))
    assert over_seeds([(x, y)], sampled=True) == pytest.approx(kendall(x, y))
    assert math.isnan(over_seeds([(x, y), (x, np.ones(30))], sampled=True).value)


def test_several_seeds_and_the_authors_gates(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = [
        "--archs",
        "4",
        "--widths",
        "2",
        "--batch",
        "4",
        "--searches",
        "1",
        "--workers",
        "1",
        "--out",
        str(tmp_path),
    ]
    assert main([*command, "--seeds", "2", "--images", "noise"]) == 0
    cells, operations = (
        pd.read_csv(tmp_path / "cells.csv"),
        pd.read_csv(tmp_path / "operations.csv"),
    )
    assert list(cells["seed"].value_counts()) == [4, 4]
    found = pd.read_csv(tmp_path / "correlations.csv")
    row = found[(found["of"] == "operations") & (found["score"] == "zeros_snip")].iloc[0]
    taus = [
        stats.kendalltau(group["snip"], group["bound"])[0]
        for _, group in operations.groupby("seed")
    ]
    assert row["tau"] == pytest.approx(np.mean(taus))
    assert row["seeds"] == 2
    given = network_inputs(None, 1, Dataset(10, 32), "float64", "cpu")
    supernet = spaces.get("nb201").supernet("cifar10", 1, channels=2).double()
    values = operation_sensitivity(
        supernet, given, objective="snip", numerics=preset("authors", "snip", "nb201"), batch=4
    ).values
    second = operations[operations["seed"] == 1]
    assert list(second["snip"]) == pytest.approx([value for row in values for value in row[1:]])
    assert len(list(tmp_path.glob("theory-*.jsonl"))) == 2
    report = (tmp_path / "report.md").read_text()
    assert "ZEROS against a proxy of the theorem" in report
    shown = capsys.readouterr()
    reason = "synflow on darts with batchnorm=train: the sum of logits does not depend on the gates"
    assert shown.err.count(reason) == 1
    assert f"- Note: {reason}" in report
    assert "zeros, synflow on darts chooses" not in shown.out + report
    assert "zeros, snip on darts chooses" in shown.out
    sizes = pd.read_csv(tmp_path / "sizes.csv")
    marked = sizes[sizes["note"] == "rounding errors choose"]
    assert list(zip(marked["space"], marked["name"], strict=True)) == [("darts", "zeros, synflow")]
    assert "| rounding errors choose |" in report


def test_sizes_are_counted_in_percentiles() -> None:
    cells = pd.DataFrame(
        {"index": [1462, 1651], "arch": ["a", "b"], "channels": [4, 4], "seed": [0, 0]}
    )
    for name in ("zeros_synflow", "zeros_snip", "zeros_grasp", "synflow"):
        cells[name] = [2.0, 1.0]
    searches = {
        ("nb201", "synflow", 0): SizeRecord("x", 73_305, ""),
        ("nb201", "snip", 0): SizeRecord("", None, "useless"),
    }
    sizes = rows.size_rows(searches, {}, cells, kernel.Design(4, None, 0))
    assert sizes[sizes["by"] == "sample"]["percentile"].min() > 90
    assert sizes["percentile"].iloc[0] < 50
    assert math.isnan(sizes["percentile"].iloc[1])
    found = pd.DataFrame(
        [
            {
                "of": "cells", "score": "zeros_synflow", "channels": width, "n": 200,
                **{f"tau{kind}{end}": tau + more for kind in ("", "_scale_free") for end, more in
                   (("", 0), ("_low", -0.1), ("_high", 0.1))},
            }
            for width, tau in ((4, -0.5), (8, 0.05))
        ]
    )  # fmt: skip
    assert verdict(found, "") == "negatively correlated at 1, positively at 0 of 2 widths"
    assert verdict(found[:1], "_scale_free") == "negatively correlated"
    assert (
        verdict(found[[True, True]].assign(tau_high=-0.1), "")
        == "negatively correlated at every width"
    )
    assert verdict(found.assign(n=5), "").startswith("not judged (fewer than 20")
    above = found[:1].assign(tau_low=0.4, tau=0.5, tau_high=0.6)
    assert verdict(above, "") == "positively correlated"
    assert verdict(found[1:], "") == "not significantly correlated"
    assert verdict(found.assign(tau_low=math.nan), "").startswith("not judged (no interval)")
    published = pd.DataFrame(
        {
            "space": "darts",
            "by": "published",
            "name": ["a_1", "a_2", "b"],
            "percentile": [10.0, 30.0, 70.0],
        }
    )
    published["note"] = ""
    assert list(size_sentences("darts", published)) == [
        "The 2 published a cells are larger than 20 % of random ones on average (10 to 30).",
        "The published b cell is larger than 70 % of random ones.",
    ]


@pytest.mark.parametrize(
    ("more", "complaint"),
    [
        (["--batch", "1"], "a kernel needs at least two images"),
        (["--archs", "absent"], "expected 'all', a number or a file"),
        (["--published", "absent.json"], "cannot read absent.json"),
        (["--images", "absent.npz"], "cannot read images absent.npz"),
    ],
)
def test_bad_input_is_one_line_and_exit_2(
    more: list[str], complaint: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--out", str(tmp_path), *more]) == 2
    shown = capsys.readouterr().err
    assert complaint in shown
    assert shown.count("\n") == 1
