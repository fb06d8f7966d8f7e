"""What the headline of a report says."""

import math
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from harness.reporting.comparison_findings import counts_as
from harness.reporting.phrases import side
from harness.reporting.publish import publish
from harness.reporting.render import plain
from tests.results import NAN, SETTINGS, frame, results, said, table


def test_the_headline_states_what_was_measured() -> None:
    stream = np.random.default_rng(0)
    accuracy = stream.normal(80, 5, 400)
    good, unrelated = accuracy + stream.normal(0, 2, 400), stream.normal(size=400)
    scores = frame(
        synflow=list(unrelated),
        naswot=list(accuracy),
        zeros=list(good),
        params=list(np.round(accuracy)),
        live_params=[1.0, 2.0] * 200,
    )
    runs_ = {f"a_test_200ep_run{n}": accuracy + stream.normal(0, 0.1, 400) for n in (1, 2)}
    found = results(scores, table(a_test_200ep=list(accuracy), a_valid_12ep=list(good), **runs_))
    text = said(found)
    assert "The table lists 400 of 15,625 architectures" in text

    def tau(x: np.ndarray, y: np.ndarray) -> float:
        return stats.kendalltau(x, y).statistic

    own, sizes = tau(good, accuracy), np.round(accuracy)
    assert f"Kendall's tau of zeros with a_test_200ep is {own:.3f} (95 % interval " in text
    pairs = found.pairs.set_index(["proxy", "other"])
    low, high = pairs.loc[("synflow", "zeros"), ["low", "high"]]
    worse = tau(unrelated, accuracy)
    # The comparison is stored the other way round, as synflow came first.
    assert (
        f"synflow ({worse:.3f}): {own - worse:+.3f} ({-high:+.3f} to {-low:+.3f}), significant"
        in text
    )
    assert f"naswot (1.000): {own - 1:+.3f} (" in text
    assert (
        "The highest tau is that of naswot, 1.000. Significantly better than zeros: 2 of the 4 "
        "others." in text
    )
    difference = tau(good, sizes) - tau(accuracy, sizes)
    assert (
        f"is {tau(good, sizes):.3f} for zeros and {tau(accuracy, sizes):.3f} for a_test_200ep "
        f"itself: {difference:+.3f} (" in text
    )
    assert "zeros follows it less." in text
    assert (
        "Shuffled among architectures with equally many parameters, the scores of zeros would "
        "have tau " in text
    )
    assert "No interval includes it for synflow, naswot, zeros;" in text
    assert "A score without noise, the true expected accuracy, would have tau " in text
    even, odd = slice(0, None, 2), slice(1, None, 2)
    within = np.mean([tau(good[part], accuracy[part]) for part in (even, odd)])
    assert f"the order by zeros is better than chance: tau {within:.3f} (" in text
    assert "in population unique (n = " in text
    assert f"agree at tau {tau(*runs_.values()):.3f} (" in text
    assert f"after fewer epochs: a_valid_12ep {own:.3f}" in text


def test_identical_rankings_are_one_and_comparisons_without_a_verdict() -> None:
    accuracy = [60.0, 70.0, 80.0, 90.0, 91.0]
    text = said(
        results(
            frame(zeros=accuracy, synflow=accuracy[::-1], params=accuracy),
            table(a_test_200ep=accuracy),
        )
    )
    assert (
        "synflow (-1.000): +2.000, which the sample cannot test, as it shows no variation" in text
    )
    assert (
        "The highest tau is that of zeros = params, 1.000; no significant difference from it: "
        "synflow" in text
    )
    assert "hold together" not in text


def test_a_better_score_on_other_architectures_is_said() -> None:
    stream = np.random.default_rng(1)
    accuracy = stream.normal(80, 5, 200)
    zeros, synflow = accuracy + stream.normal(0, 0.8, 200), accuracy + stream.normal(0, 0.3, 200)
    zeros[50:] = np.nan  # known where the two are alike in tau, but for the rest
    synflow[50:] = stream.normal(size=150)
    text = said(
        results(frame(zeros=list(zeros), synflow=list(synflow)), table(a_test_200ep=list(accuracy)))
    )
    assert "The highest tau is that of zeros" in text
    assert "significantly better where both have a score: synflow" in text
    assert "Not all scores are known for the same architectures" in text


@pytest.mark.parametrize(
    ("p_family", "words"),
    [(0.049, "significant"), (0.05, "not significant"), (math.nan, "which the sample cannot test")],
)
def test_only_the_corrected_p_value_counts(p_family: float, words: str) -> None:
    assert counts_as({"p": 0.01, "p_family": p_family}).startswith(words)


@pytest.mark.parametrize(
    ("low", "high", "word"), [(0.1, 0.2, "above"), (-0.2, -0.1, "below"), (-0.1, 0.1, "neither")]
)
def test_a_side_is_taken_when_the_interval_is_on_it(low: float, high: float, word: str) -> None:
    assert side(low, high, "above", "below", "neither") == word


@pytest.mark.slow
@pytest.mark.figures
@pytest.mark.parametrize(
    ("scores", "accuracies", "said_so"),
    [
        (
            [1.0],
            [90.0],
            "On 1 architecture of nb201 (population all), Kendall's tau of zeros with "
            "a_test_200ep is undefined: 1 arch",
        ),
        ([1.0, 1.0, 1.0], [90.0, 91.0, 92.0], "undefined: all scores are tied"),
        ([1.0, 2.0, 3.0], [90.0, 90.0, 90.0], "undefined: all values of a_test_200ep are tied"),
        ([NAN, NAN, NAN], [90.0, 91.0, 92.0], "undefined: every score is missing"),
        (
            [1.0, 2.0, 3.0],
            [NAN, NAN, NAN],
            "undefined: the table has no a_test_200ep of these architectures",
        ),
        ([1.0, NAN, 3.0], [NAN, 90.0, NAN], "undefined: no architecture has both"),
        ([1.0, 2.0, 3.0], [90.0, 91.0, 92.0], "With so few architectures"),
        (
            [-math.inf, 2.0, 3.0],
            [90.0, 91.0, 92.0],
            "Scores of -inf, which count as the lowest: 1 each of zeros, params",
        ),
        (
            [NAN, 2.0, 3.0, 1.0],
            [90.0, 91.0, 92.0, 93.0],
            "Scores that are missing, and left out: 1 each of zeros, params",
        ),
    ],
)
def test_what_cannot_be_said_is_said(
    tmp_path: Path, scores: list[float], accuracies: list[float], said_so: str
) -> None:
    found = results(frame(zeros=scores, params=scores), table(a_test_200ep=accuracies))
    assert said_so in said(found)
    publish(found, tmp_path, SETTINGS)
    assert said_so.replace("'", "&#39;") in (tmp_path / "report.html").read_text()
    assert plain(said_so) in (tmp_path / "report.md").read_text()
