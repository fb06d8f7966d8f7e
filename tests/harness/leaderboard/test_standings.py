import math

import numpy as np
import pandas as pd
import pytest

import benchmarks_data
from harness.analysis.results import Results
from harness.leaderboard.standings import standings
from tests.results import frame, results, table

NAN = math.nan
TARGET = "a_test_200ep"


def judged(count: int = 60) -> Results:
    """One score as the target, one near it, one by lot with a missing score, one without any."""
    stream = np.random.default_rng(0)
    accuracy = stream.uniform(60, 95, count)
    scores = frame(
        zeros=list(accuracy),
        synflow=list(accuracy + stream.normal(scale=4, size=count)),
        snip=[NAN, *stream.normal(size=count - 1)],
        dss=[NAN] * count,
        params=list(accuracy),
    )
    scores.loc[scores["proxy"] == "dss", "status"] = "not applicable: no attention"
    return results(scores, table(a_test_200ep=list(accuracy)))


def test_the_numbers_of_a_board_are_those_of_the_analysis() -> None:
    run = judged()
    rows = standings(run, TARGET).set_index("proxy")
    assert list(rows.index) == ["params", "zeros", "synflow", "snip"]
    whole = run.of(TARGET).set_index("proxy").loc[rows.index]
    for name in ("n", "missing", "tau", "tau_low", "tau_high", "ndcg", "precision_top10"):
        pd.testing.assert_series_equal(rows[name], whole[name], check_dtype=False)
    assert rows.loc["snip", "missing"] == 1
    assert set(rows["seconds"]) == {0.5}


def test_places_count_higher_taus_and_have_the_range_that_comparisons_allow() -> None:
    rows = standings(judged(), TARGET).set_index("proxy")
    assert dict(rows["place"]) == {"params": 1, "zeros": 1, "synflow": 3, "snip": 4}
    # SNIP lacks a score; those with the target's own order are equal in every sample.
    assert rows.loc["snip", ["place_low", "place_high"]].isna().all()
    assert list(rows.loc["zeros", ["place_low", "place_high"]]) == [1, 2]
    assert list(rows.loc["synflow", ["place_low", "place_high"]]) == [3, 3]


def test_a_score_of_fewer_architectures_moves_no_place_out_of_its_range() -> None:
    count = 200
    stream = np.random.default_rng(0)
    accuracy = np.arange(count, dtype=float)
    half = np.arange(count) % 2 == 0
    near = accuracy + stream.normal(scale=3, size=count)
    scores = frame(
        # Near the target on one half, by lot on the other: significantly better than the second
        # score where both are defined, although its tau of all architectures is lower.
        zeros=list(np.where(half, near, stream.permutation(count))),
        synflow=[one if has else NAN for one, has in zip(near + 20 * stream.normal(size=count),
                                                         half, strict=True)],
        snip=list(stream.normal(size=count)),
    )  # fmt: skip
    rows = standings(results(scores, table(a_test_200ep=list(accuracy))), TARGET)
    rows = rows.set_index("proxy")
    assert list(rows.index) == ["synflow", "zeros", "snip"]
    assert rows.loc["synflow", ["place_low", "place_high"]].isna().all()
    assert list(rows["place"]) == [1, 1, 2]
    assert list(rows.loc["zeros", ["place_low", "place_high"]]) == [1, 1]
    assert list(rows.loc["snip", ["place_low", "place_high"]]) == [2, 2]


def test_a_score_without_a_tau_has_no_place() -> None:
    run = results(
        frame(zeros=[1.0, 2.0, 3.0, 4.0], synflow=[5.0] * 4), table(a_test_200ep=[1, 3, 2, 4])
    )
    rows = standings(run, TARGET).set_index("proxy")
    assert rows.loc["zeros", "place"] == 1
    assert rows.loc["synflow", ["place", "place_low", "place_high"]].isna().all()


def test_a_census_has_places_without_ranges() -> None:
    size = benchmarks_data.get("nbmacro").size
    stream = np.random.default_rng(0)
    scores = pd.concat(
        pd.DataFrame(
            {
                "benchmark": "nbmacro",
                "index": range(size),
                "arch": "x",
                "proxy": name,
                "seed": 0,
                "score": stream.normal(size=size),
                "seconds": 0.1,
                "status": "ok",
            }
        )
        for name in ("zeros", "params")
    )
    run = Results(
        scores, table(a_test_200ep=list(stream.uniform(10, 95, size))), [TARGET], "all", "nbmacro"
    )
    rows = standings(run, TARGET)
    assert list(rows["place"]) == [1, 2]
    assert rows[["place_low", "place_high"]].isna().all(axis=None)
    assert rows["tau_low"].notna().all()


@pytest.mark.parametrize("target", ["cifar10_latency"])
def test_a_cost_has_a_tau_and_no_metrics_of_the_top(target: str) -> None:
    scores = frame(zeros=[1.0, 2.0, 3.0, 4.0], params=[2.0, 1.0, 3.0, 4.0])
    run = Results(scores, table(**{target: [1, 3, 2, 4]}), [target], "all", "nb201")
    rows = standings(run, target)
    assert rows["tau"].notna().all()
    assert rows[["ndcg", "precision_top10"]].isna().all(axis=None)
