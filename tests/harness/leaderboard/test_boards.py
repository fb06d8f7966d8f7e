"""The plan of the leaderboard, and what its boards are judged on."""

from pathlib import Path

import pytest

import benchmarks_data
from benchmarks_data.errors import InputError, NoTable
from benchmarks_data.listed import ListedBenchmark
from harness.leaderboard.boards import judged
from harness.leaderboard.plan import PLAN, Board, read_plan
from harness.scoring.job import Job, Score
from harness.scoring.selection import select
from harness.scoring.store import Store

NB201 = """
steps = [10, 20]
[groups]
size = ["params", "flops", "live_params", "live_convs", "layers"]
more = ["zeros", "synflow", "vote[of=synflow+zeros]", "naswot"]
[[board]]
benchmark = "nb201"
dataset = "cifar10"
targets = ["cifar10_test"]
archs = 30
proxies = ["size", "more"]
"""
SIZE = ["params", "flops", "live_params", "live_convs", "layers"]


def written(folder: Path, text: str = NB201) -> Path:
    path = folder / "plan.toml"
    path.write_text(text)
    return path


@pytest.fixture
def board(tmp_path: Path) -> Board:
    (one,) = read_plan(written(tmp_path))
    return one


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ('"nb201"', '"nb2001"', r"board 1 \(nb2001 cifar10\): unknown benchmark 'nb2001'"),
        ('"cifar10"', '"cifar1"', r"board 1 \(nb201 cifar1\): unknown dataset 'cifar1'"),
        ('["size", "more"]', '["sise"]', r"board 1 \(nb201 cifar10\): unknown proxy 'sise'"),
        ('"naswot"]', '"nastwo"]', "group more: unknown proxy 'nastwo'"),
        ("archs = 30", 'archs = "some"', "archs is 'all' or a number, not 'some'"),
        ("archs = 30", "archs = 0", r"is no plan of a leaderboard: .*\$\.board\[0\]\.archs"),
        ("archs = 30", "arch = 30", "unknown field `arch`"),
        ("[[board]]", "[board", "is no plan of a leaderboard"),
    ],
)
def test_a_plan_is_refused_with_its_place(
    old: str, new: str, complaint: str, tmp_path: Path
) -> None:
    assert old in NB201
    path = written(tmp_path, NB201.replace(old, new))
    with pytest.raises(InputError, match=complaint) as error:
        read_plan(path)
    assert str(path) in str(error.value)


def test_two_boards_of_the_same_are_refused(tmp_path: Path) -> None:
    again = NB201[NB201.index("[[board]]") :]
    with pytest.raises(InputError, match=r"board 2 .* is a second board of nb201 cifar10, 30"):
        read_plan(written(tmp_path, NB201 + again))
    other = again.replace("archs = 30", 'archs = "all"')
    assert len(read_plan(written(tmp_path, NB201 + other))) == 2


def test_an_absent_plan_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot read the plan"):
        read_plan(tmp_path / "absent.toml")


def test_unknown_targets_are_told_with_the_board(tmp_path: Path) -> None:
    plan = NB201 + 'installed_targets = ["cifar10_tset"]\n'
    (board,) = read_plan(written(tmp_path, plan))
    with pytest.raises(InputError, match=r"board 1 \(nb201 cifar10\): unknown target"):
        board.plan(None)


def score(store: Store, names: list[str], indices: list[int]) -> None:
    for name in names:
        store.write(Job("nb201", "cifar10"), [Score(i, name, 0, 1.0, 0.0, "ok") for i in indices])


def test_a_board_is_judged_on_the_largest_draw_on_which_most_are_complete(
    board: Board, tmp_path: Path
) -> None:
    benchmark = benchmarks_data.get("nb201")
    known = board.plan(None).table.known(["cifar10_test"])
    small, middle, large = (
        select(benchmark, count, "all", 0, known).indices for count in ("10", "20", "30")
    )
    with Store(tmp_path / "s.sqlite") as store:
        nothing = judged(board, store, None)
        assert (nothing.plan, nothing.complete) == (None, [])
        assert nothing.partial == dict.fromkeys(board.proxies, 0)

        score(store, SIZE, small)
        few = judged(board, store, None)
        assert few.plan
        assert (few.complete, few.plan.indices) == (SIZE, small), "the most there is"

        score(store, SIZE, large)
        score(store, ["zeros", "synflow"], middle)
        most = judged(board, store, None)
        assert most.plan
        assert most.complete == [*SIZE, "zeros", "synflow", "vote[of=synflow+zeros]"]
        assert most.plan.options.archs == "20"
        assert most.plan.indices == middle
        assert [one.name for one in most.plan.requests] == most.complete
        assert most.partial == {"naswot": 0}

        score(store, ["zeros", "synflow"], large)
        score(store, ["naswot"], small)
        whole = judged(board, store, None)
        assert whole.plan
        assert whole.plan.indices == large
        assert whole.partial == {"naswot": 10}


def test_a_draw_without_the_trivial_baselines_is_none_to_judge_on(
    tmp_path: Path,
) -> None:
    text = NB201.replace('["size", "more"]', '["zeros"]')
    (board,) = read_plan(written(tmp_path, text))
    large = board.plan(None).indices
    with Store(tmp_path / "s.sqlite") as store:
        score(store, ["zeros"], large)
        assert judged(board, store, None).plan is None
        score(store, SIZE, large)
        done = judged(board, store, None)
        assert done.plan
        assert done.complete == ["zeros"]
        assert [one.name for one in done.plan.requests] == ["zeros", *SIZE]


def test_without_a_folder_of_tables_a_board_has_the_installed_targets(tmp_path: Path) -> None:
    plan = NB201.replace("cifar10_test", "cifar10_test_200ep")
    (other,) = read_plan(written(tmp_path, plan))
    with pytest.raises(InputError, match="has no cifar10_test_200ep: name a folder of tables"):
        other.plan(None)
    (board,) = read_plan(written(tmp_path, plan + 'installed_targets = ["cifar10_test"]\n'))
    assert board.plan(None).targets == ["cifar10_test"]
    with pytest.raises(NoTable):  # a folder without the table
        board.plan(tmp_path)


def test_the_plan_that_comes_with_the_project_is_one(all_tables: Path) -> None:
    boards = {board.benchmark: board for board in read_plan(PLAN)}
    assert {"nb201", "nb101", "pit"} < boards.keys()
    for name, board in boards.items():
        if isinstance(benchmarks_data.get(name), ListedBenchmark):
            with pytest.raises(NoTable):
                board.plan(None)
        else:
            assert len(board.plan(all_tables).indices) == int(board.archs)


@pytest.mark.parametrize(
    ("name", "goal", "nested"),
    [("nb201", 1000, [30, 100, 400]), ("nats_sss", 1000, [400]), ("nbmacro", 1000, [400]),
     ("transnas101_micro", 300, [30, 200])],
)  # fmt: skip
def test_the_steps_of_the_plan_are_parts_of_its_draws(
    name: str, goal: int, nested: list[int]
) -> None:
    benchmark = benchmarks_data.get(name)
    whole = set(select(benchmark, str(goal), "all", 0).indices)
    for count in nested:
        assert set(select(benchmark, str(count), "all", 0).indices) <= whole
