"""Which proxy an evaluation is about."""

import json
from pathlib import Path

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
