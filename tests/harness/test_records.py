"""Records and logs as typed models: what is written fits them, what is damaged is told by place."""

import json
import math
from pathlib import Path
from typing import Any

import msgspec
import pytest

from benchmarks_data.errors import InputError
from harness.files.journal import Journal
from harness.files.records import record_text
from harness.files.run_record import RunRecord, earlier_targets, read_run
from harness.files.search_record import MeasurementRecord, SearchRecord
from harness.files.theory_record import CellRecord, SupernetRecord
from harness.run import main as run
from harness.search import main as search
from tests.runs import arguments
from tools.files_page import page

#: What every version has written of a run.
LEAST: dict[str, Any] = {
    "command": ["python -m harness.run"],
    "benchmark": "nb201",
    "dataset": "cifar10",
    "targets": ["cifar10_test"],
    "table": {"name": "t.csv"},
    "proxies": [{"name": "zeros"}],
    "archs": {"given": "all", "population": "all", "count": 15625},
    "seeds": [0],
    "images": "Gaussian noise",
    "dtype": "float32",
}


def test_the_page_shows_the_models() -> None:
    assert Path("docs/files.md").read_text() == page(), "python -m tools.files_page > docs/files.md"


def test_a_run_s_record_is_its_model_and_nothing_else(tmp_path: Path) -> None:
    command = arguments(tmp_path, "--proxy", "params", "--archs", "3", "--workers", "1")
    assert run([*command, "--out", str(tmp_path / "out")]) == 0
    text = (tmp_path / "out" / "run.json").read_text()
    record = json.loads(text)
    assert msgspec.to_builtins(read_run(tmp_path / "out")) == record
    assert text == json.dumps(record, indent=2) + "\n"


def test_searches_records_and_logs_are_their_models(tmp_path: Path) -> None:
    assert (
        search(["--cells", "1", "--channels", "2", "--workers", "1", "--out", str(tmp_path)]) == 0
    )
    text = (tmp_path / "search.json").read_text()
    record = json.loads(text)
    known = json.loads(msgspec.json.encode(msgspec.convert(record, SearchRecord)))
    assert {**known, "searches": 0} == {**record, "searches": 0}
    (one,) = known["searches"]
    assert one == {key: record["searches"][0][key] for key in one}
    assert text == json.dumps(record, indent=1) + "\n"
    (log,) = (tmp_path / "steps").iterdir()
    head, line = log.read_text().splitlines()
    entry = json.loads(line)
    again = Journal(tmp_path / "again.jsonl", json.loads(head)["head"])
    again.add(entry["key"], msgspec.convert(entry["value"], MeasurementRecord))
    assert again.path.read_bytes() == log.read_bytes()


def test_records_of_earlier_and_later_versions_are_read(tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text(json.dumps(LEAST | {"of a later version": 1}))
    record = read_run(tmp_path)
    assert (record.against, record.commands) == (None, [["python -m harness.run"]])
    assert earlier_targets(tmp_path / "run.json") == ["cifar10_test"]


@pytest.mark.parametrize(
    ("damage", "place"),
    [
        ({"archs": {**LEAST["archs"], "count": "3"}}, "Expected `int`, got `str` - at `$.archs"),
        ({"archs": {**LEAST["archs"], "given": "20"}}, "a sample has a `sample_seed`"),
        ({"targets": []}, "at `$.targets`"),
        ({"scored_by": [[]]}, "at `$.scored_by[0]`"),
        ({"images": [1]}, "at `$.images`"),
        ({"against": 5}, "at `$.against`"),
    ],
)
def test_a_damaged_record_is_told_with_the_place(
    damage: dict[str, Any], place: str, tmp_path: Path
) -> None:
    (tmp_path / "run.json").write_text(json.dumps(LEAST | damage))
    with pytest.raises(InputError, match=r"has no run\.json of a run") as caught:
        read_run(tmp_path)
    assert place in str(caught.value)


def test_what_could_not_be_read_is_not_written() -> None:
    with pytest.raises(ValueError, match="targets"):
        record_text(LEAST | {"targets": []}, RunRecord, indent=2)


def test_a_kernel_s_numbers_may_be_nan_and_scores_not() -> None:
    numbers = dict.fromkeys(CellRecord.__struct_fields__, 1.0)
    assert math.isnan(msgspec.convert(numbers | {"bound": math.nan}, CellRecord).bound)
    rows = {name: [[1.0, math.nan]] for name in SupernetRecord.__struct_fields__}
    assert msgspec.convert(rows, SupernetRecord).tables[0][0][0] == 1.0
    for model, damage in (
        (CellRecord, numbers | {"synflow": math.nan}),
        (CellRecord, numbers | {"trace": math.inf}),
        (CellRecord, numbers | {"more": 1.0}),
        (SupernetRecord, rows | {"snip": [[-1.0]]}),
    ):
        with pytest.raises(ValueError, match=r"."):
            msgspec.convert(damage, model)
