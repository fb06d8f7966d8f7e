"""Runs and stores of the time before `layers` was a trivial baseline are read as before."""

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pandas as pd
import pytest

from harness.agree import main as agree
from harness.combine import main as combine
from harness.overview import main as overview
from harness.report import main as report
from harness.run import main as run
from tests.runs import arguments, query_store


def without_layers(folder: Path) -> None:
    """Make a run one that never scored layers."""
    scores = pd.read_csv(folder / "scores.csv", keep_default_na=False)
    scores[scores["proxy"] != "layers"].to_csv(folder / "scores.csv", index=False)
    correlations = pd.read_csv(folder / "correlations.csv", keep_default_na=False)
    newer = [name for name in correlations if "alike" in name]
    rows = correlations[correlations["proxy"] != "layers"].drop(columns=newer)
    rows.to_csv(folder / "correlations.csv", index=False)
    record = json.loads((folder / "run.json").read_text())
    record["proxies"] = [one for one in record["proxies"] if one["name"] != "layers"]
    (folder / "run.json").write_text(json.dumps(record))


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two old runs and a new one, with a store without layers."""
    folder = tmp_path_factory.mktemp("without-layers")
    for name, dataset in (("old", "cifar10"), ("other", "cifar100"), ("new", "cifar10")):
        proxy = "synflow" if name == "new" else "zeros"
        asked = ["--proxy", proxy, "--archs", "12", "--workers", "1", "--target", "cifar10_test"]
        where = ["--dataset", dataset, "--out", str(folder / name)]
        assert run([*arguments(folder, *asked), *where]) == 0
        if name != "new":
            without_layers(folder / name)
    with closing(sqlite3.connect(folder / "s.sqlite")) as connection:
        connection.execute("DELETE FROM scores WHERE proxy = 'layers'")
        connection.commit()
    return folder


def test_a_run_goes_on_from_a_store_without_layers(runs: Path, tmp_path: Path) -> None:
    shutil.copy(runs / "s.sqlite", tmp_path)
    more = ("--proxy", "zeros", "--archs", "12", "--workers", "1", "--target", "cifar10_test")
    assert run(arguments(tmp_path, *more)) == 0
    assert json.loads((tmp_path / "out" / "run.json").read_text())["scored_now"]["tasks"] == 12
    stored = query_store(tmp_path / "s.sqlite", "SELECT proxy FROM scores WHERE proxy = 'layers'")
    assert len(stored) == 12


def test_an_old_run_is_reported_and_merged_with_a_new_one(runs: Path, tmp_path: Path) -> None:
    assert report([str(runs / "old"), "--out", str(tmp_path / "alone")]) == 0
    rows = pd.read_csv(tmp_path / "alone" / "correlations.csv").set_index("proxy")
    assert "layers" not in rows.index
    assert rows["tau_alike"].isna().all(), "nothing is said of networks alike in unknown depth"
    both = [str(runs / "old"), str(runs / "new"), "--out", str(tmp_path / "both")]
    assert report(both) == 0
    assert {"layers", "zeros", "synflow"} <= set(
        pd.read_csv(tmp_path / "both" / "correlations.csv")["proxy"]
    )


def test_old_runs_are_compared_and_combined(
    runs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old = [str(runs / "old"), str(runs / "other")]
    assert agree([str(runs / "old" / "scores.csv"), str(runs / "new" / "scores.csv")]) == 0
    assert overview([*old, str(runs / "new"), "--out", str(tmp_path / "overview")]) == 0
    assert combine([*old, "--size", "2", "--out", str(tmp_path / "combined")]) == 0
    assert (
        "layers"
        not in json.loads((tmp_path / "combined" / "combine.json").read_text())["candidates"]
    )
    assert "Left out by dataset within nb201: " in capsys.readouterr().out
