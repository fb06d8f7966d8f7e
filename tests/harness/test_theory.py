"""The theory's measurements: the bound against its definition, and the command on few small
networks.
"""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from benchmarks_data import spaces
from benchmarks_data.benchmark import Dataset
from harness.claims import kernel, measurements, rows
from harness.scoring.inputs import network_inputs
from harness.theory import main
from proxies.passes.objectives import preset
from proxies.passes.supernet import operation_sensitivity


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few random architectures, and small supernets."""
    monkeypatch.setattr(rows, "RANDOM", {"nb201": 20, "darts": 3})
    monkeypatch.setattr("benchmarks_data.spaces.nb201.CELLS_PER_STAGE", 1)
    monkeypatch.setattr("benchmarks_data.spaces.darts.SEARCH_CELLS", 3)
    monkeypatch.setattr("benchmarks_data.spaces.darts.SEARCH_CHANNELS", 4)


@pytest.mark.figures
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

    monkeypatch.setattr("matplotlib.figure.Figure.savefig", lambda _, path, **__: path.touch())
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


def test_several_seeds_and_the_authors_gates(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kernel, "SEARCH_BATCH", 2)  # of supernets of full size
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
