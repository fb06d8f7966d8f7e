"""Runs and evaluations that find scores which come with the harness."""

import gzip
import hashlib
import json
from pathlib import Path

import pandas as pd
import pytest

import harness
import proxies
from benchmarks_data.errors import InputError
from harness.report import main as report
from harness.run import main
from harness.scoring.job import Job
from proxies.registry import isolated
from tests.evaluating import weights
from tests.runs import arguments, stored_rows
from tests.shipping import shipped_in

ARCHS = [5, 77, 1651, 9999]


@pytest.fixture
def shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Scores of params that no run would give, of three of four architectures."""
    folder = shipped_in(tmp_path / "shipped", {"params": {5: 1.0, 77: 2.0, 1651: 3.0, 4: 4.0}})
    monkeypatch.setenv("NAS_SCORES", str(folder))
    return folder


def run(folder: Path, *more: str) -> pd.DataFrame:
    listed = folder / "archs"
    listed.write_text("\n".join(map(str, ARCHS)))
    words = ["--proxy", "params", "--archs", str(listed), "--workers", "1", *more]
    assert main(arguments(folder, *words)) == 0
    scores = pd.read_csv(folder / "out" / "scores.csv").set_index(["proxy", "index"])["score"]
    assert isinstance(scores, pd.Series)
    return scores["params"]


@pytest.mark.usefixtures("shipped")
def test_a_run_takes_them_and_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    scores = run(tmp_path)
    assert [scores[index] for index in ARCHS[:3]] == [1.0, 2.0, 3.0]
    assert scores[9999] > 1000, "computed"
    assert "3 of 20 scores come with the harness" in capsys.readouterr().err
    record = json.loads((tmp_path / "out" / "run.json").read_text())
    assert record["shipped"] == {"scores": 3, "of": 20, "files": ["nb201/cifar10.csv.gz"]}
    sentence = (
        "3 of 20 scores come with the harness (nb201/cifar10.csv.gz): their seconds are of the "
        "machine that computed them."
    )
    assert sentence in (tmp_path / "out" / "report.html").read_text()
    assert stored_rows(tmp_path / "s.sqlite") == 17, "none was copied into the store"
    run(tmp_path)
    said = capsys.readouterr().err
    assert "17 of 20 scores are already stored" in said
    assert "3 of 20 scores come with the harness" in said
    assert report([str(tmp_path / "out"), "--out", str(tmp_path / "again")]) == 0
    again = json.loads((tmp_path / "again" / "run.json").read_text())
    assert again["shipped"] == record["shipped"]


@pytest.mark.usefixtures("shipped")
def test_the_report_of_several_runs_does_not_count_them(tmp_path: Path) -> None:
    run(tmp_path)
    (tmp_path / "out").rename(tmp_path / "first")
    run(tmp_path)
    both = [str(tmp_path / "first"), str(tmp_path / "out")]
    assert report([*both, "--out", str(tmp_path / "both")]) == 0
    record = json.loads((tmp_path / "both" / "run.json").read_text())
    assert record["shipped"] == {"files": ["nb201/cifar10.csv.gz"]}
    sentence = "Some of the scores come with the harness (nb201/cifar10.csv.gz): their seconds"
    assert sentence in (tmp_path / "both" / "report.html").read_text()
    assert report([str(tmp_path / "both"), "--out", str(tmp_path / "again")]) == 0


@pytest.mark.usefixtures("shipped")
@pytest.mark.parametrize("option", ["--no-shipped", "--force"])
def test_a_run_can_do_without(
    option: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path, option).min() > 1000
    assert "come with" not in capsys.readouterr().err
    assert "shipped" not in json.loads((tmp_path / "out" / "run.json").read_text())
    assert run(tmp_path).min() > 1000, "its own scores come first"


def test_a_damaged_file_and_an_older_revision_are_computed_around(
    shipped: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from dataclasses import replace

    with isolated([replace(proxies.request("params").proxy, revision=9)]):
        assert run(tmp_path).min() > 1000
    said = capsys.readouterr().err
    assert "scores of params that come with the harness are not used" in said
    (shipped / "nb201/cifar10.csv.gz").write_bytes(b"\0")
    assert run(tmp_path).min() > 1000
    said = capsys.readouterr().err
    assert said.count("is not used (its checksum is not that of index.json)") == 1


def test_a_bad_row_is_computed_around(
    shipped: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = shipped / "nb201/cifar10.csv.gz"
    text = gzip.decompress(path.read_bytes()).decode()
    path.write_bytes(gzip.compress(text.replace(",2.0,", ",x,").encode()))
    record = json.loads((shipped / "index.json").read_text())
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    record["files"]["nb201/cifar10.csv.gz"]["sha256"] = sha256
    (shipped / "index.json").write_text(json.dumps(record))
    assert run(tmp_path).min() > 1000
    assert capsys.readouterr().err.count("scores of params in ") == 1


@pytest.mark.usefixtures("shipped")
def test_an_evaluation_takes_them_unless_told(tmp_path: Path) -> None:
    given = {"archs": ARCHS, "store": tmp_path / "s.sqlite"}
    evaluation = harness.evaluate("params", **given)
    assert evaluation.settings["shipped"]["scores"] == 3
    assert evaluation.scores.set_index("index").query("proxy == 'params'")["score"][77] == 2.0
    assert "shipped" not in harness.evaluate("params", archs=ARCHS, shipped=False).settings
    with pytest.raises(InputError, match="shipped: expected True or False, not 'no'"):
        harness.evaluate("params", shipped="no")  # type: ignore[arg-type]


def test_an_evaluation_warns_of_a_damaged_file(shipped: Path) -> None:
    (shipped / "nb201/cifar10.csv.gz").unlink()
    (warning,) = [one for one in harness.evaluate("params", archs=ARCHS).warnings if "used" in one]
    assert warning.startswith(str(shipped / "nb201/cifar10.csv.gz"))


def test_what_a_call_brings_is_never_taken_from_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = Job("nb201", "cifar10")
    folder = shipped_in(tmp_path, {"zeros": dict.fromkeys(ARCHS, 1.0)}, job)
    monkeypatch.setenv("NAS_SCORES", str(folder))

    def zeros(network: object, inputs: object) -> float:
        """A function of a notebook."""
        return weights(network, inputs)  # type: ignore[arg-type]

    with pytest.raises(InputError, match="zeros"):
        harness.evaluate(zeros, archs=ARCHS)
    assert harness.evaluate("zeros", archs=ARCHS).settings["shipped"]["scores"] == 4
