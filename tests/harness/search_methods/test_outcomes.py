"""What stands beside searches: random search, exact, and the first choice of each proxy."""

import itertools
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import benchmarks_data
from benchmarks_data.table import Table
from harness.run import main as run
from harness.search import main
from harness.search_methods import outcomes
from harness.search_methods.outcomes import compared, first_choices
from tests.runs import arguments

SMALL = ["--channels", "4", "--cells", "1", "--batch", "4", "--workers", "1"]


@pytest.mark.parametrize(
    "validation", [[5.0, 1.0, 3.0, 2.0, 4.0], [2.0, 1.0, 2.0, 1.0, 2.0], [3.0, 3.0, 1.0, 3.0, 3.0]]
)
def test_the_best_of_random_cells_is_exact(validation: list[float]) -> None:
    """Over all draws; the tied are averaged."""
    known = pd.DataFrame({"test": [3.0, 9.0, 4.0, 7.0, 1.0], "validation": validation})
    means, squares = [], []
    for draw in itertools.combinations(range(5), 3):
        best = [
            place for place in draw if validation[place] == max(validation[place] for place in draw)
        ]
        means.append(known["test"][best].mean())
        squares.append((known["test"][best] ** 2).mean())
    mean, deviation = outcomes._best_of(known, 3)
    assert mean == pytest.approx(np.mean(means))
    assert deviation == pytest.approx(math.sqrt(np.mean(squares) - np.mean(means) ** 2))
    assert outcomes._best_of(known, 9)[0] == pytest.approx(
        known["test"][known["validation"] == max(validation)].mean()
    )


def test_random_cells_are_those_that_random_search_draws_from() -> None:
    frame = pd.DataFrame(
        {"cifar10_test": [50.0, 70.0, 90.0], "cifar10_valid": [math.nan, 60.0, 80.0]}
    )
    datasets = benchmarks_data.get("nb201").datasets
    rows = compared(
        pd.DataFrame({"objective": [], "schedule": []}),
        Table("", "", frame),
        ["cifar10_test"],
        datasets,
    )
    by_method = {row["method"]: row for row in rows.to_dict("records")}
    assert by_method["a random cell"]["cifar10_test"] == pytest.approx(70)
    restricted = by_method["a random validated cell"]
    assert (restricted["n"], restricted["cifar10_test"], restricted["cifar10_test_sd"]) == (
        2,
        80.0,
        10.0,
    )


def test_random_search_validates_after_as_many_epochs_or_the_longest() -> None:
    frame = pd.DataFrame(
        {
            name: np.arange(20.0)
            for name in ("cifar10_test_200ep", "cifar10_valid_12ep", "cifar10_valid_200ep")
        }
    )
    datasets = benchmarks_data.get("nb201").datasets
    assert (
        outcomes._validation_column(Table("", "", frame), "cifar10_test_200ep", datasets)
        == "cifar10_valid_200ep"
    )
    shorter = frame.drop(columns="cifar10_valid_200ep")
    assert (
        outcomes._validation_column(Table("", "", shorter), "cifar10_test_200ep", datasets)
        == "cifar10_valid_12ep"
    )
    assert (
        outcomes._validation_column(
            Table("", "", frame[["cifar10_test_200ep"]]), "cifar10_test_200ep", datasets
        )
        is None
    )
    rows = compared(
        pd.DataFrame({"objective": [], "schedule": []}),
        Table("", "", frame),
        ["cifar10_test_200ep"],
        datasets,
    )
    assert list(rows["method"]) == [
        "a random cell", "best of 10 by validation", "best of 100 by validation", "best of the "
            "table",
    ]  # fmt: skip


def test_the_first_choice_of_each_proxy_of_a_run(tmp_path: Path) -> None:
    assert (
        run(
            arguments(
                tmp_path, "--proxy", "l2_norm", "--archs", "5", "--seeds", "2", "--workers", "1"
            )
        )
        == 0
    )
    table = benchmarks_data.get("nb201").table()
    scores = pd.read_csv(tmp_path / "out" / "scores.csv")
    expected = [
        table.values["cifar10_test"][rows.loc[rows["score"].idxmax(), "index"]]
        for _, rows in scores[scores["proxy"] == "l2_norm"].groupby("seed")
    ]
    rows = {
        row["method"]: row
        for row in first_choices(tmp_path / "out", "nb201", table, ["cifar10_test"])
    }
    assert rows["highest l2_norm of 5"]["cifar10_test"] == pytest.approx(np.mean(expected))
    assert rows["highest params of 5"]["n"] == 1
    assert main([*SMALL, "--out", str(tmp_path / "search"), "--scores", str(tmp_path / "out")]) == 0
    assert "highest l2_norm of 5" in set(
        pd.read_csv(tmp_path / "search" / "compared.csv")["method"]
    )


@pytest.mark.slow
def test_random_architectures_have_the_mean_size_of_what_a_search_can_find() -> None:
    """Each edge of a cell has a 3x3 convolution in a quarter of the cells, and a 1x1 convolution in
    another; none has none.
    """
    sizes = outcomes.random_sizes("nb201", 400, 0)
    smallest, largest = 73_306, 1_531_546
    convolutions = (largest - smallest) * (9 + 1) / 9 / 4
    assert np.mean(sizes) == pytest.approx(smallest + convolutions, rel=0.05)
    assert sizes[:20] == outcomes.random_sizes("nb201", 20, 0)
