"""Official formats, built by the packages' own classes or the documented wire format, converted,
and compared value by value.
"""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import benchmarks_data
from benchmarks_data.conversion_journal import Journal
from benchmarks_data.convert import main
from tests.benchmarks_data.converting import shown

MACRO = benchmarks_data.get("nbmacro")


# NAS-Bench-Macro


def test_the_macro_json_is_read_and_a_wrong_one_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    entries = {
        MACRO.architecture(index).string: {
            "test_acc": [90.0, 91.0, 92.5], "mean_acc": 91.1666, "std": 1.0,
            "params": 387882 + index, "flops": 7713280.0
        }
        for index in range(MACRO.size)
    }  # fmt: skip
    path = tmp_path / "nas-bench-macro_cifar10.json"
    path.write_text(json.dumps(entries))
    assert main(["nbmacro", str(path), "--out", str(tmp_path)]) == 0
    values = MACRO.table(tmp_path).values
    assert values.loc[6560].to_dict() == {
        "cifar10_test": 91.1666, "cifar10_test_run1": 90.0, "cifar10_test_run2": 91.0,
        "cifar10_test_run3": 92.5,
        "params": 394442.0, "flops": 7713280.0,
    }  # fmt: skip
    for text, complaint in (
        ("[1]", "holds no JSON object"),
        ("{", "is no JSON file"),
        ('{"00000000": {"test_acc": "999", "params": 1, "flops": 1}}', "no list of 3 runs"),
        (
            '{"00000000": {"test_acc": [9, 9, 9], "mean_acc": 55, "params": 1, "flops": 1}}',
            "mean_acc is not the mean",
        ),
        (
            '{"00000000": {"test_acc": [9, 9, 1' + "0" * 400 + '], "params": 1, "flops": 1}}',
            "not an entry",
        ),
        ('{"00000003": {}}', "not an entry of NAS-Bench-Macro"),
        ('{"00000000": {"test_acc": [1], "params": 1, "flops": 1}}', "no list of 3 runs"),
        (
            json.dumps(dict(list(entries.items())[:5])),
            f"{path} holds 5 of 6,561 architectures, and the official one has all",
        ),
    ):
        path.write_text(text)
        assert complaint in shown(capsys, "nbmacro", path, "--out", tmp_path / "other")


# Any CSV file


def test_a_csv_file_is_converted_by_a_column_map(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [
        f"{MACRO.architecture(index).string},{50 + index / 1000}," for index in range(MACRO.size)
    ]
    path = tmp_path / "mine.csv"
    path.write_text("\n".join(["model,accuracy,notes", *rows]))
    command = [
        "nbmacro",
        str(path),
        "--out",
        str(tmp_path),
        "--columns",
        "arch=model",
        "cifar10_test=accuracy",
    ]
    assert main(command) == 0
    assert MACRO.table(tmp_path).values["cifar10_test"][1234] == 51.234
    assert "exists: choose another folder, or replace it with --force" in shown(capsys, *command)
    assert MACRO.table(tmp_path).values["cifar10_test"][1234] == 51.234
    command = [*command[:3], str(tmp_path / "other")]
    for more, complaint in (
        (["arch=model"], "name the column of 'arch' or 'index' and of a target"),
        (
            ["arch=model", "cifar10_test=acc"],
            "column 'acc' stands nowhere: there are model, accuracy, notes",
        ),
        (["arch=model", "cifar10_test=notes=x"], "column 'notes=x' stands nowhere"),
        (["arch=model", "other_test=accuracy"], "--columns: 'other_test', expected dataset_split"),
        (["arch=accuracy", "cifar10_test=accuracy"], "line 2: '50.0' is no architecture"),
        (["index=accuracy", "arch=model", "cifar10_test=accuracy"], "line 2: '50.0' is no index"),
    ):
        assert complaint in shown(capsys, *command, "--columns", *more)
    for text, complaint in (
        ("model,accuracy,accuracy\n00000000,1,2\n", "column 'accuracy' stands twice"),
        (
            "model,accuracy\n00000000,50\n00000001\n",
            "line 3: 1 values, expected 2: is the file cut off?",
        ),
        ("accuracy,model\n7,3,00000000,50\n", "line 2: 4 values, expected 2"),
        (
            "model,accuracy\n00000000,1_0\n",
            "line 2, column accuracy: '1_0' is no accuracy in percent",
        ),
        (
            "model,accuracy\n00000000,NaN\n",
            "line 2, column accuracy: 'NaN' is no accuracy in percent",
        ),
        (
            "model,accuracy\n00000000,50\n00000001,910\n",
            f"{path}, line 3, column accuracy: '910' is no accuracy in percent",
        ),
        (
            "model,accuracy\n00000000,0.93\n",
            "column 'accuracy' is 0.93 at most: an accuracy is in percent",
        ),
    ):
        path.write_text(text)
        assert complaint in shown(
            capsys, *command, "--columns", "arch=model", "cifar10_test=accuracy"
        )
    assert [file.name for file in (tmp_path / "other").iterdir()] == []
    assert "--columns belongs to files" in shown(
        capsys, "nb101", tmp_path, "--out", tmp_path, "--columns", "arch=x", "cifar10_test=y"
    )
    assert "no file or folder" in shown(capsys, "nb101", tmp_path / "absent", "--out", tmp_path)
    assert "no official file of transnas101_micro" in shown(
        capsys, "transnas101_micro", tmp_path, "--out", tmp_path
    )


def test_a_file_of_some_architectures_becomes_a_partial_table(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "mine.csv"
    path.write_text("model,accuracy\n00000002,50\n00000001,60\n")
    assert (
        main(
            [
                "nbmacro",
                str(path),
                "--out",
                str(tmp_path),
                "--columns",
                "arch=model",
                "cifar10_test=accuracy",
            ]
        )
        == 0
    )
    assert MACRO.table(tmp_path).values["cifar10_test"].to_dict() == {1: 60.0, 2: 50.0}
    assert "2 of 6,561 architectures" in capsys.readouterr().out


def test_a_fault_of_an_official_file_names_its_architecture(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "nas-bench-macro_cifar10.json"
    entry = {"test_acc": [90.0, 91.0, 92.0], "params": 1, "flops": 1}
    entries = {MACRO.architecture(index).string: entry for index in range(MACRO.size)}
    entries[MACRO.architecture(7).string] = {
        "test_acc": [190.0, 191.0, 192.0],
        "params": 1,
        "flops": 1,
    }
    path.write_text(json.dumps(entries))
    line = shown(capsys, "nbmacro", path, "--out", tmp_path / "out")
    assert f"{path}, architecture 7, column cifar10_test: '191.0' is no accuracy" in line


def test_a_parquet_file_is_converted_by_index(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    accuracy = np.linspace(10, 95, MACRO.size)
    accuracy[7] = np.nan
    path = tmp_path / "mine.parquet"
    pd.DataFrame({"number": range(MACRO.size), "accuracy": accuracy}).to_parquet(path)
    command = [
        "nbmacro",
        str(path),
        "--out",
        str(tmp_path),
        "--columns",
        "index=number",
        "cifar10_test=accuracy",
    ]
    assert main(command) == 0
    assert (
        MACRO.table(tmp_path)
        .values["cifar10_test"]
        .equals(pd.Series(accuracy, name="cifar10_test"))
    )
    path.write_bytes(b"PAR1 and nothing")
    assert "cannot read" in shown(capsys, *command, "--force")


@pytest.fixture
def stopped(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Runs a conversion that Ctrl-C ends after 3,000 rows."""
    add = Journal.add

    def stop(*arguments: str) -> None:
        def interrupted(self: Journal, index: int, values: dict[str, float]) -> None:
            if len(self.done) == 3000:
                raise KeyboardInterrupt
            add(self, index, values)

        monkeypatch.setattr(Journal, "add", interrupted)
        assert main(arguments) == 130
        monkeypatch.setattr(Journal, "add", add)

    return stop


def test_a_conversion_that_was_stopped_goes_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], stopped: Callable[..., None]
) -> None:
    rows = [f"{MACRO.architecture(index).string},50,60" for index in range(MACRO.size)]
    path = tmp_path / "mine.csv"
    path.write_text("\n".join(["model,a,b", *rows]))
    start = ["nbmacro", str(path), "--out", str(tmp_path), "--columns", "arch=model"]
    command = [*start, "cifar10_test=a"]
    stopped(*command)
    assert (
        "interrupted; what was read is saved, the same command goes on from there"
        in capsys.readouterr().err
    )
    assert main(command) == 0
    assert (
        "2999 architectures were read before" in capsys.readouterr().err
    )  # the last row may have been torn
    assert (MACRO.table(tmp_path).values["cifar10_test"] == 50).all()
    assert [file.name for file in tmp_path.iterdir() if file.name.startswith(".")] == []

    for change in ("columns", "file"):  # what another source or map gave is not mixed in
        stopped(*command, "--force")
        capsys.readouterr()
        if change == "file":
            path.write_text("\n".join(["model,a,b", *(row.replace("50", "55") for row in rows)]))
        assert (
            main([*start, "cifar10_test=b" if change == "columns" else "cifar10_test=a", "--force"])
            == 0
        )
        assert "read before" not in capsys.readouterr().err
        assert (
            MACRO.table(tmp_path).values["cifar10_test"] == (60 if change == "columns" else 55)
        ).all()


def test_an_architecture_that_stands_twice_is_refused_again_and_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], stopped: Callable[..., None]
) -> None:
    rows = [f"{MACRO.architecture(index).string},50" for index in range(MACRO.size)]
    path = tmp_path / "mine.csv"
    path.write_text("\n".join(["model,accuracy", *rows, rows[0]]))
    command = [
        "nbmacro",
        str(path),
        "--out",
        str(tmp_path),
        "--columns",
        "arch=model",
        "cifar10_test=accuracy",
    ]
    stopped(*command)
    for _ in range(2):
        assert main(command) == 2
        assert "architecture 0 stands in the source twice" in capsys.readouterr().err
