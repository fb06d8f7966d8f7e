"""The places of proxies in the regression, where something moves or where they are asked for."""

from pathlib import Path
from xml.etree import ElementTree

import pytest

from harness.regress import main
from tests.harness.baselines import changed, row, with_value


def test_places_that_move_are_in_every_summary(
    baseline: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = {name: row(baseline, "synflow", name) for name in ("score", "tau", "tau_low")}
    path = changed(baseline, tmp_path, lines["score"], with_value(lines["score"], 1.0))
    path = changed(path, tmp_path, lines["tau"], with_value(lines["tau"], -0.9))
    path = changed(path, tmp_path, lines["tau_low"], with_value(lines["tau_low"], -1.0))
    summaries = tmp_path / "s.md", tmp_path / "s.xml"
    words = ["--markdown", str(summaries[0]), "--junit", str(summaries[1])]
    assert main(["--baseline", str(path), "--workers", "1", *words]) == 1
    shown = capsys.readouterr().out
    assert "place: synflow: place 4 of 4 by tau before, " in shown
    suite = ElementTree.parse(summaries[1]).getroot()[0]
    told = suite.findtext("system-out") or ""
    assert [f"place: {line}" for line in told.splitlines()] == [
        line for line in shown.splitlines() if line.startswith("place: ")
    ]
    text = summaries[0].read_text()
    assert "### Places by tau among 4 proxies\n\n| proxy | place before | place now |" in text
    assert "| synflow | 4 | " in text


def test_places_that_hold_are_told_when_they_are_asked_for(
    baseline: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["--baseline", str(baseline), "--workers", "1", "--markdown", str(tmp_path / "s.md")]
    assert main(words) == 0
    assert "place" not in capsys.readouterr().out
    assert "Places" not in (tmp_path / "s.md").read_text()
    assert main([*words, "--places"]) == 0
    shown = capsys.readouterr().out
    assert shown.count("place: ") == 4
    assert shown.count("by tau, as before") == 4
    assert main(["--baseline", str(baseline), "--update", "--places"]) == 2
    assert "belong to a comparison" in capsys.readouterr().err
