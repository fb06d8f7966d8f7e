import gzip
import math
import pickle
from pathlib import Path

import pytest

from benchmarks_data.benchmark import Benchmark
from benchmarks_data.errors import InputError
from benchmarks_data.formats.places import table_files
from benchmarks_data.formats.table import read_table
from benchmarks_data.nb201 import sources
from benchmarks_data.table import Table

GOOD = "index,arch,cifar10_test_200ep,cifar10_test_200ep_run1\n0,a,91.5,91\n2,c,,10\n1,b,50,\n"


def read(path: Path) -> Table:
    return read_table(path, size=3, datasets=("cifar10",), index_of="abc".index)


def test_a_table_is_read_in_index_order_with_blanks_as_nan(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text(GOOD)
    table = read(path)
    assert list(table.values.index) == [0, 1, 2]
    assert table.values["cifar10_test_200ep"].tolist()[:2] == [91.5, 50.0]
    assert math.isnan(table.values["cifar10_test_200ep"][2])
    assert table.default_target("cifar10") == "cifar10_test_200ep"
    assert len(table.sha256) == 64


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("index,arch,", "index,name,", "line 1: a table's columns are index, arch"),
        ("cifar10_test_200ep_run1", "cifar11_test", "line 1: column 4 is 'cifar11_test'"),
        ("cifar10_test_200ep_run1", "cifar10_test_200ep", "stands there twice"),
        ("91.5", "ninety", "line 2, column cifar10_test_200ep: 'ninety'"),
        ("91.5", "910", "expected 0 to 100"),
        ("91.5", "nan", "expected 0 to 100"),
        ("91.5", "9_1", "expected 0 to 100"),
        ("2,c", "0,a", "line 3: index 0 stands there a second time"),
        ("2,c", "3,c", "line 3: '3' is no index"),
        ("2,c", "x,c", "line 3: 'x' is no index"),
        ("2,c", "2,b", "line 3: 'b' is index 1, not 2"),
        ("1,b,50,\n", "1,b\n", "line 4: 2 values, expected 4: is the file cut off"),
        ("0,a,91.5,91\n2,c,,10\n1,b,50,\n", "", "lists no architecture: is the file cut off"),
        (GOOD, "", "not nothing"),
    ],
)
def test_a_damaged_table_is_refused_with_line_and_fix(
    tmp_path: Path, old: str, new: str, complaint: str
) -> None:
    path = tmp_path / "x.csv"
    path.write_text(GOOD.replace(old, new))
    with pytest.raises(InputError, match=complaint):
        read(path)


@pytest.mark.parametrize("cut", [1, 30])
def test_a_truncated_gzip_is_refused(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "x.csv.gz"
    path.write_bytes(gzip.compress(GOOD.encode())[:-cut])
    with pytest.raises(InputError, match="truncated or not gzip"):
        read(path)


def test_a_binary_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="not UTF-8"):
        read(path)


def test_a_table_may_list_some_architectures(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text(GOOD.replace("1,b,50,\n", ""))
    table = read(path)
    assert list(table.values.index) == [0, 2]
    assert table.known(["cifar10_test_200ep"]) == [0], "a blank is no value"
    assert table.known(["cifar10_test_200ep", "cifar10_test_200ep_run1"]) == [0, 2]


def test_an_unknown_target_is_answered_with_the_nearest(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text(GOOD)
    with pytest.raises(InputError, match="did you mean 'cifar10_test_200ep'"):
        read(path).target("cifar10_test_20ep")


def test_a_missing_table_or_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"expected nb201\.csv\.gz"):
        _ = table_files(tmp_path, "nb201").main
    for name in ("nb201.csv", "nb201.csv.gz"):
        (tmp_path / name).touch()
    with pytest.raises(
        InputError, match=r"called nb201, .*nb201\.csv and .*nb201\.csv\.gz: keep one"
    ):
        table_files(tmp_path, "nb201")
    with pytest.raises(InputError, match="no folder of tables"):
        table_files(tmp_path / "absent", "nb201")


def test_the_embedded_table_holds_every_cell(nb201: Benchmark) -> None:
    table = nb201.table()
    assert list(table.values.index) == list(range(15625))
    assert table.values["cifar10_test"].between(10, 95).all()
    disconnected = [i for i in range(nb201.size) if not nb201.is_connected(i)]
    assert table.values["cifar10_test"][disconnected].max() < 11  # chance is 10 %


def test_the_embedded_table_is_its_caller_s_own(nb201: Benchmark) -> None:
    changed, kept = nb201.table().values, nb201.table().values.copy()
    changed["cifar10_test"] = 0.0
    assert nb201.table().values.equals(kept)


def test_the_embedded_table_agrees_with_the_official_one_needs_nas_tables(
    nb201: Benchmark, tables: Path
) -> None:
    from scipy.stats import kendalltau

    ours, official = (
        nb201.table().values["cifar10_test"],
        nb201.table(tables).values["cifar10_test_200ep"],
    )
    assert kendalltau(ours, official).statistic == pytest.approx(0.926, abs=0.001)


class Foreign:
    pass


def test_a_pickle_with_a_foreign_class_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "data.anb"
    path.write_bytes(pickle.dumps({(0,) * 6: Foreign()}))
    with pytest.raises(InputError, match=r"Foreign, which does not belong"):
        sources.read_embedded(path)


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "damaged"),
        (b"no pickle", "damaged"),
        (sources.embedded_path().read_bytes()[:100_000], "damaged"),
        (pickle.dumps([1, 2]), "does not hold 15625 cells"),
        (pickle.dumps(dict.fromkeys(range(15625))), "the accuracy of 0 is None"),
    ],
)
def test_a_damaged_pickle_is_refused(tmp_path: Path, content: bytes, complaint: str) -> None:
    path = tmp_path / "data.anb"
    path.write_bytes(content)
    with pytest.raises(InputError, match=complaint):
        sources.read_embedded(path)
