"""Runs on tables other than the installed one."""

import json
from pathlib import Path

import pandas as pd
import pytest

from harness.run import main
from tests.runs import arguments


def test_populations_and_several_targets_needs_nas_tables(tables: Path, tmp_path: Path) -> None:
    targets = ("cifar100_test_200ep", "cifar10_valid_200ep")
    more = (
        "--proxy",
        "synflow",
        "--archs",
        "12",
        "--workers",
        "1",
        "--population",
        "connected",
        "--tables",
        str(tables),
        "--target",
        *targets,
    )
    assert main(arguments(tmp_path, *more)) == 0
    frame = pd.read_csv(tmp_path / "out" / "correlations.csv")
    assert list(frame["target"].unique()) == list(targets)
    assert set(frame["population"]) == {"connected"}
    assert frame["n"].max() == 12
    assert (
        frame.loc[frame["target"] == targets[1], "n"].max() < 12
    )  # unknown for cells with a dead edge
    assert json.loads((tmp_path / "out" / "run.json").read_text())["dataset"] == "cifar100"


def test_a_run_says_what_it_takes_over_and_what_it_leaves_out(
    tables_of_some: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    targets = ("--target", "cifar10_test_200ep", "cifar10_valid_12ep")
    command = arguments(
        tmp_path,
        "--proxy",
        "params",
        "--archs",
        "6",
        "--workers",
        "1",
        "--tables",
        str(tables_of_some),
        *targets,
    )
    assert main(command) == 0
    assert (
        "of 6 architectures have no cifar10_test_200ep, and are left out" in capsys.readouterr().err
    )
    assert main(command) == 0
    shown = capsys.readouterr()
    assert "30 of 30 scores are already stored" in shown.err
    assert "holds an earlier result, which this one replaces" in shown.err
    assert "targets of nb201.csv; input" in shown.out


def test_architectures_are_drawn_from_those_that_have_the_target(
    tables_of_some: Path, tmp_path: Path
) -> None:
    more = ("--proxy", "params", "--archs", "20", "--workers", "1", "--tables", str(tables_of_some))
    assert main(arguments(tmp_path, *more)) == 0
    assert (
        pd.read_csv(tmp_path / "out" / "correlations.csv").query("population == 'all'")["n"] == 20
    ).all()
    assert json.loads((tmp_path / "out" / "run.json").read_text())["archs"][
        "considered"
    ].startswith("10,416 of 15,625")
    assert (
        "The table lists 10,416 of 15,625 architectures"
        in (tmp_path / "out" / "report.md").read_text()
    )


def test_short_trainings_of_the_table_stand_beside_the_proxies(
    tables_of_some: Path, tmp_path: Path
) -> None:
    work = ("--proxy", "params", "--archs", "300", "--workers", "1")
    assert main(arguments(tmp_path, *work, "--tables", str(tables_of_some))) == 0
    rows = (
        pd.read_csv(tmp_path / "out" / "correlations.csv")
        .query("population == 'all'")
        .set_index("proxy")
    )
    assert rows.loc["val12", "tau"] == pytest.approx(1)
    assert "val12" not in set(pd.read_csv(tmp_path / "out" / "scores.csv")["proxy"])


@pytest.fixture(scope="module")
def tables_of_some(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a table of accuracies that are the index, scaled, and unknown for every third
    architecture.
    """
    import benchmarks_data

    nb201 = benchmarks_data.get("nb201")
    lines = ["index,arch,cifar10_test_200ep,cifar10_valid_12ep"]
    for index in range(nb201.size):
        known = f"{index / 200}" if index % 3 else ""
        lines.append(f"{index},{nb201.architecture(index).string},{known},{index / 300}")
    folder = tmp_path_factory.mktemp("tables")
    (folder / "nb201.csv").write_text("\n".join(lines) + "\n")
    return folder
