"""Fits to runs in which it is known what can be learned, and draws that must not leak."""

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import benchmarks_data
from benchmarks_data.errors import InputError
from harness.analysis.combinations import ScoredRun
from harness.analysis.statistics import kendall
from harness.analysis.units import Units
from harness.fitting.draws import check_sizes, classes_of, draws, sizes_that_fit
from harness.fitting.findings import from_networks, sentences
from harness.fitting.fitting import checked, fit_and_judge
from harness.fitting.judging import FITTED, FREE, SIZE, _difference, _Result
from harness.fitting.judging import judged as judge
from harness.fitting.models import models_of
from harness.fitting.report import fit_document, publish_fit
from harness.reporting.render import html

N = 400
NB201 = benchmarks_data.get("nb201")


def made(benchmark: str = "nb201", **scores: np.ndarray) -> ScoredRun:
    """A run in which accuracy grows with the convolutions of a cell, which graf can count, and with
    a quantity that synflow shows upside down: rank_fit can learn that. Size is noise.
    """
    stream = np.random.default_rng(0)
    indices = sorted(stream.choice(4096, N, replace=False).tolist())
    hidden = stream.normal(size=N)
    cells = [NB201.architecture(index).structure for index in indices]
    convolutions = np.array([sum("conv" in kind for kind in cell) for cell in cells])
    accuracy = 50 + 3 * convolutions + hidden
    columns = {"synflow": -hidden, "params": stream.normal(size=N), **scores}
    units = Units(pd.Series(range(N), index=indices), census=False)
    return ScoredRun(
        f"{benchmark} cifar10", benchmark, "cifar10", "cifar10_test",
        pd.DataFrame(columns, index=indices), pd.Series(accuracy, index=indices), units,
    )  # fmt: skip


RUN = made()


@pytest.fixture(scope="module")
def judged() -> pd.DataFrame:
    return fit_and_judge(checked(RUN, None, [8, 120], 5, 0)).judged


def row(judged: pd.DataFrame, score: str, networks: int | None = None) -> pd.Series:
    rows = judged[judged["score"] == score]
    return (rows if networks is None else rows[rows["networks"] == networks]).iloc[0]


def test_fitted_scores_learn_what_there_is_to_learn(judged: pd.DataFrame) -> None:
    assert row(judged, "graf", 120)["tau"] > row(judged, "graf", 8)["tau"] + 0.05
    assert (
        row(judged, "synflow")["tau"] < 0 < row(judged, "rank_fit[of=params+synflow]", 120)["tau"]
    )
    both = row(judged, "graf+rank_fit[of=params+synflow]", 120)
    assert both["tau"] > row(judged, "graf", 120)["tau"] > 0.4


def test_fitted_and_training_free_scores_are_marked_apart(judged: pd.DataFrame) -> None:
    kinds = dict(zip(judged["score"], judged["kind"], strict=True))
    assert kinds["synflow"] == FREE
    assert kinds["params"] == SIZE
    assert {kind for name, kind in kinds.items() if name.startswith(("graf", "rank_fit"))} == {
        FITTED
    }
    fitted = judged["kind"] == FITTED
    assert judged.loc[fitted, "networks"].isin([8, 120]).all()
    assert judged.loc[~fitted, "networks"].isna().all()
    assert judged.loc[~fitted, "difference"].isna().all()
    assert (judged.loc[fitted, "against"] == "params").all()


def test_a_difference_is_that_of_the_taus_and_its_interval_holds_it(judged: pd.DataFrame) -> None:
    fitted = judged[judged["kind"] == FITTED]
    expected = fitted["tau"] - row(judged, "params")["tau"]
    assert fitted["difference"].to_numpy() == pytest.approx(expected.to_numpy())
    assert (fitted["low"] < fitted["difference"]).all()
    assert (fitted["difference"] < fitted["high"]).all()
    assert (judged["tau_low"] < judged["tau"]).all()
    assert (judged["tau"] < judged["tau_high"]).all()


def test_a_training_free_interval_is_that_of_the_architectures_however_many_are_drawn(
    judged: pd.DataFrame,
) -> None:
    tau = kendall(RUN.scores["params"].to_numpy(), RUN.accuracy.to_numpy())
    for frame in (judged, fit_and_judge(checked(RUN, ["synflow"], [8], 1, 0)).judged):
        known = row(frame, "params")
        width = known["tau_high"] - known["tau_low"]
        assert width == pytest.approx(tau.high - tau.low, rel=0.15)
        assert known[["ndcg_low", "regret_mean_high"]].isna().all()


def test_isomorphic_architectures_are_one_unit_of_a_census() -> None:
    scores = pd.DataFrame({"synflow": np.repeat(RUN.scores["synflow"].to_numpy(), 2)})
    accuracy = pd.Series(np.repeat(RUN.accuracy.to_numpy(), 2))
    units = Units(pd.Series(np.repeat(np.arange(N), 2)), census=True)
    twice = replace(RUN, scores=scores, accuracy=accuracy, units=units)
    drawn = draws(units.classes.to_numpy(), 8, 3, 0)
    known = row(judge(twice, {}, [8], drawn), "synflow")
    tau = kendall(scores["synflow"].to_numpy(), accuracy.to_numpy(), classes=units.classes)
    width = known["tau_high"] - known["tau_low"]
    assert width == pytest.approx(tau.high - tau.low, rel=0.1)


def test_fitted_intervals_need_five_draws_and_a_sentence_says_so(judged: pd.DataFrame) -> None:
    few = fit_and_judge(checked(RUN, ["synflow"], [8], 4, 0))
    ends = ["tau_low", "tau_high", "ndcg_low", "regret_mean_high", "low", "high"]
    assert few.judged.loc[few.judged["kind"] == FITTED, ends].isna().all(axis=None)
    assert judged.loc[judged["kind"] == FITTED, ends].notna().all(axis=None)
    blank = "Fitted scores have no intervals: these need 5 draws or more (--draws), and there are 4"
    assert any(said.startswith(blank) for said in sentences(few.judged))
    assert not any("no intervals" in said for said in sentences(judged))
    record = {"command": ["fit"], "networks": [8]}
    assert ">nan" not in html(fit_document(few, sentences(few.judged), record))


def test_intervals_stay_within_what_a_tau_and_a_difference_can_be() -> None:
    frame = fit_and_judge(checked(RUN, None, [2], 5, 0)).judged
    fitted = frame[frame["kind"] == FITTED]
    assert fitted[["tau_low", "tau_high"]].abs().le(1).all(axis=None)
    assert fitted[["low", "high"]].abs().le(2).all(axis=None)
    wild = [_Result(tau, pd.Series(dtype=float), 0.5, 1.0) for tau in (1, -1, 1, -1, 1)]
    other = [replace(one, tau=-one.tau) for one in wild]
    assert _difference(wild, other, 9) == {"difference": pytest.approx(0.4), "low": -2, "high": 2}


def test_gain_and_regret_are_those_of_accuracies_alone() -> None:
    frame = fit_and_judge(checked(replace(RUN, target="latency_ms"), ["synflow"], [8], 5, 0)).judged
    assert frame["tau"].notna().all()
    assert frame.filter(regex="ndcg|regret").isna().all(axis=None)


def test_sizes_that_fit_are_kept_and_the_others_named(tmp_path: Path) -> None:
    fit = fit_and_judge(checked(RUN, ["synflow"], [2, 8, 4096], 1, 0, optional=True))
    assert (fit.networks, fit.left_out) == ([2, 8], [4096])
    said = publish_fit(fit, tmp_path / "run", tmp_path, ["fit"])
    assert any("Left out of the default sizes of training sets: 4,096." in one for one in said)
    with pytest.raises(InputError, match="--networks 4096: "):
        fit_and_judge(checked(RUN, ["synflow"], [2, 8, 4096], 1, 0))
    assert sizes_that_fit([32, 64], np.arange(40)) == [32]


def test_the_report_says_first_what_is_fitted_and_what_is_training_free(
    judged: pd.DataFrame,
) -> None:
    first = sentences(judged)[0]
    names = judged.loc[judged["kind"] == FITTED, "score"].unique()
    assert all(name in first for name in names)
    assert "no training-free scores. All other scores are training-free." in first


def test_permuted_accuracies_give_a_tau_about_0() -> None:
    permuted = np.random.default_rng(1).permutation(RUN.accuracy.to_numpy())
    run = replace(RUN, accuracy=pd.Series(permuted, index=RUN.accuracy.index))
    frame = fit_and_judge(checked(run, None, [120], 4, 0)).judged
    taus = frame.loc[frame["kind"] == FITTED, "tau"]
    assert len(taus) == 3
    assert (taus.abs() < 0.1).all()


def test_the_seed_fixes_the_result_and_another_one_changes_it() -> None:
    first, again, other = (
        fit_and_judge(checked(RUN, ["synflow"], [40], 2, seed)).judged for seed in (0, 0, 1)
    )
    pd.testing.assert_frame_equal(first, again)
    assert not np.array_equal(first["tau"], other["tau"])


def test_no_class_is_both_fitted_and_judged_and_training_sets_are_nested() -> None:
    indices = list(range(600))
    classes = classes_of(NB201, indices)
    assert len(np.unique(classes)) < len(classes)
    for draw in draws(classes, 50, 4, 0):
        trained = classes[draw.training]
        assert len(set(trained)) == 50
        assert not set(trained) & set(classes[draw.held_out])
        assert len(draw.held_out) == np.sum(~np.isin(classes, trained))
    first, second = draws(classes, 50, 2, 0)
    assert list(first.training) != list(second.training)


def test_cells_that_differ_in_dead_edges_are_one_class() -> None:
    # Nothing leaves node 1, so what leads to it does not matter.
    cells = [
        f"|{kind}~0|+|skip_connect~0|none~1|+|nor_conv_1x1~0|none~1|nor_conv_3x3~2|"
        for kind in ("nor_conv_3x3", "avg_pool_3x3", "none")
    ]
    other = cells[0].replace("nor_conv_1x1", "nor_conv_3x3")
    numbers = classes_of(NB201, [NB201.index(cell) for cell in [*cells, other]])
    assert len(set(numbers[:3])) == 1
    assert numbers[3] != numbers[0]


def test_a_drawn_class_gives_any_of_its_architectures() -> None:
    classes = np.repeat(np.arange(10), 20)
    drawn = {int(at) for draw in draws(classes, 5, 200, 0) for at in draw.training}
    assert len(drawn) > 190


def test_a_missing_score_ranks_last_and_infinity_above_it() -> None:
    scores = pd.DataFrame({"synflow": [3.0, math.nan, -math.inf, 5.0]}, index=[0, 1, 2, 3])
    inputs = models_of(NB201, scores, ["synflow"]).inputs["rank_fit[of=synflow]"]
    assert inputs[:, 0].tolist() == [3 / 4, 1 / 4, 2 / 4, 1]


def test_a_benchmark_without_features_of_graphs_has_ranks_alone() -> None:
    fit = fit_and_judge(checked(made("nats_sss"), ["synflow"], [40], 2, 0))
    assert fit.inapplicable == {"graf": "nats_sss names no features of its graphs"}
    assert set(fit.judged.loc[fit.judged["kind"] == FITTED, "score"]) == {"rank_fit[of=synflow]"}
    record = {"command": ["fit"], "networks": [40]}
    page = html(fit_document(fit, sentences(fit.judged), record))
    assert "Not applicable: graf, as nats_sss names no features of its graphs." in page


def test_more_networks_than_half_of_the_classes_are_refused() -> None:
    classes = np.arange(100)
    check_sizes([2, 50], classes)
    with pytest.raises(InputError, match=r"--networks 51: .* 100 different .* at most 50"):
        check_sizes([51], classes)
    with pytest.raises(InputError, match="--networks 1: nothing can be fitted to fewer than 2"):
        check_sizes([1, 20], classes)


def test_the_number_from_which_on_a_score_is_above_holds_for_all_larger_ones() -> None:
    frame = pd.DataFrame({"networks": [8, 16, 32, 64], "low": [0.1, -0.1, 0.2, 0.3]})
    assert from_networks(frame) == 32
    assert from_networks(frame.assign(low=[0.1, 0.2, 0.3, -0.1])) is None


def test_names_are_escaped_in_the_report() -> None:
    fit = fit_and_judge(checked(RUN, ["synflow"], [40], 2, 0))
    named = replace(fit.run, target="<b>t</b>")
    record = {"command": ["fit"], "networks": [40]}
    page = html(fit_document(replace(fit, run=named), sentences(fit.judged), record))
    assert "<b>t</b>" not in page
    assert "&lt;b&gt;t&lt;/b&gt;" in page
