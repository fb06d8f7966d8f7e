"""Reports of stored scores: what they say, how runs are merged, and what is escaped."""

import json
from pathlib import Path

import pandas as pd
import pytest

from harness.report import main


@pytest.mark.figures
def test_a_run_is_analysed_anew_without_scoring(
    runs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = {
        name: (runs / "zeros" / name).read_bytes()
        for name in ("scores.csv", "correlations.csv", "comparisons.csv")
    }
    command = json.loads((runs / "zeros" / "run.json").read_text())["command"]
    for _ in range(2):
        assert main([str(runs / "zeros")]) == 0
    assert {name: (runs / "zeros" / name).read_bytes() for name in before} == before
    record = json.loads((runs / "zeros" / "run.json").read_text())
    assert (record["scored_by"], record["command"]) == (
        [command],
        ["python -m harness.report", str(runs / "zeros")],
    )
    assert "report.html" in capsys.readouterr().out


@pytest.mark.figures
def test_a_width_adds_figures_as_pdf_and_a_report_without_it_removes_them(
    runs: Path, tmp_path: Path
) -> None:
    assert main([str(runs / "zeros"), "--out", str(tmp_path), "--width", "3.5"]) == 0
    names = {path.name for path in tmp_path.iterdir()}
    assert {"correlations.tex", "comparisons.tex", "cite.bib"} <= names
    pictures = {name.removesuffix(".png") for name in names if name.endswith(".png")}
    assert {name.removesuffix(".pdf") for name in names if name.endswith(".pdf")} == pictures
    assert main([str(tmp_path)]) == 0
    assert not list(tmp_path.glob("*.pdf"))


def test_a_declared_score_is_kept_and_can_be_changed(
    runs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    both = [str(runs / "zeros"), str(runs / "synflow"), "--out", str(tmp_path)]
    assert main([*both, "--against", "params"]) == 0
    assert main([str(tmp_path)]) == 0
    assert json.loads((tmp_path / "run.json").read_text())["against"] == "params"
    pairs = pd.read_csv(tmp_path / "comparisons.csv")
    assert pairs.loc[pairs["family"] == "declared", "proxy"].unique().tolist() == [
        "params",
        "flops",
    ], "one ranking"
    capsys.readouterr()
    for name, complaint in (
        ("naswot", "--against naswot: it is not among the scores that are compared"),
        ("parms", "did you mean"),
    ):
        assert main([*both, "--against", name]) == 2
        shown = capsys.readouterr().err
        assert complaint in shown
        assert shown.count("\n") == 1
    record = json.loads((tmp_path / "run.json").read_text())
    (tmp_path / "run.json").write_text(json.dumps(record | {"against": 5}))
    assert main([str(tmp_path)]) == 2
    assert "has no run.json of a run" in capsys.readouterr().err


def test_the_proxy_in_focus_is_kept_and_can_be_changed(
    runs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    both = [str(runs / "synflow"), str(runs / "zeros"), "--out", str(tmp_path)]

    def title() -> tuple[str, str]:
        record = json.loads((tmp_path / "run.json").read_text())
        return record["focus"], (tmp_path / "report.md").read_text().splitlines()[0]

    assert main(both) == 0
    assert title() == ("synflow", "# synflow and 6 other scores on nb201"), "the first folder's"
    assert "synflow has Kendall's tau" in capsys.readouterr().out
    assert main([*both, "--focus", "live_params"]) == 0
    assert main([str(tmp_path)]) == 0
    assert title() == ("live_params", "# live\\_params and 6 other scores on nb201")
    capsys.readouterr()
    before = (tmp_path / "run.json").read_bytes()
    assert main([*both, "--focus", "naswot"]) == 2
    shown = capsys.readouterr().err
    assert "--focus naswot: it is not among the scores that are compared" in shown
    assert shown.count("\n") == 1
    assert (tmp_path / "run.json").read_bytes() == before


def test_a_run_from_before_there_was_a_focus_is_about_zeros(runs: Path, tmp_path: Path) -> None:
    folders = [str(runs / "synflow"), str(runs / "zeros")]
    assert main([*folders, "--out", str(tmp_path)]) == 0
    record = json.loads((tmp_path / "run.json").read_text())
    del record["focus"]
    (tmp_path / "run.json").write_text(json.dumps(record))
    assert main([str(tmp_path)]) == 0
    assert (tmp_path / "report.md").read_text().startswith("# zeros and 6 other scores")


def test_a_smaller_report_replaces_a_larger_one_only_when_told(
    runs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(runs / "zeros"), "--out", str(tmp_path)]) == 0
    record = tmp_path / "run.json"
    content = json.loads(record.read_text())
    content["archs"]["count"] += 1
    record.write_text(json.dumps(content))
    capsys.readouterr()
    again = [str(runs / "zeros"), "--out", str(tmp_path)]
    assert main(again) == 2
    assert "write over it with --replace" in capsys.readouterr().err
    assert json.loads(record.read_text()) == content
    assert main([*again, "--replace"]) == 0
    assert json.loads(record.read_text())["archs"]["count"] == content["archs"]["count"] - 1
