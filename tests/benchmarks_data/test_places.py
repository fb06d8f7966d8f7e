"""Tables that lie in several folders, and files that are named themselves."""

import os
from pathlib import Path

import pytest

import benchmarks_data
from benchmarks_data.benchmark import Benchmark
from benchmarks_data.errors import InputError
from benchmarks_data.formats.places import places_of, table_files
from benchmarks_data.nb301 import NasBench301
from tests.listed import write_list

NB101 = benchmarks_data.get("nb101")
HEADER = "index,hash,n_vertices,n_edges,adj_upper_rowmajor,ops,params,cifar10_test_108ep\n"
CELL = "23,00040b38293651f17fb665401c671bbb,6,9,101101001100111,c3|c3|mp|c3,3984576,"


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    one, other = tmp_path / "one", tmp_path / "other"
    one.mkdir()
    other.mkdir()
    return one, other


def joined(*places: Path) -> Path:
    return Path(os.pathsep.join(map(str, places)))


def nb201_row(index: int) -> str:
    return f"{index},{benchmarks_data.get('nb201').architecture(index).string},90.5\n"


def test_a_main_table_and_measurements_of_other_folders_are_joined(
    folders: tuple[Path, Path], nb201: Benchmark
) -> None:
    one, other = folders
    (one / "nb201.csv").write_text("index,arch,cifar10_test\n" + nb201_row(3))
    (one / "nb201_here.csv").write_text("index,latency\n3,1.5\n")
    (other / "nb201_there.csv").write_text("index,energy\n3,2.5\n")
    for places in (joined(one, other), joined(other, one), joined(one, one, other)):
        table = nb201.table(places)
        assert table.values.loc[3].to_dict() == {
            "cifar10_test": 90.5,
            "latency": 1.5,
            "energy": 2.5,
        }
        assert list(table.measurements) == ["nb201_here.csv", "nb201_there.csv"]
    assert list(nb201.table(one).values) == ["cifar10_test", "latency"]


@pytest.mark.parametrize("name", ["nb201.csv", "nb201_latency.csv"])
def test_files_of_one_name_in_two_folders_are_refused_unless_one_is_named_itself(
    name: str, folders: tuple[Path, Path], nb201: Benchmark
) -> None:
    one, other = folders
    (one / "nb201.csv").write_text("index,arch,cifar10_test\n" + nb201_row(3))
    (one / name).write_text("index,arch,cifar10_test\n" + nb201_row(3))
    (other / name).write_text("index,arch,cifar10_test\n" + nb201_row(3).replace("90.5", "80"))
    with pytest.raises(InputError) as caught:
        nb201.table(joined(one, other))
    assert f"{one / name} and {other / name}: keep one" in str(caught.value)
    for chosen, value in ((one, 90.5), (other, 80.0)):
        table = nb201.table(joined(one, other, chosen / name))
        assert table.values.iloc[0, -1] == value


def test_a_file_alone_is_a_table_without_what_is_beside_it(
    folders: tuple[Path, Path], nb201: Benchmark
) -> None:
    (folders[0] / "nb201.csv").write_text("index,arch,cifar10_test\n" + nb201_row(3))
    (folders[0] / "nb201_latency.csv").write_text("index,latency\n3,1.5\n")
    assert list(nb201.table(folders[0] / "nb201.csv").values) == ["cifar10_test"]
    with pytest.raises(InputError, match=r"no table of nb101 in .*nb201\.csv: expected nb101"):
        NB101.table(folders[0] / "nb201.csv")


def test_samples_of_nb101_are_told_apart(folders: tuple[Path, Path]) -> None:
    one, other = folders
    subset, random = one / "nb101_subset.csv", other / "nb101_random.csv"
    subset.write_text(f"{HEADER}{CELL}91.5\n")
    random.write_text(f"{HEADER}{CELL}91.6\n")
    (other / "nb101_latency.csv").write_text("index,ms\n23,7\n")
    assert NB101.table(one).name == "nb101_subset.csv"
    assert NB101.table(other).values.loc[23].to_dict() == {"cifar10_test_108ep": 91.6, "ms": 7.0}
    with pytest.raises(InputError) as caught:
        NB101.table(joined(one, other))
    assert f"{subset} and {random}: name the file of one" in str(caught.value)
    for chosen in (subset, random):
        table = NB101.table(joined(one, other, chosen))
        assert table.name == chosen.name
        assert list(table.values) == ["cifar10_test_108ep", "ms"]


def test_the_whole_of_nb101_is_taken_before_samples(folders: tuple[Path, Path]) -> None:
    one, other = folders
    (one / "nb101.csv").write_text(
        "index,arch,cifar10_test_108ep\n23,101101001100111:c3|c3|mp|c3,91.7\n"
    )
    sample = other / "nb101_random.csv"
    sample.write_text(f"{HEADER}{CELL}91.6\n")
    assert NB101.table(joined(one, other)).name == "nb101.csv"
    assert NB101.table(joined(one, other, sample)).name == "nb101_random.csv"


def test_two_lists_in_two_folders_are_refused_unless_one_is_named_itself(
    folders: tuple[Path, Path],
) -> None:
    paths = [write_list(folder, "nb301", 4, seed) for seed, folder in enumerate(folders)]
    paths[1] = paths[1].rename(folders[1] / "nb301_suite_zero.csv")
    with pytest.raises(InputError, match="several tables of nb301"):
        NasBench301().table(joined(*folders))
    for path in paths:
        benchmark = NasBench301()
        assert benchmark.table(joined(*folders, path)).name == path.name


def test_a_folder_whose_name_has_the_separator_is_one_folder(tmp_path: Path) -> None:
    folder = tmp_path / f"a{os.pathsep}b"
    folder.mkdir()
    assert places_of(folder) == [folder]


@pytest.mark.parametrize("text", [":.", ".:", ".::."])
def test_an_empty_name_among_folders_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="an empty name among the folders of tables"):
        table_files(Path(text.replace(":", os.pathsep)), "nb201")
