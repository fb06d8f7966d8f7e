"""Combinations of scores on runs where the right path is known."""

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from harness.analysis.combinations import (
    BENCHMARKS,
    ScoredRun,
    candidates,
    combination,
    criterion,
    forward,
    ranks,
    splits,
)
from harness.analysis.judgement import BEST, COMBINATION, across, judged, judged_rows
from harness.analysis.units import Units
from harness.combining.choosing import POST_HOC, choose_and_judge
from harness.combining.figures import taus_where_not_chosen
from harness.combining.findings import sentences
from harness.combining.report import combinations_document
from harness.reporting.render import html

N = 200


def made(benchmark: str, dataset: str, seed: int, **scores: list[float]) -> ScoredRun:
    """A run whose accuracy is the sum of two quantities: synflow and naswot each show one of them,
    zeros shows the first less well, params is noise.
    """
    stream = np.random.default_rng(seed)
    first, second = stream.normal(size=(2, N))
    accuracy = 50 + 3 * first + 2 * second
    own = {
        "synflow": first,
        "zeros": first + stream.normal(0, 0.5, N),
        "naswot": second,
        "params": stream.normal(size=N),
        **scores,
    }
    return ScoredRun(
        f"{benchmark} {dataset}", benchmark, dataset, "t", pd.DataFrame(own),
        pd.Series(accuracy), Units(pd.Series(range(N)), census=False),
    )  # fmt: skip


RUNS = [
    made("nb201", "cifar10", 0),
    made("nb201", "cifar100", 1),
    made("nbmacro", "cifar10", 2),
    made("nats_sss", "cifar10", 3),
]


def test_the_report_says_which_runs_are_of_another_precision() -> None:
    low = replace(RUNS[0], precision="bfloat16 of naswot, float32 of the others")
    outcome = choose_and_judge([low, *RUNS[1:]], 2, "log_rank")
    text = html(combinations_document(outcome, sentences(outcome), {"command": ["combine"]}))
    assert f"{low.name}: 200 architectures with t; {low.precision}." in text
    assert f"{RUNS[1].name}: 200 architectures with t." in text


@pytest.mark.parametrize("by", ["log_rank", "mean_rank"])
def test_the_path_is_the_two_quantities_that_accuracy_consists_of(by: str) -> None:
    steps = forward(RUNS, candidates(RUNS), 3, by)
    assert [step.chosen for step in steps[:2]] == ["synflow", "naswot"]
    taus = [stats.kendalltau(run.scores["synflow"], run.accuracy).statistic for run in RUNS]
    assert steps[0].criteria["synflow"] == pytest.approx(np.mean(taus))
    assert list(steps[0].criteria.values()) == sorted(steps[0].criteria.values(), reverse=True)
    assert set(steps[1].criteria) == {"zeros", "naswot", "params"}
    assert steps[1].criteria["naswot"] > steps[0].criteria["synflow"]


def test_ranks_are_combined_as_their_formulas_say() -> None:
    run = made("nb201", "cifar10", 0)
    columns = [stats.rankdata(run.scores[name]) for name in ("synflow", "naswot")]
    expected = {
        "log_rank": np.log(np.array(columns) / N).sum(axis=0),
        "mean_rank": np.mean(columns, 0),
    }
    for by, order in expected.items():
        assert combination(run, ["synflow", "naswot"], by).to_numpy() == pytest.approx(order)


def test_missing_scores_rank_last_also_below_minus_infinity() -> None:
    values = np.array([3.0, math.nan, -math.inf, 5.0, math.nan])
    assert ranks(values).tolist() == [4, 1.5, 3, 5, 1.5]


def test_a_constant_score_counts_0() -> None:
    run = made("nb201", "cifar10", 0, params=[1.0] * N)
    assert criterion([run], ["params"], "log_rank") == 0


def test_all_runs_of_a_benchmark_are_left_out_together_and_datasets_within_it() -> None:
    left = {(one.scheme, one.left_out): one for one in splits(RUNS)}
    within = "by dataset within nb201"
    assert list(left) == [
        *((BENCHMARKS, name) for name in ("nb201", "nbmacro", "nats_sss")),
        *((within, name) for name in ("cifar10", "cifar100")),
    ]
    assert [run.name for run in left[BENCHMARKS, "nb201"].judged] == [
        "nb201 cifar10",
        "nb201 cifar100",
    ]
    assert {run.benchmark for run in left[BENCHMARKS, "nb201"].training} == {"nbmacro", "nats_sss"}
    assert [run.name for run in left[within, "cifar10"].training] == ["nb201 cifar100"]


def test_what_is_left_out_never_influences_what_is_chosen() -> None:
    shuffled = np.random.default_rng(9)
    for position, run in enumerate(RUNS):
        changed = ScoredRun(
            run.name, run.benchmark, run.dataset, run.target,
            run.scores.apply(shuffled.permutation), -run.accuracy, run.units,
        )  # fmt: skip
        others = [changed if at == position else one for at, one in enumerate(RUNS)]
        before, after = (choose_and_judge(runs, 3, "log_rank").paths for runs in (RUNS, others))
        for split in splits(RUNS):
            if run in split.judged:
                rows = [
                    frame[(frame["scheme"] == split.scheme) & (frame["left_out"] == split.left_out)]
                    for frame in (before, after)
                ]
                pd.testing.assert_frame_equal(*rows)
        assert not before.equals(after), "it influences what is chosen on it"


def test_candidates_have_values_in_all_runs_and_combine_no_others() -> None:
    more = made("nbmacro", "cifar100", 4, vote=[1.0] * N, snip=[math.nan] * N)
    runs = [*RUNS, more]
    assert candidates(runs) == ["naswot", "params", "synflow", "zeros"]
    with_all = [made("nb201", "cifar10", 0, vote=[1.0] * N), more]
    assert "vote" not in candidates(with_all)


def test_judged_differences_are_paired_on_the_run_left_out() -> None:
    split = splits(RUNS)[1]
    steps = forward(split.training, candidates(RUNS), 2, "log_rank")
    [one] = judged(split, steps, "log_rank")
    rows = judged_rows(one).set_index("score")
    assert set(rows.index) == {COMBINATION, BEST, "params"}
    assert rows.loc[COMBINATION, "scores"] == "synflow + naswot"
    expected = [
        stats.kendalltau(one.orders[name], one.run.accuracy).statistic for name in rows.index
    ]
    assert rows["tau"].tolist() == pytest.approx(expected)
    assert rows.loc["params", "difference"] == pytest.approx(expected[0] - expected[2])
    assert 0 < rows.loc[BEST, "low"] < rows.loc[BEST, "difference"] < rows.loc[BEST, "high"]
    assert math.isnan(rows.loc[COMBINATION, "difference"])


def test_gain_and_regret_are_those_of_accuracies_alone() -> None:
    for target, blank in (("latency_ms", True), ("cifar10_test", False)):
        runs = [replace(run, target=target) for run in RUNS]
        split = splits(runs)[1]
        [one] = judged(split, forward(split.training, candidates(runs), 2, "log_rank"), "log_rank")
        rows = judged_rows(one)
        assert rows["tau"].notna().all()
        for metric in ("ndcg", "regret_mean"):
            assert (rows[metric].isna() == blank).all()


def test_across_runs_each_benchmark_counts_alike_and_architectures_once() -> None:
    outcome = choose_and_judge(RUNS, 2, "log_rank")
    row = outcome.across.query(
        "scheme == @BENCHMARKS and score == @COMBINATION and other == 'params'"
    )
    each = outcome.judged.query("scheme == @BENCHMARKS and score == 'params'")
    means = each.groupby("left_out")["difference"].mean()
    assert row["difference"].item() == pytest.approx(means.mean())
    assert (row["runs"].item(), row["benchmarks"].item(), row["ahead"].item()) == (4, 3, 3)
    half = stats.t.ppf(0.975, 2) * means.std(ddof=1) / math.sqrt(3)
    assert row["low_spaces"].item() == pytest.approx(means.mean() - half)
    within = outcome.across[outcome.across["scheme"] != BENCHMARKS]
    assert within["low_spaces"].isna().all()


def test_two_equal_runs_of_a_benchmark_say_no_more_than_one() -> None:
    one = made("nb201", "cifar10", 0)
    again = ScoredRun("again", "nb201", "cifar100", "t", one.scores, one.accuracy, one.units)
    other = made("nbmacro", "cifar10", 2)
    rows = []
    for runs in ([one, other], [one, again, other]):
        parts = []
        for split in splits(runs)[:2]:
            steps = forward(split.training, ["synflow", "naswot"], 2, "log_rank")
            parts += judged(split, steps, "log_rank")
        rows.append(across(parts))
    assert rows[1][["difference", "low", "high"]].to_numpy() == pytest.approx(
        rows[0][["difference", "low", "high"]].to_numpy()
    )


def test_whether_anything_beats_size_is_the_first_sentence() -> None:
    said = sentences(choose_and_judge(RUNS, 2, "log_rank"))
    assert said[0].startswith(
        "Left out by benchmark: combination and best single score beat every size measure "
        "significantly across spaces; the combination less params, the strongest of them, is +"
    )
    big = [
        ScoredRun(
            run.name, run.benchmark, run.dataset, run.target,
            run.scores.assign(params=run.accuracy), run.accuracy, run.units,
        )
        for run in RUNS
    ]  # fmt: skip
    said = sentences(choose_and_judge(big, 2, "log_rank"))
    assert said[0].startswith(
        "Left out by benchmark: nothing beats size significantly across spaces"
    )


def test_what_is_chosen_on_all_runs_is_named_post_hoc() -> None:
    outcome = choose_and_judge(RUNS, 2, "mean_rank")
    assert outcome.post_hoc_name == "post hoc mean_rank[of=synflow+naswot]"
    assert POST_HOC not in set(outcome.judged["scheme"])
    assert outcome.post_hoc_name in sentences(outcome)[-1]


def test_foreign_text_is_escaped() -> None:
    odd = [
        ScoredRun("<b>", run.benchmark, run.dataset, "<i>", run.scores, run.accuracy, run.units)
        for run in RUNS
    ]
    outcome = choose_and_judge(odd, 2, "log_rank")
    page = html(combinations_document(outcome, sentences(outcome), {"command": ["x", "<u>"]}))
    assert "<b>:" not in page
    assert "&lt;b&gt;" in page
    assert "<i>" not in page


def test_a_figure_has_a_panel_for_each_run_with_the_taus_of_all_that_is_compared() -> None:
    outcome = choose_and_judge(RUNS, 2, "log_rank")
    for name, of_scheme in (("across", BENCHMARKS), ("within", "by dataset within ")):
        judged = outcome.judged[outcome.judged["scheme"].str.startswith(of_scheme)]
        figure = taus_where_not_chosen(name, outcome, 6.75)
        if judged.empty:
            assert figure is None
            continue
        assert figure is not None
        panels = {axes.get_title().replace("\n", " "): axes for axes in figure.axes}
        assert set(panels) == set(judged["run"])
        for run, rows in judged.groupby("run"):
            dots = [line for line in panels[str(run)].lines if line.get_marker() == "o"]
            drawn = [float(line.get_xdata()[0]) for line in dots]  # type: ignore[arg-type, index]
            assert drawn == pytest.approx(rows["tau"].tolist(), nan_ok=True)
