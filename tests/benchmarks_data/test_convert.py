"""Official formats, built by the packages' own classes or the documented wire format, converted, and compared value by value."""

import base64
import bz2
import json
import os
import pickle
import struct
from collections import OrderedDict
from pathlib import Path

import google_crc32c
import numpy as np
import pandas as pd
import pytest
from nats_bench import ArchResults, ResultsCount

import benchmarks_data
from benchmarks_data import nats
from benchmarks_data.convert import main
from benchmarks_data.errors import InputError
from benchmarks_data.nb201 import space
from benchmarks_data.official import load_plain

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
    fields = [struct.pack("<Bd", number << 3 | 1, value) for number, value in enumerate((108.0, 1234.5, *accuracies), 1)]
    return b"".join(fields) + b"\x32" + varint(4) + b"path"


def metrics(params: int, *final: float) -> bytes:
    parts = [evaluation(0.1, 0.1, 0.1), evaluation(0.5, 0.5, 0.5), evaluation(*final)]
    return (
        b"".join(b"\x0a" + varint(len(part)) + part for part in parts) + b"\x10" + varint(params) + struct.pack("<Bd", 0x19, 99.0)
    )


def tfrecord(rows: list[tuple[int, int, int, tuple[float, float, float]]]) -> bytes:
    def masked(data: bytes) -> bytes:
        checksum = google_crc32c.value(data)
        return struct.pack("<I", ((checksum >> 15 | checksum << 17) + 0xA282EAD8) & 0xFFFFFFFF)

    out = b""
    for index, epochs, params, final in rows:
        cell = NB101.architecture(index).structure
        bits = "".join(str(bit) for line in cell[0] for bit in line)
        encoded = base64.b64encode(metrics(params, *final)).decode()
        data = json.dumps([NB101.canonical(index), epochs, bits, ",".join(["input", *cell[1], "output"]), encoded]).encode()
        head = struct.pack("<Q", len(data))
        out += head + masked(head) + data + masked(data)
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
    assert main(["nb101", str(tmp_path / "nasbench_full.tfrecord"), "--out", str(tmp_path / "out")]) == 0
    values = NB101.table(tmp_path / "out").values
    assert list(values.index) == [23, 500]
    first = values.loc[23]
    assert [first[f"cifar10_test_108ep_run{run}"] for run in (1, 2, 3)] == pytest.approx([91, 92, 93])
    assert first["cifar10_test_108ep"] == pytest.approx(92)
    assert first["cifar10_valid_108ep"] == pytest.approx(93)
    assert first["cifar10_train_108ep"] == pytest.approx(99)
    assert (first["cifar10_test_4ep"], first["params"]) == (20, 3984576)
    assert np.isnan(values.loc[500, "cifar10_test_4ep"])
    assert NB101.table(tmp_path / "out").default_target("cifar10") == "cifar10_test_108ep"


def test_damaged_tfrecords_are_refused_by_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
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


def test_the_macro_json_is_read_and_a_wrong_one_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    entries = {
        MACRO.architecture(index).string: {
            "test_acc": [90.0, 91.0, 92.5], "mean_acc": 91.1666, "std": 1.0, "params": 387882 + index, "flops": 7713280.0
        }
        for index in range(MACRO.size)
    }  # fmt: skip
    path = tmp_path / "nas-bench-macro_cifar10.json"
    path.write_text(json.dumps(entries))
    assert main(["nbmacro", str(path), "--out", str(tmp_path)]) == 0
    values = MACRO.table(tmp_path).values
    assert values.loc[6560].to_dict() == {
        "cifar10_test": 91.1666, "cifar10_test_run1": 90.0, "cifar10_test_run2": 91.0, "cifar10_test_run3": 92.5,
        "params": 394442.0, "flops": 7713280.0,
    }  # fmt: skip
    for text, complaint in (
        ("[1]", "is no JSON object"),
        ("{", "is no JSON object"),
        ('{"00000003": {}}', "not an entry of NAS-Bench-Macro"),
        ('{"00000000": {"test_acc": [1], "params": 1, "flops": 1}}', "1 runs"),
        (json.dumps(dict(list(entries.items())[:5])), "5 rows where 6561 are expected"),
    ):
        path.write_text(text)
        assert complaint in shown(capsys, "nbmacro", path, "--out", tmp_path / "other")


# NATS-Bench

SEEDS = {"cifar10-valid": (777, 888), "cifar10": (888,), "cifar100": (777, 888, 999), "ImageNet16-120": (999,)}
EVALUATED = {"cifar10-valid": ("x-valid", "ori-test"), "cifar10": ("ori-test",)}
EPOCHS = (2, 3)


def architecture_results(string: str, index: int, epochs: int) -> ArchResults:
    """Results as the package builds them, every value its own."""
    stream = np.random.default_rng([index, epochs])
    results = ArchResults(index, string)
    for dataset, seeds in SEEDS.items():
        for seed in seeds:
            accuracies = {epoch: float(stream.uniform(10, 90)) for epoch in range(epochs)}
            count = ResultsCount(
                dataset, None, accuracies, accuracies, 0.3 + index, 11.5, {"arch_str": string}, seed, epochs, [0.01, 0.03]
            )
            for name in EVALUATED.get(dataset, ("x-valid", "x-test", "ori-test")):
                keys = [f"{name}@{epoch}" for epoch in range(epochs)]
                numbers = {key: float(stream.uniform(10, 90)) for key in keys}
                count.update_eval(numbers, numbers, dict.fromkeys(keys, 1.0))
            results.update(dataset, seed, count)
    return results


@pytest.fixture
def nats_folder(tmp_path: Path) -> tuple[Path, list[str]]:
    folder = tmp_path / "NATS-tss-v1_0-3ffb9-simple"
    folder.mkdir()
    strings = [space.format_cell(cell) for cell in space.cells()[:3]]
    for index, string in enumerate(strings):
        found = OrderedDict((f"{epochs:02d}", architecture_results(string, index, epochs).state_dict()) for epochs in EPOCHS)
        (folder / f"{index:06d}.pickle.pbz2").write_bytes(bz2.compress(pickle.dumps(found)))
    meta = {"meta_archs": strings, "total_archs": 3}
    (folder / "meta.pickle.pbz2").write_bytes(bz2.compress(pickle.dumps(meta)))
    return folder, strings


def test_nats_values_equal_the_packages_answers(nats_folder: tuple[Path, list[str]]) -> None:
    folder, strings = nats_folder
    rows = {row.index: row.values for row in nats.read(folder, strings, EPOCHS, frozenset())}
    assert list(rows) == [0, 1, 2]
    names = nats.columns(EPOCHS)
    for index, values in rows.items():
        assert set(values) <= set(names)
        for epochs in EPOCHS:
            results = architecture_results(strings[index], index, epochs)
            for column, (dataset, split) in nats.SETS.items():
                mean = results.get_metrics(dataset, split, is_random=False)["accuracy"]
                assert values[f"{column}_{epochs}ep"] == mean
                for run, seed in enumerate(SEEDS[dataset], 1):
                    assert (
                        values[f"{column}_{epochs}ep_run{run}"] == results.get_metrics(dataset, split, is_random=seed)["accuracy"]
                    )
                assert f"{column}_{epochs}ep_run{len(SEEDS[dataset]) + 1}" not in values
        costs = architecture_results(strings[index], index, EPOCHS[-1]).get_compute_costs("cifar100")
        assert (values["cifar100_params"], values["cifar100_latency"]) == (costs["params"], pytest.approx(0.02))
    assert [row.index for row in nats.read(folder, strings, EPOCHS, frozenset({0, 2}))] == [1]


class Hostile:
    """Makes a folder when it is unpickled by Python."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, ("was-here",)


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (bz2.compress(pickle.dumps(Hostile())), "is not trusted: it names"),
        (bz2.compress(pickle.dumps({"02": {}})), "not the results of a NATS-Bench architecture"),
        (bz2.compress(pickle.dumps([1])), "not the results"),
        (bz2.compress(b"\x80\x04."), "is damaged"),
        (bz2.compress(pickle.dumps({}))[:-5], "cannot read .* Compressed file ended"),
        (bz2.compress(pickle.dumps({}) + b"more"), "something follows"),
        (b"plain", "is damaged"),
        (None, "cannot read"),
    ],
)
def test_hostile_and_damaged_nats_files_are_refused(
    nats_folder: tuple[Path, list[str]], content: bytes | None, complaint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, strings = nats_folder
    monkeypatch.chdir(folder)
    path = folder / "000001.pickle.pbz2"
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError, match=complaint) as raised:
        list(nats.read(folder, strings, EPOCHS, frozenset()))
    assert "000001" in str(raised.value)
    assert not Path("was-here").exists()


def test_another_benchmarks_directory_is_refused(nats_folder: tuple[Path, list[str]], capsys: pytest.CaptureFixture[str]) -> None:
    folder, strings = nats_folder
    for benchmark in ("nb201", "nats_sss"):
        assert "lists other architectures" in shown(capsys, benchmark, folder, "--out", folder.parent)
    (folder / "000001.pickle.pbz2").write_bytes((folder / "000000.pickle.pbz2").read_bytes())
    with pytest.raises(InputError, match="results of"):
        list(nats.read(folder, strings, EPOCHS, frozenset()))
    assert "is no folder" in shown(capsys, "nb201", folder / "meta.pickle.pbz2", "--out", folder.parent)


@pytest.mark.parametrize("payload", [os.system, Path, ArchResults, pickle.loads])
def test_no_pickle_may_name_a_class(tmp_path: Path, payload: object) -> None:
    (tmp_path / "x").write_bytes(pickle.dumps(payload))
    with (tmp_path / "x").open("rb") as file, pytest.raises(InputError, match="not trusted"):
        load_plain(file, "x")


# Any CSV file


def test_a_csv_file_is_converted_by_a_column_map(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [f"{MACRO.architecture(index).string},{50 + index / 1000}," for index in range(MACRO.size)]
    path = tmp_path / "mine.csv"
    path.write_text("\n".join(["model,accuracy,notes", *rows]))
    command = ["nbmacro", str(path), "--out", str(tmp_path), "--columns", "arch=model", "cifar10_test=accuracy"]
    assert main(command) == 0
    assert MACRO.table(tmp_path).values["cifar10_test"][1234] == 51.234
    for more, complaint in (
        (["arch=model"], "name the column of 'arch' or 'index' and of a target"),
        (["arch=model", "cifar10_test=acc"], "has no column 'acc'"),
        (["arch=model", "cifar10_test=notes=x"], "has no column 'notes=x'"),
        (["arch=model", "other_test=accuracy"], "expected dataset_split"),
        (["arch=accuracy", "cifar10_test=accuracy"], "row 1: '50.0' is no architecture"),
        (["index=accuracy", "arch=model", "cifar10_test=accuracy"], "row 1: invalid literal"),
    ):
        assert complaint in shown(capsys, *command[:4], "--columns", *more)
    assert "--columns belongs to files" in shown(
        capsys, "nb101", tmp_path, "--out", tmp_path, "--columns", "arch=x", "cifar10_test=y"
    )
    assert "no file or folder" in shown(capsys, "nb101", tmp_path / "absent", "--out", tmp_path)
    assert "no official file of transnas101_micro" in shown(capsys, "transnas101_micro", tmp_path, "--out", tmp_path)


def test_a_parquet_file_is_converted_by_index(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    accuracy = np.linspace(10, 95, MACRO.size)
    accuracy[7] = np.nan
    path = tmp_path / "mine.parquet"
    pd.DataFrame({"number": range(MACRO.size), "accuracy": accuracy}).to_parquet(path)
    command = ["nbmacro", str(path), "--out", str(tmp_path), "--columns", "index=number", "cifar10_test=accuracy"]
    assert main(command) == 0
    assert MACRO.table(tmp_path).values["cifar10_test"].equals(pd.Series(accuracy, name="cifar10_test"))
    path.write_bytes(b"PAR1 and nothing")
    assert "cannot read" in shown(capsys, *command)


def test_a_conversion_that_was_stopped_goes_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [f"{MACRO.architecture(index).string},50" for index in range(MACRO.size)]
    path = tmp_path / "mine.csv"
    path.write_text("\n".join(["model,accuracy", *rows[:3000], "damaged,1", *rows[3000:]]))
    command = ["nbmacro", str(path), "--out", str(tmp_path), "--columns", "arch=model", "cifar10_test=accuracy"]
    assert main(command) == 2
    assert main(command) == 2
    assert "2999 architectures were read before" in capsys.readouterr().err  # the last row may have been torn
    path.write_text("\n".join(["model,accuracy", *rows]))
    assert main(command) == 0
    assert "read before" not in capsys.readouterr().err, "another file"
    assert (MACRO.table(tmp_path).values["cifar10_test"] == 50).all()
    assert [file.name for file in tmp_path.iterdir() if file.name.startswith(".")] == []
