"""python -m harness.fit: what it leaves, and what it refuses."""

import json
import subprocess
import sys
from pathlib import Path

import msgspec
import pandas as pd
import pytest

import proxies
from harness.files.fit_record import FitRecord
from harness.fit import main
from harness.run import main as run
from tests.runs import arguments

IMPORTS = """
import importlib, sys
from harness.__main__ import COMMANDS
for module in COMMANDS.values():
    importlib.import_module(module)
import harness.analysis.results, harness.combining.report
assert "sklearn" not in sys.modules
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> str:
    made = tmp_path_factory.mktemp("fit")
    scores = ("synflow", "zeros", "vote[of=synflow+zeros]")
    command = arguments(made, "--proxy", *scores, "--archs", "40", "--workers", "1")
    assert run([*command, "--target", "cifar10_test", "--out", str(made / "run")]) == 0
    return str(made / "run")


@pytest.mark.figures
def test_it_leaves_a_table_a_figure_reports_and_a_record(
    folder: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([folder, "--networks", "10", "5", "--draws", "2", "--out", str(tmp_path)]) == 0
    said = capsys.readouterr().out.splitlines()
    assert {path.name for path in tmp_path.iterdir()} == {
        "fitted.csv", "fitted.png", "fitted.svg", "fit.json", "report.html", "report.md",
    }  # fmt: skip
    known = msgspec.convert(json.loads((tmp_path / "fit.json").read_text()), FitRecord)
    assert known.findings == said[:-1]
    assert known.networks == [5, 10]
    assert "vote[of=synflow+zeros]" not in known.of
    assert {"synflow", "zeros", "params"} <= set(known.of)
    assert isinstance(known.versions, dict)
    assert "scikit-learn" in known.versions
    frame = pd.read_csv(tmp_path / "fitted.csv")
    assert "vote[of=synflow+zeros]" in set(frame["score"])
    text = (tmp_path / "report.md").read_text()
    assert "Fitted to accuracies" in text
    assert "no network is judged that is isomorphic to a trained one" in text


def test_what_cannot_be_fitted_is_refused_in_a_line(
    folder: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = ["--out", str(tmp_path / "out")]
    (tmp_path / "combine.json").touch()
    small = ["--networks", "5"]
    for arguments_, complaint in (
        ([folder, *out], "--networks 32: the run has "),
        ([folder, "--networks", "1", *out], "--networks 1: nothing can be fitted to fewer than 2"),
        ([folder, *small, "--draws", "0", *out], "expected a positive whole number"),
        ([folder, *small, "--of", "naswot", *out], "unknown score of the run in --of: 'naswot'"),
        ([folder, *small, "--of", "zeross", *out], "did you mean 'zeros'? available: flops, "),
        ([folder, *small, "--of", "nosuch", *out], "in --of: 'nosuch': available: flops, "),
        ([folder, "--networks", "0", *out], "expected a positive whole number"),
        ([folder, *small, "--seed", "-1", *out], "expected a whole number from 0 on"),
        ([str(tmp_path / "none"), *out], "has no run.json of a run"),
        ([folder, *small, "--out", str(tmp_path)], "holds a result of harness.combine"),
        ([folder, *small, "--out", folder], "holds a result of harness.run"),
    ):
        try:
            status = main(arguments_)
        except SystemExit as stopped:
            status = int(stopped.code or 0)
        assert status == 2, arguments_
        shown = capsys.readouterr().err
        assert complaint in shown
        assert shown.count("\n") == 1
        assert "naswot," not in shown  # no list of all proxies, but the scores of the run
        assert not (tmp_path / "out").exists(), arguments_


def test_without_scikit_learn_a_line_says_how_to_get_it(
    folder: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "sklearn", None)
    assert main([folder]) == 2
    assert "pip install 'zeros-harness[fit]'" in capsys.readouterr().err


def test_no_command_starts_with_scikit_learn() -> None:
    subprocess.run([sys.executable, "-c", IMPORTS], check=True)


def test_fitted_scores_are_no_proxies() -> None:
    names = set(proxies.registered())
    assert not names & {"graf", "rank_fit"}
