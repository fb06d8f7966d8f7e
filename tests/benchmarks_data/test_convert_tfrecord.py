"""NAS-Bench-101's records of TensorFlow, written by hand in the documented wire format."""

import base64
import json
import struct
from pathlib import Path

import google_crc32c
import numpy as np
import pytest

import benchmarks_data
from benchmarks_data.convert import main
from tests.benchmarks_data.converting import shown

# NAS-Bench-101

NB101 = benchmarks_data.get("nb101")


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
