"""python -m harness.combine: what it leaves, and what it refuses."""

import json
import shutil
from pathlib import Path

import msgspec
import pandas as pd
import pytest

from harness.analysis.combinations import FORMULAS
from harness.combine import RULES, main
from harness.files.combine_record import CombineRecord
from harness.run import main as run
from tests.runs import arguments

SCORES = ("synflow", "l2_norm", "zeros")


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    folder = tmp_path_factory.mktemp("combine")
    command = arguments(folder, "--proxy", *SCORES, "--archs", "12", "--workers", "1")
    for dataset in ("cifar10", "cifar100"):
        more = ["--dataset", dataset, "--target", "cifar10_test"]
        assert run([*command, *more, "--out", str(folder / dataset)]) == 0
    return [str(folder / dataset) for dataset in ("cifar10", "cifar100")]


def test_it_leaves_tables_reports_and_a_record_of_its_path(
    runs: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*runs, "--size", "2", "--out", str(tmp_path)]) == 0
    said = capsys.readouterr().out.splitlines()
    assert {path.name for path in tmp_path.iterdir()} == {
        "judged.csv", "across.csv", "paths.csv", "combine.json", "report.html", "report.md",
        "within.png", "within.svg",
    }  # fmt: skip
    record = json.loads((tmp_path / "combine.json").read_text())
    known = msgspec.convert(record, CombineRecord)
    assert known.findings == said[:-1]
    assert [one.left_out for one in known.selections] == ["cifar10", "cifar100", ""]
    paths = pd.read_csv(tmp_path / "paths.csv")
    assert [one.chosen for one in known.selections] == [
        list(rows["candidate"])
        for _, rows in paths[paths["chosen"]].fillna("").groupby(["scheme", "left_out"], sort=False)
    ]
    text = (tmp_path / "report.md").read_text()
    assert text.splitlines()[2].lstrip("- ").startswith("Left out by dataset within nb201: ")
    assert "post hoc log\\_rank" in text
    judged = pd.read_csv(tmp_path / "judged.csv")
    assert set(judged["run"]) == {"nb201 cifar10", "nb201 cifar100"}
    assert (judged["n"] == 12).all()


def test_its_rules_are_those_of_the_analysis() -> None:
    assert set(RULES) == set(FORMULAS)


def test_what_cannot_be_judged_is_refused_in_a_line(
    runs: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = ["--out", str(tmp_path / "out")]
    other = tmp_path / "other"
    shutil.copytree(runs[0], other)
    changed = json.loads((other / "run.json").read_text())
    changed["table"]["sha256"] = "0" * 64
    changed["dataset"] = "cifar100"
    (other / "run.json").write_text(json.dumps(changed))
    (tmp_path / "sweep.json").touch()
    for arguments_, complaint in (
        ([runs[0], *out], "all runs are of nb201, cifar10"),
        ([runs[0], runs[0], *out], "the same folder is named twice"),
        ([*runs, "--size", "20", *out], "--size 20: "),
        ([*runs, "--size", "0", *out], "expected a positive whole number"),
        ([runs[0], str(tmp_path / "none"), *out], "has no run.json of a run"),
        ([runs[0], str(other), *out], "is another file: name the run's with --tables"),
        ([*runs, "--out", str(tmp_path)], "holds a result of harness.sweep"),
        ([*runs, "--out", runs[0]], "holds a result of harness.run"),
    ):
        try:
            status = main(arguments_)
        except SystemExit as stopped:
            status = int(stopped.code or 0)
        assert status == 2, arguments_
        assert complaint in capsys.readouterr().err
    assert not (tmp_path / "out" / "combine.json").exists()
