"""Correlations of scores with a target."""

import math

import pytest
from scipy import stats

from harness.analysis.results import Results
from tests.results import NAN, frame, results, table


def test_r_says_how_many_finite_scores_it_is_of() -> None:
    row = (
        results(frame(zeros=[-math.inf, 1.0, 3.0, 2.0]), table(a_test_200ep=[1.0, 3.0, 2.0, 4.0]))
        .of("a_test_200ep")
        .iloc[0]
    )
    assert row[["n", "r_n"]].tolist() == [4, 3]
    assert row["r"] == pytest.approx(stats.pearsonr([1.0, 3.0, 2.0], [3.0, 2.0, 4.0]).statistic)


def test_sizes_that_are_missing_give_no_number() -> None:
    scores = frame(
        zeros=[1.0, 2.0, 3.0, 4.0], params=[1.0, NAN, 3.0, 2.0], live_params=[1.0, 1.0, NAN, 1.0]
    )
    row = results(scores, table(a_test_200ep=[1.0, 3.0, 2.0, 4.0])).of("a_test_200ep").iloc[0]
    assert (
        row[["tau_params", "excess_params", "tau_partial_params", "tau_equal_live_params"]]
        .isna()
        .all()
    )


def test_no_targets_but_accuracies_have_a_best() -> None:
    found = Results(
        frame(zeros=[1.0, 2.0, 3.0]), table(latency=[3.0, 1.0, 2.0]), ["latency"], "all", "nb201"
    )
    row = found.of("latency").iloc[0]
    assert row[["regret_1", "precision_top10", "tau_top10", "regret_mean", "ndcg"]].isna().all()
    assert row["tau"] == pytest.approx(-1 / 3)
