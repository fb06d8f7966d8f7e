"""What a run as a function call tells, shows and saves."""

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import torch
from matplotlib.figure import Figure
from torch import nn

from benchmarks_data.errors import InputError
from harness.runs.evaluation import Evaluation, evaluate
from tests.evaluating import ARCHS, weights


def test_warnings_say_what_is_missing_and_what_is_left_out(trained: pd.DataFrame) -> None:
    def fails(network: nn.Module, inputs: Any) -> float:  # noqa: ARG001
        raise RuntimeError("not today")

    called = evaluate(fails, archs=[0, 1, 77, 3], table=trained)
    assert len(called.warnings) == 2
    assert called.warnings[0].startswith("archs: ")
    assert "left out" in called.warnings[0]
    assert "fails: 3 of 3 scores are missing" in called.warnings[1]
    assert "not today" in called.warnings[1]


def test_progress_hears_of_all_scores_and_may_stop_the_call(trained: pd.DataFrame) -> None:
    heard: list[tuple[int, int]] = []
    given: dict[str, Any] = {"archs": 3, "table": trained}
    evaluate([weights, "synflow"], progress=lambda *numbers: heard.append(numbers), **given)
    assert heard[-1] == (21, 21)
    assert heard == sorted(heard)

    def stop(done: int, total: int) -> None:
        raise RuntimeError(f"{done} of {total}")

    torch.set_num_threads(2)
    try:
        with pytest.raises(RuntimeError, match="of 21"):
            evaluate([weights, "synflow"], progress=stop, **given)
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(1)


def test_progress_can_be_shown(capfd: pytest.CaptureFixture[str], trained: pd.DataFrame) -> None:
    evaluate("params", archs=3, progress=True, table=trained)
    assert "15 of 15 scores of 3 architectures" in capfd.readouterr().err


def test_figures_by_name_and_target(mixed: Evaluation) -> None:
    assert isinstance(mixed.figure("tau"), Figure)
    assert isinstance(mixed.figure("seeds", "cifar10_test"), Figure)  # asks for directions
    with pytest.raises(InputError, match="unknown figure 'taus': did you mean 'tau'"):
        mixed.figure("taus")
    with pytest.raises(InputError, match="unknown target"):
        mixed.figure("tau", "cifar100_test")
    with pytest.raises(InputError, match="strata has nothing to show"):
        mixed.figure("strata")


def test_figures_have_the_width_that_is_asked_for(mixed: Evaluation) -> None:
    assert mixed.figure("tau", width="column").get_figwidth() == 3.25
    assert mixed.figure("tau", width=5).get_figwidth() == 5
    for width in ("wide", 0.1, True, None):
        with pytest.raises(InputError, match="the width of figures must be column, text or inches"):
            mixed.figure("tau", width=width)


def test_a_notebook_shows_headline_and_correlations(mixed: Evaluation) -> None:
    assert repr(mixed) == "<Evaluation of 7 scores on 8 architectures of nb201: cifar10_test>"
    shown = mixed._repr_html_()
    assert "weights has Kendall&#39;s tau " in shown
    assert shown.count("<tr") == 8
    assert "<td>weights</td>" in shown
    frame = pd.DataFrame({"a.b": range(5)})
    assert (
        "<caption>a.b</caption>"
        in evaluate("params", table=frame, target="a.b", archs="all")._repr_html_()
    )


def test_what_is_saved_says_that_it_was_called(mixed: Evaluation, tmp_path: Path) -> None:
    assert mixed.save(tmp_path / "out") == tmp_path / "out"
    record = json.loads((tmp_path / "out" / "run.json").read_text())
    listed = ", ".join(map(str, ARCHS))
    assert record["command"] == [
        f"harness.evaluate([weights, 'synflow'], archs=[{listed}], seeds=2)"
    ]
    assert record["archs"]["given"] == "a list of 8"
    assert "harness.evaluate([weights, " in (tmp_path / "out" / "report.md").read_text()
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "search.json").write_text("{}")
    with pytest.raises(
        InputError, match=r"holds a result of harness.search: choose another folder$"
    ):
        mixed.save(tmp_path / "other")
