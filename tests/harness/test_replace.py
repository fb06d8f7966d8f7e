"""What a run says before it begins, and which reports it leaves alone."""

import json
import sys
from pathlib import Path

import pytest

from harness.run import main
from harness.runs.plan import RunOptions, drawn, make_plan
from tests.runs import arguments

LARGER = "holds a report of 9 architectures"


def cheap(folder: Path, archs: int, *more: str) -> int:
    words = ["--proxy", "params", "--archs", str(archs), "--workers", "1"]
    return main([*words, "--store", str(folder / "s.sqlite"), *more])


def count(folder: Path) -> int:
    return int(json.loads((folder / "run.json").read_text())["archs"]["count"])


def test_a_smaller_run_goes_beside_a_larger_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    usual = Path("reports/nb201-cifar10")
    assert cheap(tmp_path, 9) == 0
    assert "stays" not in capsys.readouterr().err
    assert cheap(tmp_path, 4) == 0
    shown = capsys.readouterr()
    assert f"{usual} {LARGER}, which stays: this one of 4 goes to {usual}-4" in shown.err
    assert f"{usual}-4/report.html" in shown.out
    assert (count(usual), count(Path(f"{usual}-4"))) == (9, 4)
    assert cheap(tmp_path, 4) == 0, "the folder beside it holds one of the same size"
    assert cheap(tmp_path, 4, "--replace") == 0
    assert "which this one replaces" in capsys.readouterr().err
    assert count(usual) == 4


def test_a_larger_or_equal_run_replaces_as_before(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    for archs in (3, 3, 5):
        assert cheap(tmp_path, archs, "--out", str(out)) == 0
        assert count(out) == archs
    assert capsys.readouterr().err.count("which this one replaces") == 2


def test_a_named_folder_with_a_larger_report_is_refused_before_anything_is_scored(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert cheap(tmp_path, 9, "--out", str(out)) == 0
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    capsys.readouterr()
    assert main(arguments(tmp_path, "--proxy", "synflow", "--archs", "4")) == 2
    shown = capsys.readouterr().err
    assert f"{LARGER}, and this one would have 4: choose another folder with --out" in shown
    assert "--replace" in shown
    assert shown.count("\n") == 1
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before
    assert cheap(tmp_path, 4, "--out", str(out), "--replace") == 0
    assert count(out) == 4


def test_a_damaged_record_is_no_larger_report(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    for text in ("{}", "[", '{"archs": {"count": "many"}}'):
        (out / "run.json").write_text(text)
        assert cheap(tmp_path, 2, "--out", str(out)) == 0


def test_a_run_that_names_no_number_says_how_many_it_draws(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert drawn(make_plan(RunOptions())).startswith("1,000 of 15,625 architectures are drawn")
    assert main(arguments(tmp_path, "--proxy", "params", "--workers", "1")) == 0
    shown = capsys.readouterr().err
    assert shown.count("architectures are drawn: --archs N draws N of them, --archs all") == 1
    assert main(arguments(tmp_path, "--proxy", "params", "--archs", "1000")) == 0
    assert "are drawn" not in capsys.readouterr().err


def test_what_is_replaced_is_said_only_once_the_executor_has_accepted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert cheap(tmp_path, 2, "--out", str(tmp_path / "out")) == 0
    capsys.readouterr()
    monkeypatch.setitem(sys.modules, "ray", None)
    words = ["--proxy", "params", "--archs", "3", "--executor", "ray"]
    assert main(arguments(tmp_path, *words)) == 2
    shown = capsys.readouterr().err
    assert "pip install ray" in shown
    assert "replaces" not in shown
    assert cheap(tmp_path, 2, "--out", str(tmp_path / "out")) == 0, "nothing is due"
    assert capsys.readouterr().err.count("which this one replaces") == 1
