"""Records from elsewhere: TFRecords of NAS-Bench-101, and JSON of NAS-Bench-Macro.

What is read back is right, or the file is refused.
"""

from __future__ import annotations

import base64
import json
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from benchmarks_data.nb101 import official as tfrecords
from benchmarks_data.nbmacro import official as macro
from tests.benchmarks_data.test_convert_tfrecord import ROWS, framed, tfrecord
from tests.fuzz.damage import damaged, damaged_json_text, taken_or_refused


@given(data=st.data())
def test_tfrecords(data: st.DataObject, tmp_path: Path) -> None:
    (tmp_path / "x.tfrecord").write_bytes(data.draw(damaged(tfrecord(ROWS[:2]))))
    taken_or_refused(lambda: list(tfrecords.read(tmp_path / "x.tfrecord", frozenset())))


@given(data=st.data())
def test_tfrecords_whose_checksums_are_right(data: st.DataObject, tmp_path: Path) -> None:
    good = json.loads(tfrecord(ROWS[:1])[12:-4])
    if data.draw(st.booleans()):
        good[4] = base64.b64encode(data.draw(damaged(base64.b64decode(good[4])))).decode()
        record = json.dumps(good).encode()
    else:
        record = data.draw(damaged_json_text(good))
    (tmp_path / "x.tfrecord").write_bytes(framed(record))
    for row in (
        taken_or_refused(lambda: list(tfrecords.read(tmp_path / "x.tfrecord", frozenset()))) or []
    ):
        assert row.values["params"] >= 0
        assert all(0 <= value <= 100 for name, value in row.values.items() if name != "params")


MACRO = {
    "00000000": {"test_acc": [90.0, 91.0, 92.0], "mean_acc": 91.0, "params": 1.5, "flops": 2.5}
}


@given(content=damaged_json_text(MACRO))
def test_nasbench_macro_files(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "x.json").write_bytes(content)
    taken_or_refused(lambda: list(macro.read(tmp_path / "x.json", frozenset())))
