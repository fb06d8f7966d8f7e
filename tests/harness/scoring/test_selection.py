from pathlib import Path

import pytest

import benchmarks_data
from benchmarks_data.benchmark import Benchmark
from benchmarks_data.errors import InputError
from benchmarks_data.populations import members, population
from harness.scoring.selection import select


def test_populations_have_the_published_sizes(nb201: Benchmark) -> None:
    assert [len(population(nb201, name)) for name in ("all", "connected", "unique")] == [
        15625,
        15284,
        6466,
    ]


def test_unique_keeps_one_of_every_class_drawn(nb201: Benchmark, tmp_path: Path) -> None:
    sample = select(nb201, "400", "all", 0).indices
    kept = members(nb201, "unique", sample)
    classes = [nb201.canonical(index) for index in kept]
    assert len(set(classes)) == len(classes)
    assert set(classes) == {nb201.canonical(index) for index in sample}
    assert not set(kept) <= set(population(nb201, "unique")), (
        "some classes were drawn without their lowest index"
    )
    (tmp_path / "list").write_text("\n".join(map(str, sample)))
    assert select(nb201, str(tmp_path / "list"), "unique", 0).indices == kept
    assert select(nb201, "all", "unique", 0, sample).indices == kept


def test_a_draw_depends_on_its_seed_alone(nb201: Benchmark) -> None:
    one = select(nb201, "50", "connected", 3).indices
    assert one == select(nb201, "50", "connected", 3).indices == sorted(set(one))
    assert one != select(nb201, "50", "connected", 4).indices
    assert all(map(nb201.is_connected, one))


def test_a_file_holds_indices_and_strings(nb201: Benchmark, tmp_path: Path) -> None:
    path = tmp_path / "archs.txt"
    path.write_text(f"# mine\n7\n\n{nb201.architecture(3).string}  # a cell\n7\n1651\n")
    assert select(nb201, str(path), "all", 0).indices == [3, 7, 1651]
    assert select(nb201, str(path), "connected", 0).indices == [3, 7]


def test_an_architecture_in_digits_is_no_index(tmp_path: Path) -> None:
    (tmp_path / "list").write_text("00000010\n10\n21000000\n")
    chosen = select(benchmarks_data.get("nbmacro"), str(tmp_path / "list"), "all", 0).indices
    assert chosen == [3, 10, 2 * 3**7 + 3**6]


def test_what_is_left_out_of_a_list_is_returned_and_not_printed(
    nb201: Benchmark, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "list").write_text("1\n2\n1651\n")
    indices, warning = select(nb201, str(tmp_path / "list"), "connected", 0)
    assert indices == [1, 2]
    assert "1 of 3 are not in population 'connected', and left out" in warning
    assert capsys.readouterr() == ("", "")


def test_architectures_that_the_table_leaves_out_are_in_no_population(nb201: Benchmark) -> None:
    known = range(100, 160)
    assert select(nb201, "all", "all", 0, known).indices == list(known)
    assert set(select(nb201, "20", "all", 0, known).indices) <= set(known)
    with pytest.raises(InputError, match="has 60 architectures to draw from"):
        select(nb201, "61", "all", 0, known)


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("15625\n", "line 1: nb201 has no architecture 15625"),
        ("3\n-1\n", "line 2: nb201 has no architecture -1"),
        ("--5\n", "line 1: malformed nb201 architecture '--5'"),
        ("1.5\n", "line 1: malformed nb201 architecture '1.5'"),
        ("|nor_conv_3x3~0|\n", "line 1: malformed"),
        ("", "names no architecture"),
        ("1651\n", "none of its 1 architectures is in population 'connected'"),
    ],
)
def test_a_file_that_names_no_architecture_is_refused(
    nb201: Benchmark, tmp_path: Path, content: str, complaint: str
) -> None:
    path = tmp_path / "archs.txt"
    path.write_text(content)
    with pytest.raises(InputError, match=complaint):
        select(nb201, str(path), "connected", 0)


@pytest.mark.parametrize("archs", ["0", "15626", "-3", "some", "99999999999999999999999"])
def test_a_number_that_cannot_be_drawn_is_refused(nb201: Benchmark, archs: str) -> None:
    with pytest.raises(InputError, match=r"--archs"):
        select(nb201, archs, "all", 0)


def test_a_list_may_begin_with_a_byte_order_mark(nb201: Benchmark, tmp_path: Path) -> None:
    path = tmp_path / "archs.txt"
    path.write_bytes("\ufeff12\n7\n".encode())
    assert select(nb201, str(path), "all", 0).indices == [7, 12]
