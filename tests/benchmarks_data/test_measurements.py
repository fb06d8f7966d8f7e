"""Tables of measurements beside the main one."""

import gzip
import math
from pathlib import Path

import pandas as pd
import pytest

from benchmarks_data.benchmark import Benchmark
from benchmarks_data.errors import InputError
from benchmarks_data.formats.places import table_files
from benchmarks_data.measurements import with_measurements
from benchmarks_data.table import Table

MAIN = Table("x.csv", "", pd.DataFrame({"a_test": [1.0, 2.0, 3.0]}))


def read(folder: Path) -> Table:
    return with_measurements(MAIN, table_files(folder, "x"), 3, "abc".index)


def test_columns_are_added_and_may_leave_architectures_out(tmp_path: Path) -> None:
    (tmp_path / "x_hardware.csv").write_text("index,latency,energy\n2,-1.5,\n0,3e2,4\n")
    (tmp_path / "y_other.csv").write_text("index,foreign\n0,1\n")
    table = read(tmp_path)
    assert list(table.values) == ["a_test", "latency", "energy"]
    assert table.values["latency"].fillna(0).tolist() == [300.0, 0.0, -1.5]
    assert table.values["energy"].notna().tolist() == [True, False, False]
    assert [len(checksum) for checksum in table.measurements.values()] == [64]


def test_a_table_that_leaves_architectures_out_goes_on_to(tmp_path: Path) -> None:
    (tmp_path / "nb101_latency.csv").write_text("index,ms\n0,3.5\n23,1.5\n")
    table = Table(
        "nb101.csv",
        "",
        pd.DataFrame({"cifar10_test_108ep": [91.0, 92.0]}, index=pd.Index([23, 500], name="index")),
    )
    values = with_measurements(table, table_files(tmp_path, "nb101"), 423_624, int).values
    assert list(values.index) == [23, 500]
    assert values["ms"].tolist()[0] == 1.5
    assert math.isnan(values["ms"].tolist()[1])


def test_a_name_in_two_files_is_called_after_its_file(tmp_path: Path) -> None:
    for what in ("one", "two"):
        (tmp_path / f"x_{what}.csv").write_text("index,arch,latency,a_test\n1,b,7,8\n")
    assert list(read(tmp_path).values) == [
        "a_test",
        "one_latency",
        "one_a_test",
        "two_latency",
        "two_a_test",
    ]


def test_files_whose_columns_collide_are_refused(tmp_path: Path) -> None:
    (tmp_path / "x_a.csv").write_text("index,l\n0,1\n")
    (tmp_path / "x_b.csv").write_text("index,l,a_l\n0,1,2\n")
    with pytest.raises(InputError, match="column 'a_l' twice"):
        read(tmp_path)
    (tmp_path / "x_a.csv.gz").write_bytes(gzip.compress(b"index,m\n0,1\n"))
    with pytest.raises(InputError, match=r"called x_a, .*x_a.csv and .*x_a.csv.gz: keep one"):
        read(tmp_path)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("number,latency\n", "line 1: a table of measurements"),
        ("index\n0\n", "line 1: a table of measurements"),
        ("index,<b>\n0,1\n", "line 1: column '<b>'"),
        ("index,../x\n0,1\n", "line 1: column '../x'"),
        ("index,a,a\n0,1,2\n", "stands there twice"),
        ("index,a\n0,1,2\n", "line 2: 3 values, expected 2"),
        ("index,a\n3,1\n", "line 2: '3' is no index"),
        ("index,a\n0,1\n0,1\n", "line 3: index 0 stands there a second time"),
        ("index,arch,a\n0,b,1\n", "line 2: 'b' is index 1, not 0"),
        ("index,a\n0,fast\n", "line 2, column a: 'fast' is no number"),
        ("index,a\n0,inf\n", "line 2, column a: 'inf' is no number"),
    ],
)
def test_another_file_is_refused_with_line(tmp_path: Path, text: str, complaint: str) -> None:
    (tmp_path / "x_hardware.csv").write_text(text)
    with pytest.raises(InputError, match=complaint):
        read(tmp_path)


def test_official_hardware_measurements_are_targets_if_NAS_TABLES_is_set(
    tables: Path, nb201: Benchmark
) -> None:
    values = nb201.table(tables).values
    assert values["raspi4_latency"].notna().sum() == 15625
    assert values.loc[0, "edgegpu_latency"] == pytest.approx(5.807418537139893)
