"""Sampling errors and chance levels of the metrics of the top, against truths that are known or
counted.
"""

import itertools
import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from benchmarks_data.benchmark import Benchmark
from harness.analysis import chance
from harness.analysis.metrics import (
    budgets,
    gain_places,
    mean_regret,
    ndcg,
    precision_top,
    regret,
    tau_top,
)
from harness.analysis.resampling import Precision, gains, halves, interval, resamples, top
from harness.analysis.statistics import kendall
from harness.analysis.top_metrics import SEARCH_COLUMNS, search_metrics


def orders_of_the_tied(score: np.ndarray) -> list[np.ndarray]:
    items = range(len(score))
    return [
        np.array(p)
        for p in itertools.permutations(items)
        if all(score[a] >= score[b] for a, b in itertools.pairwise(p))
    ]


def test_ndcg_by_hand() -> None:
    # Of 30 the top 3 places are read; their accuracies are 2, 0 and 4 percent, the best 4, 3 and 2.
    score, accuracy = np.arange(30.0), np.zeros(30)
    accuracy[[29, 28, 27, 5]] = 2, 0, 4, 3
    discounts = 1 / np.log2([2, 3, 4])
    assert gain_places(30) == 3
    assert ndcg(score, accuracy) == pytest.approx(discounts @ [3, 0, 15] / (discounts @ [15, 7, 3]))
    assert ndcg(accuracy, accuracy) == pytest.approx(1)
    assert (gain_places(300), gain_places(15625)) == (30, 1000)
    assert math.isnan(ndcg(score, accuracy * 0))
    assert math.isnan(ndcg(np.array([]), np.array([])))


def test_mean_regret_by_hand() -> None:
    # The tenth of 40 is 4: budgets of 1, 2 and 4, whose best accuracies are 5, 7 and 9 of 10.
    score, accuracy = np.arange(40.0), np.zeros(40)
    accuracy[[39, 38, 37, 36, 0]] = 5, 7, 6, 9, 10
    assert budgets(40) == [1, 2, 4]
    assert mean_regret(score, accuracy) == pytest.approx((5 + 3 + 1) / 3)
    assert mean_regret(accuracy, accuracy) == 0
    assert (budgets(300)[-1], budgets(15625)[-1], budgets(1)) == (16, 512, [1])
    assert math.isnan(mean_regret(np.array([]), np.array([])))


def test_ndcg_is_the_mean_over_all_orders_of_the_tied() -> None:
    score, accuracy = (
        np.array([5.0, 1.0, 4.0, 4.0, 4.0, 2.0]),
        np.array([9.0, 5.0, 9.5, 6.0, 1.0, 7.0]),
    )
    discounts = 1 / np.log2(1 + np.arange(1, 4))
    expected = np.mean(
        [discounts @ (2.0 ** accuracy[order[:3]] - 1) for order in orders_of_the_tied(score)]
    )
    assert gains(np.ones((1, 6)), top(score, 3), accuracy, 3)[0] == pytest.approx(expected)


@pytest.mark.parametrize("ties", [3, 1000])
def test_a_resample_is_the_same_as_its_architectures_repeated(ties: int) -> None:
    stream = np.random.default_rng(0)
    score, accuracy = (
        stream.integers(0, ties, 200).astype(float),
        stream.integers(0, ties, 200).astype(float) / ties * 9,
    )
    weights = resamples(200, 5)
    found, gained = (
        Precision(weights, accuracy, 0.2).of(score),
        gains(weights, top(score, 20), accuracy, 20),
    )
    for one, precision, gain in zip(weights, found, gained, strict=True):
        x, y = np.repeat(score, one), np.repeat(accuracy, one)
        places = (
            math.floor(0.2 * one.sum()),
            math.ceil(0.2 * one.sum()),
        )  # a share of the resample, whole or not
        around = [precision_top(x, y, count / one.sum() - 1e-9) * count for count in places]
        assert min(around) - 1 <= precision * 0.2 * one.sum() <= max(around) + 1
        assert gain == pytest.approx(gains(np.ones((1, len(x))), top(x, 20), y, 20)[0])
    whole = Precision(np.ones((1, 200)), accuracy, 0.2).of(score)[0]
    assert whole == pytest.approx(precision_top(score, accuracy, 0.2))


def test_intervals_cover_93_to_97_times_in_100_on_the_accuracies_of_a_table(
    nb201: Benchmark,
) -> None:
    """The table is the population.

    Its precision and tau are the truth, and for the gain the mean over samples of the same size.
    """
    stream = np.random.default_rng(1)
    accuracy = nb201.table().values["cifar10_test"].dropna().to_numpy(float)
    score = stats.rankdata(accuracy) + stream.normal(0, 0.2, len(accuracy)) * len(accuracy)
    n, trials, covered = 500, 400, np.zeros(3)

    def sample() -> tuple[np.ndarray, np.ndarray]:
        drawn = stream.integers(0, len(accuracy), n)
        return score[drawn], accuracy[drawn]

    truth = [
        precision_top(score, accuracy, 0.1),
        np.mean([ndcg(*sample()) for _ in range(2000)]),
        tau_top(score, accuracy),
    ]
    weights, half, places = resamples(n), halves(n), gain_places(n)
    for _ in range(trials):
        x, y = sample()
        drawn = gains(half, top(x, places), y, places // 2) / gains(
            half, top(y, places), y, places // 2
        )
        best = y >= np.sort(y)[-50]
        among = kendall(x[best], y[best])
        found = [
            interval(precision_top(x, y, 0.1), Precision(weights, y, 0.1).of(x)),
            interval(ndcg(x, y), drawn),
            (among.low, among.high),
        ]
        covered += [low <= value <= high for (low, high), value in zip(found, truth, strict=True)]
    assert (covered / trials >= 0.93).all()
    assert (covered / trials <= 0.97).all()


def test_chance_levels_are_those_of_random_orders() -> None:
    stream = np.random.default_rng(2)
    accuracy = np.round(stream.normal(90, 2, 60), 1)  # some are tied
    best = accuracy >= np.sort(accuracy)[-30]
    names = ("tau", "precision", "regret", "ndcg", "mean regret")
    drawn: dict[str, list[float]] = {name: [] for name in names}
    for _ in range(4000):
        order = stream.permutation(60).astype(float)
        drawn["tau"].append(stats.kendalltau(order[best], accuracy[best]).statistic)
        drawn["precision"].append(
            precision_top(order, np.argsort(np.argsort(accuracy)).astype(float), 0.2)
        )
        drawn["regret"].append(regret(order, accuracy, 7))
        drawn["ndcg"].append(ndcg(order, accuracy))
        drawn["mean regret"].append(mean_regret(order, accuracy))
    expected = {
        "tau": chance.tau(accuracy[best]),
        "precision": chance.precision(60, 12),
        "regret": chance.regret(accuracy, 7),
        "ndcg": chance.gain(accuracy),
        "mean regret": chance.mean_regret(accuracy),
    }
    for name, level in expected.items():
        values = np.array(drawn[name])
        assert level.mean == pytest.approx(
            values.mean(), abs=4 * values.std() / math.sqrt(len(values))
        )
        inside = np.mean((values >= level.low - 1e-9) & (values <= level.high + 1e-9))
        assert inside >= 0.94, name
        assert level.low == pytest.approx(np.quantile(values, 0.025), abs=0.09 * np.ptp(values)), (
            name
        )
        assert level.high == pytest.approx(np.quantile(values, 0.975), abs=0.09 * np.ptp(values)), (
            name
        )


def test_chance_by_hand_and_where_there_is_none() -> None:
    # Of accuracies 1, 2, 3 two are drawn: 3 is among them in 2 of 3 cases, else 2 is the best.
    assert chance.regret(np.array([2.0, 3.0, 1.0]), 2).mean == pytest.approx(1 / 3)
    assert chance.regret(np.array([2.0, 3.0, 1.0]), 3) == chance.Chance(
        pytest.approx(0.0), 0.0, 0.0
    )
    assert chance.precision(100, 10).mean == 0.1
    for nothing in (
        chance.regret(np.array([1.0]), 2),
        chance.tau(np.ones(5)),
        chance.gain(np.array([])),
        chance.gain(np.zeros(5)),
        chance.mean_regret(np.array([])),
    ):
        assert math.isnan(nothing.mean)


def test_rows_say_what_share_they_read_and_what_chance_reaches() -> None:
    stream = np.random.default_rng(3)
    accuracy = pd.Series(stream.normal(90, 2, 600))
    orders = {
        "zeros": accuracy + stream.normal(0, 2, 600),
        "perfect": accuracy,
        "some": accuracy.copy(),
    }
    orders["some"][::2] = math.nan
    found = search_metrics(orders, accuracy)
    assert list(found.columns) == SEARCH_COLUMNS
    rows = found.set_index(["proxy", "metric"])
    assert rows.loc[("zeros", "regret_100"), ["k", "n", "share"]].tolist() == [
        100,
        600,
        pytest.approx(1 / 6),
    ]
    assert rows.loc[("some", "regret_100"), "share"] == pytest.approx(1 / 3)
    assert rows.loc[("zeros", "precision_top10"), "chance"] == pytest.approx(0.1)
    own = rows.loc["zeros"]
    x, y = orders["zeros"].to_numpy(), accuracy.to_numpy()
    assert own["value"].to_dict() == pytest.approx(
        {
            "tau_top10": tau_top(x, y),
            "precision_top10": precision_top(x, y, 0.1),
            "precision_top1": precision_top(x, y, 0.01),
            "ndcg": ndcg(x, y),
            **{f"regret_{budget}": regret(x, y, budget) for budget in (1, 10, 100)},
            "regret_mean": mean_regret(x, y),
        }
    )
    shown = own["low"].notna()
    assert shown[shown].index.tolist() == ["tau_top10", "precision_top10", "ndcg"], (
        "6 are too few, and regret has none"
    )
    assert (own["low"][shown] < own["value"][shown]).all()
    assert (own["value"][shown] < own["high"][shown]).all()
    assert rows.loc["perfect", "value"][["precision_top10", "ndcg", "regret_1"]].tolist() == [
        1,
        pytest.approx(1),
        0,
    ]
    assert rows.loc[("perfect", "precision_top10"), ["low", "high"]].isna().all(), (
        "resamples show no variation"
    )


def test_without_architectures_everything_is_blank() -> None:
    found = search_metrics({"zeros": pd.Series([math.nan, 1.0])}, pd.Series([90.0, math.nan]))
    assert found["value"].isna().all()
    assert found["chance"].isna().all()
    assert (found["n"] == 0).all()
