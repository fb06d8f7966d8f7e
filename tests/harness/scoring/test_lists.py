"""Scores of a benchmark that is a list: none is ever attributed to another architecture."""

import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

import benchmarks_data
from benchmarks_data.darts_bench import DartsBench
from benchmarks_data.nb301 import NasBench301
from harness.report import main as report
from harness.run import main
from harness.runs.evaluation import evaluate
from tests.listed import write_list
from tests.runs import arguments, query_store


def run(tables: Path, folder: Path, *more: str) -> pd.DataFrame:
    """Score a list in a process that knows no other, and return scores.csv."""
    command = ["--benchmark", "nb301", "--tables", str(tables), "--proxy", "params", "--archs"]
    with benchmarks_data.isolated(NasBench301()):
        assert main([*arguments(folder, *command, "all", "--workers", "1"), *more]) == 0
    return pd.read_csv(folder / "out" / "scores.csv")


@pytest.fixture
def lists(tmp_path: Path) -> list[Path]:
    """Folders with a list of 6 architectures, the same in another order, and its first 4."""
    folders = [tmp_path / name for name in ("first", "turned", "part")]
    for folder in folders:
        folder.mkdir()
    first, *rows = write_list(folders[0], "nb301", 6).read_text().splitlines()
    turned = [f"{5 - place},{row.partition(',')[2]}" for place, row in enumerate(rows)]
    for folder, chosen in ((folders[1], turned), (folders[2], rows[:4])):
        (folder / "nb301.csv").write_text("\n".join([first, *chosen]))
    return folders


def test_a_score_belongs_to_the_architecture_and_not_to_its_index(
    lists: list[Path], tmp_path: Path
) -> None:
    by_arch = [
        run(tables, tmp_path, "--replace")
        .query("proxy == 'params'")
        .set_index("arch")["score"]
        .to_dict()
        for tables in lists
    ]
    assert len(set(by_arch[0].values())) > 1
    assert by_arch[1] == by_arch[0]
    assert by_arch[2] == {arch: by_arch[0][arch] for arch in by_arch[2]}
    keys = query_store(tmp_path / "s.sqlite", "SELECT DISTINCT benchmark FROM scores")
    assert len(keys) == 3
    assert all(key.startswith("nb301@") for (key,) in keys)


def test_scores_of_the_same_list_are_found_again(
    lists: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(lists[0], tmp_path)
    copy = tmp_path / "copy"
    copy.mkdir()
    text = (lists[0] / "nb301.csv").read_text().replace(",50\n", ",70\n")
    (copy / "nb301.csv").write_text(text)
    capsys.readouterr()
    run(copy, tmp_path)
    assert "30 of 30 scores are already stored" in capsys.readouterr().err


def test_worker_processes_open_the_same_list(lists: list[Path], tmp_path: Path) -> None:
    one = run(lists[0], tmp_path, "--proxy", "l2_norm")
    (tmp_path / "two").mkdir()
    two = run(lists[0], tmp_path / "two", "--proxy", "l2_norm", "--workers", "2")
    assert one.drop(columns="seconds").equals(two.drop(columns="seconds"))


def test_a_report_with_another_list_is_refused(
    lists: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(lists[0], tmp_path)
    again = [str(tmp_path / "out"), "--tables"]
    with benchmarks_data.isolated(NasBench301()):
        assert report([*again, str(lists[0])]) == 0
    with benchmarks_data.isolated(NasBench301()):
        assert report([*again, str(lists[1])]) == 2
    assert "is not index 0 of nb301" in capsys.readouterr().err


def test_a_frame_may_hold_the_accuracies_of_a_list(
    lists: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NAS_TABLES", str(lists[0]))
    with benchmarks_data.isolated(benchmark := NasBench301()):
        strings = [row.split(",")[1] for row in (lists[0] / "nb301.csv").read_text().split()[1:]]
        frame = pd.DataFrame({"arch": strings[::-1], "svhn_valid": range(90, 96)})
        called = evaluate("params", benchmark="nb301", table=frame, archs="all")
        assert called.scores["index"].nunique() == benchmark.size == 6
        assert called.results.table.values["svhn_valid"].tolist() == [95, 94, 93, 92, 91, 90]


def test_a_list_without_a_folder_is_refused(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    with benchmarks_data.isolated(DartsBench()):
        assert main(arguments(tmp_path, "--benchmark", "darts_bench", "--proxy", "params")) == 2
    assert "name a folder of tables with --tables or NAS_TABLES" in capsys.readouterr().err


def test_a_list_is_a_sample_of_its_space(lists: list[Path], tmp_path: Path) -> None:
    """So that numbers over all of it have an error of drawing."""
    run(lists[0], tmp_path)
    rows = pd.read_csv(tmp_path / "out" / "correlations.csv")
    assert not rows["census"].any()
    text = (tmp_path / "out" / "report.md").read_text()
    assert "is a list of 6 trained architectures: a sample of their space" in text
    assert "no error of drawing" not in text


def test_a_list_of_the_callers_is_opened_by_the_call(lists: list[Path]) -> None:
    class Mine(NasBench301):
        name = "mine"

    called = evaluate("params", benchmark=Mine(), table=lists[0], archs="all")
    assert called.scores["benchmark"].unique() == ["mine"]
    assert called.scores["index"].nunique() == 6


PLUGIN = """
from benchmarks_data.nb301 import NasBench301


class Mine(NasBench301):
    name = "plugged_list"


BENCHMARK = Mine()
"""


def test_a_list_of_a_plugin_is_opened_in_every_process(lists: list[Path], tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(PLUGIN)
    command = ["-m", "harness.run", "--plugin", str(tmp_path / "mine.py"), "--workers", "2"]
    command += ["--benchmark", "plugged_list", "--tables", str(lists[0]), "--archs", "all"]
    command += arguments(tmp_path, "--proxy", "l2_norm")
    done = subprocess.run([sys.executable, *command], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    scores = pd.read_csv(tmp_path / "out" / "scores.csv")
    assert (scores["status"] == "ok").all()
    assert scores["index"].nunique() == 6
