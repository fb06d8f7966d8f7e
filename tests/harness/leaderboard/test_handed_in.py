"""scores.csv of a submission: each fault of it is a line, and what is usable is read."""

import math
from pathlib import Path

import pytest

import benchmarks_data
from benchmarks_data.errors import InputError
from harness.leaderboard import handed_in
from harness.leaderboard.handed_in import SCORES, HandedIn, read_handed_in

HEADER = "benchmark,dataset,index,proxy,seed,score,seconds"
GOOD = "nb201,cifar10,3,spread,0,0.5,0.1"


def read(folder: Path, *rows: str, header: str = HEADER) -> HandedIn:
    (folder / SCORES).write_text("\n".join([header, *rows]) + "\n")
    return read_handed_in(folder)


def test_scores_are_read_with_the_architectures_that_they_are_of(tmp_path: Path) -> None:
    arch = benchmarks_data.get("nb201").architecture(7).string
    header = HEADER.replace("index", "index,arch")
    one = read(
        tmp_path,
        "nb201,cifar10,3,,spread,0,0.5,0.1",
        f"nb201,cifar10,,{arch},spread,0,-inf,0.1",
        header=header,
    )
    assert one.faults == one.unchecked == []
    assert one.scores["index"].tolist() == [3, 7]
    assert one.scores["arch"].tolist()[1] == arch
    assert one.scores["score"].tolist() == [0.5, -math.inf]


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("nb102,cifar10,3,spread,0,0.5,0.1", "unknown benchmark 'nb102': did you mean 'nb101'?"),
        ("nb201,cifar1,3,spread,0,0.5,0.1", "unknown dataset of nb201: 'cifar1'"),
        ("nb201,cifar10,15625,spread,0,0.5,0.1", "its architectures are 0 to 15624"),
        ("nb201,cifar10,-1,spread,0,0.5,0.1", "index '-1' is no whole number from 0 on"),
        ("nb201,cifar10,,spread,0,0.5,0.1", "it names no architecture"),
        ("nb201,cifar10,3,Spread!,0,0.5,0.1", "proxy 'Spread!': a name is lower-case letters"),
        ("nb201,cifar10,3,zeros,0,0.5,0.1", "proxy 'zeros' is one of the harness"),
        ("nb201,cifar10,3,all,0,0.5,0.1", "proxy 'all' stands for several"),
        ("nb201,cifar10,3,spread,x,0.5,0.1", "seed 'x' is no whole number"),
        ("nb201,cifar10,3,spread,0,nan,0.1", "score 'nan' is no number"),
        ("nb201,cifar10,3,spread,0,inf,0.1", "score 'inf' is no number"),
        ("nb201,cifar10,3,spread,0,1_0,0.1", "score '1_0' is no number"),
        ("nb201,cifar10,3,spread,0,1e999,0.1", "score '1e999' is no number"),
        ("nb201,cifar10,3,spread,0,٣,0.1", "score '٣' is no number"),
        ("nb201,cifar10,3,spread,0,,0.1", "score '' is no number"),
        ("nb201,cifar10,3,spread,0,0.5,-1", "seconds '-1' is no number from 0 on"),
        (GOOD, "spread of an architecture and seed of nb201 is there twice"),
        ("nb201,cifar10,3,spread,0,0.5", "another number of fields than the first line"),
        (f"{GOOD},more", "another number of fields than the first line"),
    ],
)
def test_a_row_that_is_wrong_is_one_line_with_its_number(
    row: str, fault: str, tmp_path: Path
) -> None:
    one = read(tmp_path, GOOD, row)
    [line] = one.faults
    assert line.startswith("scores.csv, line 3: ")
    assert fault in line
    assert len(one.scores) == 1, "the rows that are usable stay"


def test_an_index_and_a_string_that_differ_are_refused(tmp_path: Path) -> None:
    arch = benchmarks_data.get("nb201").architecture(7).string
    header = HEADER.replace("index", "index,arch")
    one = read(tmp_path, f"nb201,cifar10,8,{arch},spread,0,0.5,0.1", header=header)
    assert one.faults == ["scores.csv, line 2: index 8 and arch of nb201 are two architectures"]


def test_each_fault_of_a_row_is_told_and_equal_ones_once(tmp_path: Path) -> None:
    bad = "nb201,cifar10,3,spread,x,nan,0.1"
    one = read(tmp_path, bad, bad, bad)
    assert [line.partition(":")[0] for line in one.faults] == ["scores.csv, line 2 and 2 more"] * 2
    many = read(tmp_path, *(f"nb201,cifar10,{index},spread,0,0.5,0.1" for index in range(16000)))
    assert len(many.faults) == handed_in.NAMED + 1
    assert many.faults[-1] == f"scores.csv: {375 - handed_in.NAMED} more faults of rows"


def test_each_column_that_is_absent_unknown_or_double_is_told(tmp_path: Path) -> None:
    one = read(tmp_path, "1", header="benchmark,dataset,proxy,proxy,seed,scores")
    assert one.scores.empty
    assert [line.removeprefix("scores.csv: ") for line in one.faults] == [
        "column 'score' is missing",
        "column 'index' or 'arch' is missing",
        one.faults[2].removeprefix("scores.csv: "),
        "column 'proxy' is there twice",
    ]
    assert "unknown column 'scores': did you mean 'score'?" in one.faults[2]


def test_a_file_that_is_too_large_or_no_text_is_refused_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert read(tmp_path).faults == ["scores.csv: it has no usable row"]
    (tmp_path / SCORES).write_bytes(b"\xff\xfe")
    with pytest.raises(InputError, match="cannot read"):
        read_handed_in(tmp_path)
    monkeypatch.setattr(handed_in, "MOST", 2)
    with pytest.raises(InputError, match="more than 2 rows"):
        read(tmp_path, *[GOOD] * 3)
    monkeypatch.setattr(handed_in, "LARGEST", 10)
    with pytest.raises(InputError, match="larger than"):
        read(tmp_path, GOOD)


def test_rows_of_a_list_whose_table_is_absent_are_not_checked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty = tmp_path / "tables"
    empty.mkdir()
    monkeypatch.setenv("NAS_TABLES", str(empty))
    monkeypatch.setattr(benchmarks_data.get("pit"), "_listing", None)
    handed_in._network.cache_clear()
    one = read(tmp_path, "pit,cifar100,3,spread,0,0.5,0.1")
    assert one.faults == []
    assert one.unchecked[0].startswith("scores.csv: rows of pit: ")


RUN_HEADER = "benchmark,dataset,index,arch,proxy,seed,score,seconds,status,batch"


def test_a_file_of_a_run_is_taken_with_its_dataset(tmp_path: Path) -> None:
    one = read(
        tmp_path,
        "nb201,cifar10,3,,spread,0,0.5,0.1,ok,0",
        "nb201,cifar10,4,,spread,0,,0.1,undefined: the formula gives NaN,0",
        "nb201,cifar10,3,,params,0,5,0.1,ok,0",
        "nb201,cifar10,3,,zeros[layers=2],0,5,0.1,ok,0",
        "nb201,cifar10,5,,spread,0,0.5,0.1,ok,1",
        header=RUN_HEADER,
    )
    assert one.faults == []
    assert one.scores["index"].tolist() == [3]
    assert one.left_out == [
        "scores.csv, left out: rows without a score, by their status: 1",
        "scores.csv, left out: rows of proxies of the harness, which computes their scores: 2",
        "scores.csv, left out: rows whose batch is not their seed, as no board has them: 1",
    ]


def test_a_run_of_nothing_but_proxies_of_the_harness_has_no_usable_row(tmp_path: Path) -> None:
    one = read(tmp_path, "nb201,cifar10,3,,params,0,5,0.1,ok,0", header=RUN_HEADER)
    assert one.faults == ["scores.csv: it has no usable row"]
    assert len(one.left_out) == 1


def test_a_missing_dataset_is_told_with_what_to_add(tmp_path: Path) -> None:
    header = RUN_HEADER.replace("dataset,", "")
    [fault] = read(tmp_path, "nb201,3,,spread,0,0.5,0.1,ok,0", header=header).faults
    assert fault.startswith("scores.csv: column 'dataset' is missing: add it, that of the networks")


def test_seconds_may_be_absent_or_blank(tmp_path: Path) -> None:
    blank = read(tmp_path, "nb201,cifar10,3,spread,0,0.5,")
    header = HEADER.removesuffix(",seconds")
    absent = read(tmp_path, "nb201,cifar10,3,spread,0,0.5", header=header)
    for one in (blank, absent):
        assert one.faults == []
        assert one.scores["seconds"].isna().tolist() == [True]


def test_rows_of_another_batch_are_left_out_of_any_file(tmp_path: Path) -> None:
    other = "nb201,cifar10,4,spread,0,0.5,0.1,1"
    one = read(tmp_path, f"{GOOD},0", other, header=f"{HEADER},batch")
    assert one.scores["index"].tolist() == [3]
    assert len(one.left_out) == 1
