"""Commands and calls on a table whose measurements lie in another folder."""

import json
import os
from pathlib import Path

import pandas as pd
import pytest

import benchmarks_data
from harness.report import main as report
from harness.run import main
from harness.runs.evaluation import evaluate
from harness.search import main as search
from tests.harness.searching import by_proxy
from tests.runs import arguments

SMALL = ("--proxy", "params", "--archs", "20", "--workers", "1")


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A folder with the table of 40 architectures, and one with their latencies."""
    nb201, folder = benchmarks_data.get("nb201"), tmp_path_factory.mktemp("tables")
    one, other = folder / "one", folder / "other"
    one.mkdir()
    other.mkdir()
    rows = [f"{n},{nb201.architecture(n).string},{n}\n" for n in range(40)]
    (one / "nb201.csv").write_text("index,arch,cifar10_test\n" + "".join(rows))
    rows = [f"{n},{n / 4}\n" for n in range(40)]
    (other / "nb201_device.csv").write_text("index,device_latency\n" + "".join(rows))
    return one, other


@pytest.fixture
def named(folders: tuple[Path, Path]) -> str:
    return os.pathsep.join(map(str, folders))


def test_a_run_has_targets_of_both_folders(named: str, tmp_path: Path) -> None:
    targets = ("--target", "cifar10_test", "device_latency")
    assert main(arguments(tmp_path, *SMALL, "--tables", named, *targets)) == 0
    frame = pd.read_csv(tmp_path / "out" / "correlations.csv")
    assert set(frame["target"]) == set(targets[1:])
    record = json.loads((tmp_path / "out" / "run.json").read_text())
    assert record["table"]["name"] == "nb201.csv"
    assert list(record["table"]["measurements"]) == ["nb201_device.csv"]


def test_nas_tables_names_both_for_a_run_and_its_report(
    named: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NAS_TABLES", named)
    assert main(arguments(tmp_path, *SMALL)) == 0
    again = [str(tmp_path / "out"), "--target", "device_latency", "--out", str(tmp_path / "again")]
    assert report(again) == 0
    assert set(pd.read_csv(tmp_path / "again" / "correlations.csv")["target"]) == {"device_latency"}


def test_a_limit_of_a_search_may_be_of_the_other_folder(named: str, tmp_path: Path) -> None:
    given = ["--tables", named, "--at-most", "device_latency=5"]
    assert search(by_proxy("random", *given, *arguments(tmp_path))) == 0
    record = json.loads((tmp_path / "out" / "proxy_search.json").read_text())
    assert record["candidates"] == 21


def test_a_call_takes_a_list_of_folders_or_one_text(named: str, folders: tuple[Path, Path]) -> None:
    taus = [
        evaluate("params", archs=[3, 7, 9, 20], target="device_latency", table=table).correlations
        for table in (list(folders), named, [folders[0], folders[1] / "nb201_device.csv"])
    ]
    assert taus[0].equals(taus[1])
    assert taus[0].equals(taus[2])
