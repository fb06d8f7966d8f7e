import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from benchmarks_data.table import Table
from harness.comparison import CHECK, TRUTH, ceilings, holm, paired, standings, strata


def test_holm_by_hand() -> None:
    # Sorted .01, .02, .04: times 3, 2, 1 and never smaller than the one before.
    found = holm(np.array([0.04, math.nan, 0.01, 0.02]))
    assert found[[0, 2, 3]].tolist() == pytest.approx([0.04, 0.03, 0.04])
    assert math.isnan(found[1])
    assert holm(np.array([0.9, 0.8])).tolist() == [1.0, 1.0]


def proxies_of(stream: np.random.Generator, n: int) -> tuple[dict[str, pd.Series], pd.Series]:
    accuracy = pd.Series(stream.normal(size=n))
    good, bad = (accuracy + stream.normal(size=n) * scale for scale in (1, 2))
    return {"good": good, "bad": bad, "twin": good * 3 + 1}, accuracy


def test_the_difference_of_two_taus_agrees_with_a_bootstrap() -> None:
    stream = np.random.default_rng(0)
    orders, accuracy = proxies_of(stream, 300)
    row = paired(orders, accuracy).query("proxy == 'good' and other == 'bad'").iloc[0]

    def difference(i: np.ndarray) -> float:
        good, bad = (stats.kendalltau(orders[name].iloc[i], accuracy.iloc[i]).statistic for name in ("good", "bad"))
        return float(good - bad)

    low, high = np.quantile([difference(i) for i in stream.integers(0, 300, (500, 300))], [0.025, 0.975])
    assert row["difference"] == pytest.approx(difference(np.arange(300)))
    assert row["high"] - row["low"] == pytest.approx(high - low, rel=0.15)
    assert (row["low"], row["high"]) == pytest.approx((low, high), abs=0.03)
    assert row["tau_between"] == pytest.approx(stats.kendalltau(orders["good"], orders["bad"]).statistic)
    assert row["p"] < 0.001
    assert row["p"] <= row["p_holm"] <= 3 * row["p"]


def test_a_twin_differs_by_nothing_and_shares_its_place() -> None:
    orders, accuracy = proxies_of(np.random.default_rng(1), 200)
    pairs = paired(orders, accuracy)
    twin = pairs.query("proxy == 'good' and other == 'twin'").iloc[0]
    assert (twin["difference"], twin["p"], twin["tau_between"]) == (0, 1, pytest.approx(1))
    assert math.isnan(twin["low"])
    taus = {name: stats.kendalltau(order, accuracy).statistic for name, order in orders.items()}
    assert standings({**taus, "undefined": math.nan}, pairs).to_dict() == {
        "good": 1, "bad": 3, "twin": 1, "undefined": pytest.approx(math.nan, nan_ok=True)
    }  # fmt: skip


def test_proxies_are_compared_where_both_have_a_score() -> None:
    orders, accuracy = proxies_of(np.random.default_rng(2), 50)
    orders["bad"][:10] = math.nan
    orders["twin"][:] = math.nan
    accuracy[40:] = math.nan
    pairs = paired(orders, accuracy).set_index(["proxy", "other"])
    assert pairs["n"].tolist() == [30, 0, 0]
    some = slice(10, 40)
    expected = [stats.kendalltau(orders[name][some], accuracy[some]).statistic for name in ("good", "bad")]
    assert pairs.loc[("good", "bad"), "difference"] == pytest.approx(expected[0] - expected[1])
    assert math.isnan(pairs.loc[("good", "twin"), "p_holm"])


def test_the_test_of_a_difference_rejects_5_in_100_where_there_is_none() -> None:
    stream, rejected = np.random.default_rng(3), 0
    for _ in range(400):
        accuracy = pd.Series(stream.normal(size=100))
        orders = {name: accuracy + stream.normal(size=100) for name in ("one", "other")}
        rejected += paired(orders, accuracy)["p"].iloc[0] < 0.05
    assert 0.02 <= rejected / 400 <= 0.08


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
    table = Table("t", "", pd.DataFrame({name: truth + stream.normal(size=40) / 3 for name in names}))
    found = ceilings(table, "a_test_200ep", range(30))
    kinds = [TRUTH, *["two training runs"] * 3, *[CHECK] * 3, "another split", "fewer epochs"]
    assert found["what"].tolist() == kinds
    assert found["other"].tolist()[-2:] == ["a_valid_200ep", "a_test_12ep"]
    runs = [table.values[name][:30] for name in names[1:4]]
    expected = stats.kendalltau(runs[0], runs[1]).statistic
    assert found.loc[1, ["n", "tau"]].tolist() == [30, pytest.approx(expected)]
    assert found.loc[4, "tau"] == pytest.approx(stats.kendalltau(runs[0], (runs[1] + runs[2]) / 2).statistic)
    assert ceilings(table, "b_test", range(30)).empty


def test_strata_part_the_architectures_but_not_equal_values() -> None:
    stream = np.random.default_rng(5)
    accuracy, size = pd.Series(stream.normal(size=100)), pd.Series(stream.integers(0, 3, 100).astype(float))
    orders = {"zeros": accuracy + stream.normal(size=100)}
    found = strata(orders, accuracy, {"live params": size, "accuracy": accuracy, "constant": size * 0})
    by = dict(list(found.groupby("by")))
    assert by["accuracy"]["n"].tolist() == [10] * 10
    assert by["live params"]["n"].sum() == 100
    assert (by["live params"]["from"].iloc[1:].to_numpy() > by["live params"]["to"].iloc[:-1].to_numpy()).all()
    assert by["constant"]["tau"].tolist() == [pytest.approx(stats.kendalltau(orders["zeros"], accuracy).statistic)]
