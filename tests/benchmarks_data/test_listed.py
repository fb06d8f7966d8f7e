"""Benchmarks that are lists: what an index means is in a file."""

import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

import benchmarks_data
from benchmarks_data.convert import main as convert
from benchmarks_data.darts_bench import DartsBench
from benchmarks_data.errors import InputError
from benchmarks_data.flexibert import FlexiBert
from benchmarks_data.nb301 import NasBench301
from tests.listed import write_list


@pytest.fixture
def listed(tmp_path: Path) -> Path:
    """A folder with a list of 5 random genotypes."""
    write_list(tmp_path, "darts_bench", 5)
    return tmp_path


def test_an_index_is_that_of_the_row(listed: Path) -> None:
    path, benchmark = listed / "darts_bench.csv", DartsBench()
    header, *rows = path.read_text().splitlines()
    path.write_text("\n".join([header, *rows[::-1]]))
    table = benchmark.table(listed)
    assert benchmark.size == len(table.values) == 5
    for row in rows:
        index, string, accuracy = row.split(",")
        assert benchmark.architecture(int(index)).string == string
        assert benchmark.index(string) == int(index)
        assert table.values.loc[int(index), "cifar10_valid_50ep"] == float(accuracy)
    assert table.default_target("cifar10") == "cifar10_valid_50ep"


def test_nothing_is_known_of_a_list_that_is_not_open() -> None:
    benchmark = DartsBench()
    for ask in (lambda: benchmark.size, lambda: benchmark.architecture(0)):
        with pytest.raises(InputError, match="darts_bench is a list in a table: name the folder"):
            ask()


def test_an_architecture_that_is_not_listed_has_no_index(listed: Path, tmp_path: Path) -> None:
    benchmark, other = DartsBench(), DartsBench()
    benchmark.table(listed)
    (tmp_path / "other").mkdir()
    write_list(tmp_path / "other", "darts_bench", 3, seed=1)
    other.table(tmp_path / "other")
    with pytest.raises(InputError, match="is none of the 5 architectures of darts_bench"):
        benchmark.index(other.architecture(0).string)


def test_a_process_has_one_list_of_a_benchmark(listed: Path, tmp_path: Path) -> None:
    benchmark = DartsBench()
    benchmark.table(listed)
    copy, other = tmp_path / "copy", tmp_path / "other"
    copy.mkdir()
    other.mkdir()
    text = (listed / "darts_bench.csv").read_text()
    (copy / "darts_bench.csv").write_text(text.replace(",51\n", ",61\n"))
    assert benchmark.table(copy).values.loc[1, "cifar10_valid_50ep"] == 61
    write_list(other, "darts_bench", 4)  # the first four of the same
    with pytest.raises(InputError, match="lists other architectures of darts_bench than"):
        benchmark.table(other)
    assert benchmark.size == 5


def test_a_list_that_has_changed_is_refused_by_its_checksum(listed: Path) -> None:
    first, later = DartsBench(), DartsBench()
    first.table(listed)
    path = write_list(listed, "darts_bench", 5, seed=1)
    with pytest.raises(InputError, match="has changed since the run began"):
        later.open(path, first.listing.checksum)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (lambda text: text.replace("index,arch", "arch,index"), "line 1: the first columns"),
        (lambda text: text.replace("\n3,", "\n7,"), "index 3 is missing: a list numbers its 5"),
        (lambda text: text.replace("\n0,", "\n5,"), "index 0 is missing"),
        (lambda text: text.replace("\n3,", "\n2,"), "line 5: index 2 stands there a second time"),
        (lambda text: text.replace("\n3,", "\n-3,"), "line 5: '-3' is no index"),
        (lambda text: text.replace(";reduce", "", 1), "line 2: 'normal:.*is no genotype"),
        (lambda text: text + text.splitlines()[1].replace("0,", "5,", 1), "of line 2 stands there"),
        (lambda text: text.splitlines()[0], "lists no architecture"),
        (lambda text: text + "5", "line 7: no architecture: is the file cut off"),
        (lambda text: text.replace("_50ep", "_50"), "column 3 is 'cifar10_valid_50'"),
        (lambda text: text.replace(",51", ",101"), "line 3, column .*is no accuracy in percent"),
    ],
)
def test_what_is_no_list_is_refused(listed: Path, change, complaint: str) -> None:
    path = listed / "darts_bench.csv"
    path.write_text(change(path.read_text()))
    with pytest.raises(InputError, match=complaint) as caught:
        DartsBench().table(listed)
    assert "\n" not in str(caught.value)


def test_a_folder_without_the_list_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no table of nb301 in .*expected nb301.csv.gz"):
        NasBench301().table(tmp_path)
    with pytest.raises(InputError, match="no folder of tables at"):
        NasBench301().table(tmp_path / "absent")


def path_arch(path: Path, index: int) -> str:
    """Return the architecture of an index in a list's file."""
    rows = pd.read_csv(path, dtype=str).set_index("index")
    return str(rows.loc[str(index), "arch"])


def test_measurements_of_a_list_name_their_architectures(tmp_path: Path) -> None:
    write_list(tmp_path, "nb301", 4)
    measured = tmp_path / "nb301_hardware.csv"
    measured.write_text("index,raspi4_latency\n2,7.5\n")
    with pytest.raises(InputError, match=r"nb301_hardware.csv, line 1: .* have a column arch"):
        NasBench301().table(tmp_path)
    other = path_arch(tmp_path / "nb301.csv", 3)
    measured.write_text(f"index,arch,raspi4_latency\n2,{other},7.5\n")
    with pytest.raises(InputError, match=r"nb301_hardware.csv, line 2"):
        NasBench301().table(tmp_path)


def test_a_list_may_be_called_after_who_trained_it(tmp_path: Path) -> None:
    """As nb301_suite_zero.csv, which is the list then, and no table of measurements beside it."""
    path = write_list(tmp_path, "nb301", 4)
    path.rename(tmp_path / "nb301_suite_zero.csv")
    arch = path_arch(tmp_path / "nb301_suite_zero.csv", 2)
    (tmp_path / "nb301_hardware.csv").write_text(f"index,arch,raspi4_latency\n2,{arch},7.5\n")
    table = NasBench301().table(tmp_path)
    assert list(table.values) == ["svhn_valid", "raspi4_latency"]
    assert list(table.measurements) == ["nb301_hardware.csv"]
    write_list(tmp_path, "nb301", 4, seed=1)
    with pytest.raises(InputError, match=r"several tables of nb301, .*nb301_suite_zero\.csv"):
        NasBench301().table(tmp_path)


def test_a_list_is_not_converted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write_list(tmp_path, "darts_bench", 3)
    command = ["darts_bench", str(path), "--out", str(tmp_path), "--columns", "arch=arch"]
    assert convert(command) == 2
    assert "darts_bench is a list: write its table yourself" in capsys.readouterr().err


def test_lists_are_among_the_benchmarks() -> None:
    assert {"darts_bench", "nb301"} <= set(benchmarks_data.names())


def test_a_list_of_genotypes_is_read_without_torch(listed: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from benchmarks_data.darts_bench import BENCHMARK; "
        f"BENCHMARK.table(Path({str(listed)!r})); BENCHMARK.canonical(0); "
        "raise SystemExit('torch' in sys.modules)"
    )
    project = Path(__file__).parents[2]
    assert subprocess.run([sys.executable, "-c", code], cwd=project, check=False).returncode == 0


def test_a_list_may_hold_an_architecture_that_was_trained_twice(tmp_path: Path) -> None:
    path = write_list(tmp_path, "flexibert", 3)
    lines = path.read_text().splitlines()
    path.write_text("\n".join([*lines, lines[2].replace("1,", "3,", 1)]) + "\n")
    benchmark = FlexiBert()
    values = benchmark.table(tmp_path).values["glue_valid"]
    assert values.to_list() == [50, 51, 52, 51]
    assert benchmark.architecture(3).string == benchmark.architecture(1).string
    assert benchmark.index(benchmark.architecture(3).string) == 1
    assert benchmark.canonical(3) == benchmark.canonical(1) != benchmark.canonical(0)
    path.write_text(path.read_text().replace(",51\n", ",151\n", 1))
    with pytest.raises(InputError, match="line 3, column glue_valid: '151' is no accuracy"):
        FlexiBert().table(tmp_path)
