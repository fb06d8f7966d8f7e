"""The run that is printed below a board."""

from pathlib import Path

import pandas as pd

import benchmarks_data
from harness.analysis.results import Results
from harness.leaderboard.page_boards import shown_boards
from harness.leaderboard.plan import Board
from harness.runs.plan import Plan
from tests.results import frame


def test_the_run_of_a_board_names_all_its_targets_and_its_table(tmp_path: Path) -> None:
    benchmark = benchmarks_data.get("nb201")
    strings = [benchmark.architecture(index).string for index in range(20)]
    pd.DataFrame({"arch": strings, "cifar10_test": 90.0, "cifar10_valid": 80.0}).to_csv(
        tmp_path / "nb201.csv", index_label="index"
    )
    board = Board(
        "plan", "nb201", "cifar10", ("cifar10_test", "cifar10_valid"), "12", parts=(("params",),)
    )

    def commands(table: str) -> list[str]:
        one = Board(**{**vars(board), "table": table})
        plan = one.plan(tmp_path, ["params"])
        scores = frame(params=[float(index) for index in range(12)])
        results = Results(scores, plan.table, plan.targets, "all", "nb201")
        return [shown.command for shown in shown_boards([(plan, results, {})])]

    run = (
        "python -m harness.run --benchmark nb201 --dataset cifar10 --archs 12 --target "
        "cifar10_test cifar10_valid"
    )
    assert commands("") == [f"{run} --proxy params"] * 2
    assert commands("nb201.csv") == [f"{run} --tables DIR/nb201.csv --proxy params"] * 2


def test_an_anchor_says_what_tells_a_board_from_the_one_before() -> None:
    def part(archs: str) -> tuple[Plan, Results, dict[str, int]]:
        board = Board("plan", "nb201", "cifar10", ("cifar10_test",), archs, parts=(("params",),))
        scores = frame(params=[float(index) for index in range(int(archs))])
        plan = board.plan(None)
        return plan, Results(scores, plan.table, plan.targets, "all", "nb201"), {}

    shown = shown_boards([part("14"), part("12")])
    assert [one.anchor for one in shown] == ["nb201-cifar10", "nb201-cifar10-12"]
