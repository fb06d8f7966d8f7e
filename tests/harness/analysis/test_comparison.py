import numpy as np
import pandas as pd
import pytest
from scipy import stats

from benchmarks_data.table import Table
from harness.analysis.comparison import CHECK, TRUTH, ceilings, strata
from tests.results import frame, results, table


def test_ceilings_are_between_runs_splits_and_lengths_of_training() -> None:
    stream = np.random.default_rng(4)
    truth = stream.normal(size=40)
    names = [
        "a_test_200ep",
        "a_test_200ep_run1",
        "a_test_200ep_run2",
        "a_test_200ep_run3",
        "a_valid_200ep",
        "a_test_12ep",
        "b_test",
    ]
    table = Table(
        "t", "", pd.DataFrame({name: truth + stream.normal(size=40) / 3 for name in names})
    )
    found = ceilings(table, "a_test_200ep", range(30))
    kinds = [TRUTH, *["two training runs"] * 3, *[CHECK] * 3, "another split", "fewer epochs"]
    assert found["what"].tolist() == kinds
    assert found["other"].tolist()[-2:] == ["a_valid_200ep", "a_test_12ep"]
    runs = [table.values[name][:30] for name in names[1:4]]
    expected = stats.kendalltau(runs[0], runs[1]).statistic
    assert found.loc[1, ["n", "tau"]].tolist() == [30, pytest.approx(expected)]
    assert found.loc[4, "tau"] == pytest.approx(
        stats.kendalltau(runs[0], (runs[1] + runs[2]) / 2).statistic
    )
    assert ceilings(table, "b_test", range(30)).empty


@pytest.mark.parametrize("target", ["a_top1", "a_last_epoch"])
def test_the_best_over_epochs_and_the_last_stand_against_one_another(target: str) -> None:
    frame = pd.DataFrame({"a_top1": [1.0, 2, 3, 4], "a_last_epoch": [1.0, 2, 4, 3], "b_top1": 0.0})
    rows = ceilings(Table("t", "", frame), target, range(4))
    assert rows["what"].tolist() == ["best and last epoch"]
    assert {rows.loc[0, "one"], rows.loc[0, "other"]} == {"a_top1", "a_last_epoch"}
    assert rows.loc[0, "tau"] == pytest.approx(2 / 3)


def test_strata_part_the_architectures_but_not_equal_values() -> None:
    stream = np.random.default_rng(5)
    accuracy, size = (
        pd.Series(stream.normal(size=100)),
        pd.Series(stream.integers(0, 3, 100).astype(float)),
    )
    orders = {"zeros": accuracy + stream.normal(size=100)}
    found = strata(
        orders, accuracy, {"live params": size, "accuracy": accuracy, "constant": size * 0}
    )
    by = dict(list(found.groupby("by")))
    assert by["accuracy"]["n"].tolist() == [10] * 10
    assert by["live params"]["n"].sum() == 100
    assert (
        by["live params"]["from"].iloc[1:].to_numpy() > by["live params"]["to"].iloc[:-1].to_numpy()
    ).all()
    assert by["constant"]["tau"].tolist() == [
        pytest.approx(stats.kendalltau(orders["zeros"], accuracy).statistic)
    ]


def test_the_size_of_strata_is_that_of_what_networks_take_and_not_of_what_was_scored() -> None:
    """Without embeddings is a size of networks of tokens; these take images."""
    sizes = {"params_nonembedding": [3.0, 1.0, 2.0], "live_params": [1.0, 2.0, 3.0]}
    made = results(frame(zeros=[1.0, 3.0, 2.0], **sizes), table(a_test_200ep=[1.0, 2.0, 3.0]))
    assert set(made.strata["by"]) == {"live_params", "accuracy"}
