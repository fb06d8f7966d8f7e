"""What tau varies with, on simulated scores whose seeds and batches move it by a known amount."""

import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from harness.analysis.ceiling import Trainings
from harness.analysis.components import components, varying
from harness.analysis.statistics import kendall, mean_rank
from harness.analysis.variance import Draws

N = 120


def draw(
    stream: np.random.Generator, shape: tuple[int, int], moves: tuple[float, float], n: int = N
) -> tuple[np.ndarray, np.ndarray]:
    """Scores (n, weights, batches) and a target (n,).

    How loud the error that scores share is depends on weights and batch.
    """
    quality = stream.normal(size=n)
    loud = 0.8 * np.exp(
        moves[0] * stream.normal(size=(shape[0], 1)) + moves[1] * stream.normal(size=(1, shape[1]))
    )
    scores = (
        quality[:, None, None]
        + loud * stream.normal(size=(n, 1, 1))
        + 0.4 * stream.normal(size=(n, *shape))
    )
    return scores, quality + 0.3 * stream.normal(size=n)


def reported(scores: np.ndarray) -> np.ndarray:
    return mean_rank(scores.reshape(len(scores), -1))


@pytest.mark.parametrize(
    ("shape", "moves", "crossed", "seed"),
    [
        ((3, 3), (0.3, 0.2), True, 5),
        ((3, 3), (0.0, 0.3), True, 7),
        ((5, 1), (0.3, 0.0), False, 0),
        ((3, 3), (0.0, 0.0), True, 8),
    ],
)
def test_the_interval_covers_tau_under_new_seeds_and_architectures_93_to_97_times_in_100(
    shape: tuple[int, int], moves: tuple[float, float], crossed: bool, seed: int
) -> None:
    stream = np.random.default_rng(seed)
    samples = [draw(stream, shape, moves) for _ in range(300)]
    truth = np.mean(
        [stats.kendalltau(reported(scores), target).statistic for scores, target in samples]
    )
    covered, alone = [], []
    for scores, target in samples:
        found = components(reported(scores), Draws(scores, crossed), target, [], 1.0)
        covered.append(found.low <= truth <= found.high)
        tau = kendall(reported(scores), target)
        alone.append(tau.low <= truth <= tau.high)
    assert 0.93 <= np.mean(covered) <= 0.97
    if max(moves):
        assert np.mean(alone) < 0.9, "the interval of architectures alone is too short"


def test_components_are_the_deviations_that_were_put_in() -> None:
    """With many architectures tau depends on the draws alone.

    Its deviations are those of one source drawn anew.
    """
    stream = np.random.default_rng(1)
    scores, target = draw(stream, (20, 20), (0.2, 0.1), 1000)
    found = components(reported(scores), Draws(scores, crossed=True), target, [], 1.0)
    taus = np.array(
        [
            [stats.kendalltau(scores[:, w, b], target).statistic for b in range(20)]
            for w in range(20)
        ]
    )
    assert found.weights == pytest.approx(taus.mean(axis=1).std(ddof=1), rel=0.05)
    assert found.batches == pytest.approx(taus.mean(axis=0).std(ddof=1), rel=0.05)
    assert found.both < 0.5 * found.batches
    assert math.isnan(found.seeds)


def test_in_a_census_the_interval_is_about_seeds_and_trainings_of_the_same_architectures() -> None:
    """The architectures stay; each sample draws other weights, batches and trainings for them."""
    stream = np.random.default_rng(2)
    quality, error = stream.normal(size=(2, 150))
    taus, found = [], []
    for _ in range(300):
        loud = 0.8 * np.exp(0.25 * stream.normal(size=(4, 1)) + 0.15 * stream.normal(size=(1, 4)))
        scores = (
            quality[:, None, None]
            + loud * error[:, None, None]
            + 0.4 * stream.normal(size=(150, 4, 4))
        )
        runs = quality + 0.3 * stream.normal(size=(3, 150))
        target = runs.mean(axis=0)
        taus.append(stats.kendalltau(reported(scores), target).statistic)
        found.append(
            components(
                reported(scores),
                Draws(scores, crossed=True),
                target,
                list(runs),
                3.0,
                np.arange(150),
                census=True,
            )
        )
    truth = np.mean(taus)
    assert 0.93 <= np.mean([one.low <= truth <= one.high for one in found]) <= 0.97
    assert all(math.isnan(one.architectures) for one in found)


def test_the_component_of_training_is_the_deviation_of_tau_over_trainings() -> None:
    stream = np.random.default_rng(3)
    quality = stream.normal(size=300)
    order = quality + stream.normal(size=300)
    taus, found = [], []
    for _ in range(150):
        runs = quality + 0.5 * stream.normal(size=(3, 300))
        taus.append(stats.kendalltau(order, runs[0]).statistic)
        found.append(components(order, None, runs[0], list(runs), 1.0).training)
    assert np.mean(found) == pytest.approx(np.std(taus), rel=0.15)


def frame(scores: np.ndarray, pairs: list[tuple[int, int]]) -> pd.DataFrame:
    return pd.DataFrame(scores, columns=pd.MultiIndex.from_tuples(pairs, names=["seed", "batch"]))


def row(proxy: str, pairs: list[tuple[int, int]]) -> dict[str, float]:
    stream = np.random.default_rng(4)
    scores, target = draw(stream, (len(pairs), 1), (0.2, 0.0))
    none = Trainings(pd.DataFrame(index=range(N)), pd.Series(1.0, index=range(N)))
    return varying(proxy, reported(scores), target, frame(scores[:, :, 0], pairs), none, None)


def test_a_source_that_was_drawn_once_is_unknown_and_so_is_the_interval() -> None:
    every = {name: row("naswot", pairs) for name, pairs in {
        "one": [(0, 0)], "seeds": [(0, 0), (1, 1)], "weights": [(0, 0), (1, 0)], "batches": [(0,
        0), (0, 1)],
        "grid": [(0, 0), (0, 1), (1, 0), (1, 1)], "holes": [(0, 0), (0, 1), (1, 1)],
    }.items()}  # fmt: skip
    known = {
        name: {key for key, value in found.items() if not math.isnan(value)}
        for name, found in every.items()
    }
    assert {name for name, keys in known.items() if "tau_low_all" in keys} == {"seeds", "grid"}
    assert {name for name, keys in known.items() if "sd_weights" in keys} == {"weights", "grid"}
    assert {name for name, keys in known.items() if "sd_batches" in keys} == {"batches", "grid"}
    assert {name for name, keys in known.items() if "sd_seeds" in keys} == {"seeds"}


def test_a_deterministic_score_varies_with_no_seed() -> None:
    found = row("params", [(0, 0)])
    assert found["sd_seeds"] == 0
    assert found["tau_low_all"] < found["tau_high_all"]
