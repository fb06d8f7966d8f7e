"""The theory's measurements: the bound against its definition, and the command on few small networks."""

import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from harness import kernel, theory, theory_report
from harness.kernel import bound
from harness.theory import main


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


def test_random_architectures_have_the_mean_size_of_the_space() -> None:
    """Each edge of a cell has a 3x3 convolution in a fifth of the cells, and a 1x1 convolution in another."""
    sizes = kernel.random_sizes("nb201", 80, 0)
    smallest, largest = 73_306, 1_531_546
    convolutions = (largest - smallest) * (9 + 1) / 9 / 5
    assert np.mean(sizes) == pytest.approx(smallest + convolutions, rel=0.15)
    assert sizes == kernel.random_sizes("nb201", 80, 0)


@pytest.fixture(autouse=True)
def few_random_architectures(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(theory_report, "RANDOM", {"nb201": 20, "darts": 3})


def test_the_command_measures_resumes_and_reports(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    command = ["--archs", "6", "--widths", "2", "--batch", "4", "--searches", "0", "--workers", "1", "--out", str(tmp_path)]
    assert main(command) == 0
    shown = capsys.readouterr().out
    assert "ZEROS of cells, objective synflow, is " in shown
    cells = pd.read_csv(tmp_path / "cells.csv")
    assert len(cells) == 6
    assert cells["bound"].notna().sum() >= 3
    operations = pd.read_csv(tmp_path / "operations.csv")
    assert len(operations) == 24
    assert operations["bound"].nunique() == 24, "each operation has a supernet of its own"
    found = pd.read_csv(tmp_path / "correlations.csv")
    assert len(found) == 5 + 3
    row = found[(found["of"] == "cells") & (found["channels"] == 2) & (found["score"] == "params")].iloc[0]
    known = cells[cells["channels"] == 2].dropna(subset="bound")
    assert (row["n"], row["missing"]) == (len(known), 6 - len(known))
    assert {"bound_2.png", "bound_2.svg", "sizes.png", "report.html"} <= {path.name for path in tmp_path.iterdir()}
    assert len(json.loads((tmp_path / "theory.json").read_text())["findings"]) >= 6

    def refuse(*_: object) -> None:
        raise AssertionError("it was measured before")

    monkeypatch.setattr(theory, "measure_cell", refuse)
    monkeypatch.setattr(theory, "measure_supernet", refuse)
    assert main(command) == 0


def test_sizes_are_counted_in_percentiles() -> None:
    cells = pd.DataFrame({"index": [1462, 1651], "arch": ["a", "b"], "channels": [4, 4]})
    for name in ("zeros_synflow", "zeros_snip", "zeros_grasp", "synflow"):
        cells[name] = [2.0, 1.0]
    searches = {("nb201", "synflow", 0): {"arch": "x", "params": 73_305, "fault": ""}, ("nb201", "snip", 0): {"params": None}}
    sizes = theory_report.size_rows(searches, {}, cells, 0)
    assert sizes[sizes["by"] == "sample"]["percentile"].min() > 90
    assert sizes["percentile"].iloc[0] < 50
    assert math.isnan(sizes["percentile"].iloc[1])
    found = pd.DataFrame(
        [
            {"of": "cells", "score": "zeros_synflow", "channels": width, "tau": tau, "tau_low": tau - 0.1, "tau_high": tau + 0.1}
            for width, tau in ((4, -0.5), (8, 0.05))
        ]
    )
    said = theory_report.sentences(found, sizes)
    assert "ZEROS of cells, objective synflow, is negatively correlated with the bound at 1, positively at 0 of 2 widths" in said[0]


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
