"""Proxies against one another, and against the size of networks, as families."""

import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from harness.analysis.contrasts import (
    DECLARED,
    PAIR_COLUMNS,
    PAIRS,
    groups,
    paired,
    same_orders,
)
from harness.analysis.size_ties import size_measures


def proxies_of(stream: np.random.Generator, n: int) -> tuple[dict[str, pd.Series], pd.Series]:
    accuracy = pd.Series(stream.normal(size=n))
    good, bad = (accuracy + stream.normal(size=n) * scale for scale in (1, 2))
    return {"good": good, "bad": bad, "twin": good * 3 + 1}, accuracy


def test_the_difference_of_two_taus_agrees_with_a_bootstrap() -> None:
    stream = np.random.default_rng(0)
    orders, accuracy = proxies_of(stream, 300)
    row = paired(orders, accuracy).query("proxy == 'good' and other == 'bad'").iloc[0]

    def difference(i: np.ndarray) -> float:
        good, bad = (
            stats.kendalltau(orders[name].iloc[i], accuracy.iloc[i]).statistic
            for name in ("good", "bad")
        )
        return float(good - bad)

    low, high = np.quantile(
        [difference(i) for i in stream.integers(0, 300, (500, 300))], [0.025, 0.975]
    )
    assert row["difference"] == pytest.approx(difference(np.arange(300)))
    assert row["high_alone"] - row["low_alone"] == pytest.approx(high - low, rel=0.15)
    assert (row["low_alone"], row["high_alone"]) == pytest.approx((low, high), abs=0.03)
    assert row["tau_between"] == pytest.approx(
        stats.kendalltau(orders["good"], orders["bad"]).statistic
    )
    assert row["p"] < 0.001


def test_a_twin_differs_by_nothing_counts_once_and_shares_its_letter() -> None:
    orders, accuracy = proxies_of(np.random.default_rng(1), 200)
    assert same_orders(orders, accuracy) == [["good", "twin"], ["bad"]]
    pairs = paired(orders, accuracy)
    twin = pairs.query("proxy == 'good' and other == 'twin'").iloc[0]
    assert (twin["difference"], twin["p"], twin["p_family"], twin["tau_between"]) == (
        0,
        1,
        1,
        pytest.approx(1),
    )
    assert math.isnan(twin["low"])
    assert pairs["comparisons"].tolist() == [1] * 3, "good and bad is the only comparison"
    assert pairs.loc[0, ["low", "high"]].tolist() == pytest.approx(
        [-end for end in pairs.loc[2, ["high", "low"]]]
    )
    taus = {name: stats.kendalltau(order, accuracy).statistic for name, order in orders.items()}
    assert groups({**taus, "undefined": math.nan}, pairs) == {"good": "a", "bad": "b", "twin": "a"}


def test_orders_are_the_same_with_the_same_ties_and_the_same_gaps() -> None:
    accuracy = pd.Series([1.0, 2.0, 3.0, math.nan])
    orders = {
        "one": pd.Series([1.0, 2.0, 2.0, 0.0]),
        "stretched": pd.Series([-9.0, 5.0, 5.0, 7.0]),  # differs where the target is unknown
        "untied": pd.Series([1.0, 2.0, 3.0, 0.0]),
        "gap": pd.Series([math.nan, 2.0, 2.0, 0.0]),
        "nothing": pd.Series([math.nan] * 4),
        "nothing too": pd.Series([math.nan] * 4),
    }
    assert same_orders(orders, accuracy) == [
        ["one", "stretched"],
        ["untied"],
        ["gap"],
        ["nothing"],
        ["nothing too"],
    ]


def test_proxies_are_compared_where_both_have_a_score() -> None:
    orders, accuracy = proxies_of(np.random.default_rng(2), 50)
    orders["bad"][:10] = math.nan
    orders["twin"][:] = math.nan
    accuracy[40:] = math.nan
    pairs = paired(orders, accuracy).set_index(["proxy", "other"])
    assert pairs["n"].tolist() == [30, 0, 0]
    some = slice(10, 40)
    expected = [
        stats.kendalltau(orders[name][some], accuracy[some]).statistic for name in ("good", "bad")
    ]
    assert pairs.loc[("good", "bad"), "difference"] == pytest.approx(expected[0] - expected[1])
    assert math.isnan(pairs.loc[("good", "twin"), "p_family"])


def test_intervals_and_verdicts_are_one_whatever_is_missing() -> None:
    stream = np.random.default_rng(4)
    accuracy = pd.Series(stream.normal(size=120))
    orders = {
        f"s{number}": accuracy + stream.normal(size=120) * (0.8 + 0.1 * number)
        for number in range(8)
    }
    for number in (2, 3, 5):
        orders[f"s{number}"][stream.random(120) < 0.2] = math.nan
    pairs = paired(orders, accuracy)
    excluded = (pairs["low"] > 0) | (pairs["high"] < 0)
    assert (excluded == (pairs["p_family"] < 0.05)).all()
    assert excluded.any()
    assert not excluded.all()
    assert (pairs["low"] < pairs["low_alone"]).all()
    assert (pairs["comparisons"] == 28).all()
    letters = groups({name: 1.0 - 0.1 * place for place, name in enumerate(orders)}, pairs)
    for row, apart in zip(pairs.to_dict("records"), excluded, strict=True):
        assert bool(set(letters[row["proxy"]]) & set(letters[row["other"]])) != apart


def test_declared_comparisons_are_a_family_of_their_own() -> None:
    stream = np.random.default_rng(5)
    accuracy = pd.Series(stream.normal(size=100))
    orders = {name: accuracy + stream.normal(size=100) for name in "abcdef"}
    every, declared = paired(orders, accuracy), paired(orders, accuracy, "d")
    assert declared["proxy"].tolist()[:5] == ["d"] * 5
    assert declared["family"].tolist() == [DECLARED] * 5 + [PAIRS] * 10
    assert declared["comparisons"].tolist() == [5] * 5 + [10] * 10
    width = (declared["high"] - declared["low"]).iloc[:5]
    among_all = every[(every["proxy"] == "d") | (every["other"] == "d")]
    assert width.mean() < (among_all["high"] - among_all["low"]).mean()


def test_a_ranking_identical_to_the_declared_one_is_in_its_family() -> None:
    orders, accuracy = proxies_of(np.random.default_rng(8), 60)
    orders["worst"] = pd.Series(np.random.default_rng(9).normal(size=60))
    pairs = paired(orders, accuracy, "twin").set_index(["proxy", "other"])
    families = pairs.groupby("family")["comparisons"].agg(["count", "first"])
    assert families.to_dict("index") == {
        DECLARED: {"count": 5, "first": 2},
        PAIRS: {"count": 1, "first": 1},
    }
    assert pairs.loc[("twin", "bad"), "low"] == pytest.approx(pairs.loc[("good", "bad"), "low"])


def test_one_score_has_no_comparison() -> None:
    accuracy = pd.Series([1.0, 2.0, 3.0])
    assert list(paired({"one": accuracy}, accuracy).columns) == PAIR_COLUMNS
    assert paired({"one": accuracy}, accuracy).empty
    assert groups({"one": 1.0}, paired({"one": accuracy}, accuracy)) == {"one": "a"}


def test_the_test_of_a_difference_rejects_5_in_100_where_there_is_none() -> None:
    stream, rejected = np.random.default_rng(3), 0
    for _ in range(400):
        accuracy = pd.Series(stream.normal(size=100))
        orders = {name: accuracy + stream.normal(size=100) for name in ("one", "other")}
        rejected += paired(orders, accuracy)["p_family"].iloc[0] < 0.05
    assert 0.02 <= rejected / 400 <= 0.08


def test_size_is_measured_with_the_correlations_by_hand() -> None:
    stream = np.random.default_rng(6)
    accuracy = pd.Series(stream.normal(size=80))
    sizes = pd.DataFrame(
        {
            "params": accuracy + stream.normal(size=80),
            "live_params": stream.integers(0, 4, 80).astype(float),
        }
    )
    orders = {
        "zeros": accuracy + stream.normal(size=80),
        "params": sizes["params"],
        "perfect": accuracy,
    }
    found = size_measures(orders, accuracy, sizes)

    def tau(x: pd.Series, y: pd.Series) -> float:
        return float(stats.kendalltau(x, y).statistic)

    expected = tau(orders["zeros"], sizes["params"]) - tau(accuracy, sizes["params"])
    assert found["zeros"]["excess_params"] == pytest.approx(expected)
    assert found["zeros"]["excess_params_low"] < expected < found["zeros"]["excess_params_high"]
    assert found["perfect"]["excess_params"] == 0
    assert math.isnan(found["perfect"]["excess_params_low"]), "the same in every sample"
    assert found["perfect"]["tau_equal_live_params"] == 1
    assert math.isnan(found["perfect"]["tau_equal_live_params_low"])
    low, high = (found["zeros"][f"tau_equal_live_params_{end}"] for end in ("low", "high"))
    assert -1 < low < found["zeros"]["tau_equal_live_params"] < high < 1
    alone = size_measures({"zeros": orders["zeros"]}, accuracy, sizes)["zeros"]
    assert alone["excess_params_high"] - alone["excess_params_low"] < (
        found["zeros"]["excess_params_high"] - found["zeros"]["excess_params_low"]
    ), "a family of several is wider"
    sizes.loc[3, "params"] = math.nan
    assert set(size_measures(orders, accuracy, sizes)["zeros"]) == {
        f"tau_equal_live_params{end}" for end in ("", "_low", "_high")
    }  # fmt: skip


def test_size_verdicts_of_a_family_err_together_3_to_7_times_in_100() -> None:
    """Scores of independent noise have no tau at equal size and, with a target that is noise, none
    with size.
    """
    stream, wrong = np.random.default_rng(7), np.zeros(2)
    for _ in range(400):
        accuracy, common, params = (pd.Series(stream.normal(size=240)) for _ in range(3))
        sizes = pd.DataFrame(
            {"params": params, "live_params": stream.integers(0, 2, 240).astype(float)}
        )
        found = size_measures(
            {name: common + stream.normal(size=240) for name in "abc"}, accuracy, sizes
        )
        for place, column in enumerate(("excess_params", "tau_equal_live_params")):
            wrong[place] += any(
                row[f"{column}_low"] > 0 or row[f"{column}_high"] < 0 for row in found.values()
            )
    assert (wrong / 400 >= 0.03).all()
    assert (wrong / 400 <= 0.07).all()
