"""What scores say beyond size, on simulated scores that are known to say nothing, or something."""

import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import benchmarks_data
from benchmarks_data.benchmark import Benchmark
from benchmarks_data.nb201.space import depth, format_cell
from harness.analysis.beyond import beyond
from harness.analysis.gain import FOLDS, folds_of, gain
from harness.analysis.metrics import partial_tau
from harness.analysis.shuffling import shuffled


def sample(
    stream: np.random.Generator, n: int, knows: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A score, an accuracy and two sizes (n, 2).

    Beside size, the accuracy holds *knows* times a quantity that the score shows.
    """
    size = stream.integers(0, 8, n)
    sizes = np.stack([size, size + stream.integers(0, 3, n)], axis=1).astype(float)
    hidden = stream.normal(size=n)
    accuracy = 0.5 * size + knows * hidden + stream.normal(size=n)
    return 0.4 * size + hidden + 0.3 * stream.normal(size=n), accuracy, sizes


def shuffle(stream: np.random.Generator, score: np.ndarray, group: np.ndarray) -> np.ndarray:
    result = score.copy()
    for value in np.unique(group):
        result[group == value] = stream.permutation(score[group == value])
    return result


@pytest.mark.parametrize("ties", [False, True])
def test_the_null_is_that_of_a_thousand_permutations(ties: bool) -> None:
    stream = np.random.default_rng(0)
    score, accuracy, sizes = sample(stream, 100, 0.5)
    score = score.round() if ties else score
    taus = [
        stats.kendalltau(shuffle(stream, score, sizes[:, 0]), accuracy).statistic
        for _ in range(1000)
    ]
    found = shuffled(score, accuracy, sizes[:, 0])
    assert found.null.value == pytest.approx(np.mean(taus), abs=0.004)
    assert (found.null.low, found.null.high) == pytest.approx(
        tuple(np.quantile(taus, [0.025, 0.975])), abs=0.012
    )
    assert found.excess.value == pytest.approx(
        stats.kendalltau(score, accuracy).statistic - found.null.value
    )


def test_a_shuffled_score_is_at_its_null_93_to_97_times_in_100_and_its_p_is_uniform() -> None:
    stream, covered, p = np.random.default_rng(1), [], []
    for _ in range(400):
        score, accuracy, sizes = sample(stream, 300, 1.0)
        found = shuffled(shuffle(stream, score, sizes[:, 0]), accuracy, sizes[:, 0])
        covered.append(found.excess.low <= 0 <= found.excess.high)
        p.append(found.excess.p)
    assert 0.93 <= np.mean(covered) <= 0.97
    assert 0.03 <= np.mean(np.array(p) < 0.05) <= 0.07
    assert 0.45 <= np.mean(p) <= 0.55


def test_the_interval_of_the_excess_covers_a_known_one_93_to_97_times_in_100() -> None:
    stream = np.random.default_rng(2)
    score, accuracy, sizes = sample(stream, 100_000, 0.7)
    truth = shuffled(score, accuracy, sizes[:, 0]).excess.value
    found = [
        shuffled(score, accuracy, sizes[:, 0]).excess
        for score, accuracy, sizes in (sample(stream, 500, 0.7) for _ in range(400))
    ]
    assert truth > 0.2
    assert 0.93 <= np.mean([one.low <= truth <= one.high for one in found]) <= 0.97


def test_partial_tau_is_no_null_and_shuffling_is() -> None:
    """A score that is known to say nothing beyond size has a partial tau above 0, and no excess
    over its null.
    """
    stream = np.random.default_rng(3)
    score, accuracy, sizes = sample(stream, 20_000, 1.0)
    empty = shuffle(stream, score, sizes[:, 0])
    assert partial_tau(empty, accuracy, sizes[:, 0]) > 0.015
    assert shuffled(empty, accuracy, sizes[:, 0]).excess.value == pytest.approx(0, abs=0.005)


@pytest.mark.parametrize("knows", [0.0, 0.7])
def test_gain_and_tau_given_sizes_cover_what_is_known(knows: float) -> None:
    """Where a score adds nothing, the interval of the gain is cautious.

    That of tau given sizes is not.
    """
    stream = np.random.default_rng(4)

    def found(n: int) -> tuple[float, bool, float, bool]:
        score, accuracy, sizes = sample(stream, n, knows)
        result = gain(score, accuracy, sizes, folds_of(np.arange(n)))
        assert result is not None
        inside = (
            result.gain.low <= gained <= result.gain.high,
            result.given.low <= given <= result.given.high,
        )
        return result.gain.value, inside[0], result.given.value, inside[1]

    gained = given = 0.0
    if knows:
        gained, _, given, _ = found(100_000)
        assert gained > 0.05
        assert given > 0.2
    results = [found(300) for _ in range(300)]
    of_gain, of_given = (np.mean([result[place] for result in results]) for place in (1, 3))
    assert 0.93 <= of_given <= 0.97
    assert 0.93 <= of_gain <= (0.97 if knows else 1.0)


def test_isomorphic_architectures_are_in_one_fold() -> None:
    classes = np.random.default_rng(5).integers(0, 300, 1000)
    classes = np.unique(classes, return_inverse=True)[1]
    folds = folds_of(classes)
    assert pd.Series(folds).groupby(classes).nunique().eq(1).all()
    assert set(folds) == set(range(FOLDS))


def test_what_says_nothing_has_no_numbers() -> None:
    score, accuracy, sizes = sample(np.random.default_rng(6), 40, 1.0)
    assert math.isnan(shuffled(score, accuracy, np.arange(40.0)).null.value), "no two of equal size"
    assert math.isnan(shuffled(score, accuracy, np.zeros(40)).null.value), "one group"
    assert math.isnan(shuffled(np.zeros(40), accuracy, sizes[:, 0]).null.value)
    assert gain(np.zeros(40), accuracy, sizes, folds_of(np.arange(40))) is None
    frame = pd.DataFrame({"params": sizes[:, 0], "live_params": sizes[:, 1], "flops": math.nan})
    labels = np.arange(40)
    row = beyond("params", score, accuracy, frame, labels, census=False)
    assert {"beyond_live_params", "gain_sizes"} < row.keys()
    assert "beyond_params" not in row
    assert "gain_sizes" not in beyond("live_params", score, accuracy, frame, labels, census=False)
    assert math.isnan(
        beyond("zeros", score, accuracy, frame, labels, census=True)["p_beyond_params"]
    )
    assert beyond("zeros", score[:0], accuracy[:0], frame[:0], labels[:0], census=False) == {}


def test_depth_counts_layers_on_the_longest_live_path(nb201: Benchmark) -> None:
    none, skip, conv = "none", "skip_connect", "nor_conv_3x3"
    texts = {
        (conv, conv, conv, conv, conv, conv): 3,
        (conv, none, none, none, conv, none): 2,
        (conv, conv, conv, skip, none, none): 0,
        (none, none, none, none, none, none): 0,
        (skip, none, conv, conv, none, conv): 2,
    }
    for cell, expected in texts.items():
        assert depth(cell) == expected
        assert nb201.depth(nb201.index(format_cell(cell))) == expected
    assert benchmarks_data.get("nbmacro").depth(0) == 0
    assert benchmarks_data.get("transnas101_micro").depth(4095) == 3
