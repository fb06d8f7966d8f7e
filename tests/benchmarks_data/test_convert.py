"""Official formats, built by the packages' own classes or the documented wire format, converted,
and compared value by value.
"""

import base64
import json
import struct
from collections.abc import Callable
from pathlib import Path

import google_crc32c
import numpy as np
import pandas as pd
import pytest

import benchmarks_data
from benchmarks_data.conversion_journal import Journal
from benchmarks_data.convert import main

NB101, MACRO = benchmarks_data.get("nb101"), benchmarks_data.get("nbmacro")


def shown(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    """Run a conversion that must be refused, and return its one line."""
    capsys.readouterr()
    assert main([*map(str, arguments)]) == 2
    text = capsys.readouterr().err
    assert text.count("\n") == 1, text
    return text


# NAS-Bench-101


def varint(value: int) -> bytes:
    out = b""
    while value > 0x7F:
        out += bytes([value & 0x7F | 0x80])
        value >>= 7
    return out + bytes([value])


def evaluation(*accuracies: float) -> bytes:
    fields = [
        struct.pack("<Bd", number << 3 | 1, value)
        for number, value in enumerate((108.0, 1234.5, *accuracies), 1)
    ]
    return b"".join(fields) + b"\x32" + varint(4) + b"path"


def metrics(params: int, *final: float) -> bytes:
    parts = [evaluation(0.1, 0.1, 0.1), evaluation(0.5, 0.5, 0.5), evaluation(*final)]
    return (
        b"".join(b"\x0a" + varint(len(part)) + part for part in parts)
        + b"\x10"
        + varint(params)
        + struct.pack("<Bd", 0x19, 99.0)
    )


LABELS = {"c3": "conv3x3-bn-relu", "c1": "conv1x1-bn-relu", "mp": "maxpool3x3"}


def framed(data: bytes) -> bytes:
    """Return a record of a TFRecord file."""

    def masked(data: bytes) -> bytes:
        checksum = google_crc32c.value(data)
        return struct.pack("<I", ((checksum >> 15 | checksum << 17) + 0xA282EAD8) & 0xFFFFFFFF)

    head = struct.pack("<Q", len(data))
    return head + masked(head) + data + masked(data)


def tfrecord(rows: list[tuple[int, int, int, tuple[float, float, float]]]) -> bytes:
    out = b""
    for index, epochs, params, final in rows:
        cell = NB101.architecture(index).structure
        bits = "".join(str(bit) for line in cell[0] for bit in line)
        encoded = base64.b64encode(metrics(params, *final)).decode()
        kinds = ["input", *(LABELS[kind] for kind in cell[1]), "output"]
        data = json.dumps([NB101.canonical(index), epochs, bits, ",".join(kinds), encoded]).encode()
        out += framed(data)
    return out


ROWS = [
    (23, 108, 3984576, (1.0, 0.92, 0.91)),
    (23, 108, 3984576, (0.99, 0.93, 0.92)),
    (500, 108, 42, (0.5, 0.25, 0.125)),
    (23, 4, 3984576, (0.4, 0.3, 0.2)),
    (23, 108, 3984576, (0.98, 0.94, 0.93)),
]


def test_nasbench_tfrecords_are_read_without_tensorflow(tmp_path: Path) -> None:
    (tmp_path / "nasbench_full.tfrecord").write_bytes(tfrecord(ROWS))
    assert (
        main(["nb101", str(tmp_path / "nasbench_full.tfrecord"), "--out", str(tmp_path / "out")])
        == 0
    )
    values = NB101.table(tmp_path / "out").values
    assert list(values.index) == [23, 500]
    first = values.loc[23]
    assert [first[f"cifar10_test_108ep_run{run}"] for run in (1, 2, 3)] == pytest.approx(
        [91, 92, 93]
    )
    assert first["cifar10_test_108ep"] == pytest.approx(92)
    assert first["cifar10_valid_108ep"] == pytest.approx(93)
    assert first["cifar10_train_108ep"] == pytest.approx(99)
    assert (first["cifar10_test_4ep"], first["params"]) == (20, 3984576)
    assert np.isnan(values.loc[500, "cifar10_test_4ep"])
    assert NB101.table(tmp_path / "out").default_target("cifar10") == "cifar10_test_108ep"


def test_damaged_tfrecords_are_refused_by_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good, path = tfrecord(ROWS), tmp_path / "x.tfrecord"
    cases = {
        "cut off": good[:-7],
        "the record is damaged": good[:40] + bytes([good[40] ^ 1]) + good[41:],
        "no TFRecord": b"<html>not found</html>",
        "holds no record": b"",
        "more than 3 runs": good + tfrecord(ROWS[:1]),
        "another number of parameters": tfrecord([(23, 4, 7, (0.4, 0.3, 0.2)), *ROWS]),
        "record 1: not a row of NAS-Bench-101 (5 epochs)": tfrecord([(23, 5, 1, (0.1, 0.1, 0.1))]),
        "an accuracy outside": tfrecord([(23, 4, 1, (0.1, 0.1, 1.1))]),
    }
    for complaint, content in cases.items():
        path.write_bytes(content)
        assert complaint in shown(capsys, "nb101", path, "--out", tmp_path / "out")
    assert not (tmp_path / "out" / "nb101.csv.gz").exists()


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
