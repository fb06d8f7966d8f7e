"""Which proxy an evaluation is about."""

import json
from pathlib import Path

import pytest

from harness.reporting.console import tell
from harness.runs.evaluation import evaluate
from tests.evaluating import ARCHS, weights


def test_the_first_that_is_given_is_in_focus_and_another_can_be(tmp_path: Path) -> None:
    first = evaluate([weights, "zeros"], archs=ARCHS)
    assert first.results.subject == "weights"
    assert "weights has Kendall" in first._repr_html_()
    other = evaluate([weights, "zeros"], archs=ARCHS, focus="live_params")
    other.save(tmp_path)
    assert json.loads((tmp_path / "run.json").read_text())["focus"] == "live_params"
    assert "live_params and 6 other scores" in (tmp_path / "report.html").read_text()


def test_one_that_is_not_applicable_is_passed_over_and_that_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    passed = evaluate(["w_pca", weights, "zeros"], archs=ARCHS)
    assert passed.results.subject == "weights"
    said = (
        "The report is about weights: w_pca, named before it, is not applicable to these networks."
    )
    assert said in passed.warnings
    passed.save(tmp_path)
    assert json.loads((tmp_path / "run.json").read_text())["focus"] == "weights"
    assert said in (tmp_path / "report.html").read_text()
    tell("prog", passed.results, tmp_path)
    assert said in capsys.readouterr().out
    asked = evaluate(["w_pca", weights], archs=ARCHS, focus="w_pca")
    assert asked.results.subject == "w_pca"
    assert not any("The report is about" in one for one in asked.warnings)
    alone = evaluate(["w_pca"], archs=ARCHS)
    assert alone.results.subject == "w_pca"
