"""What a score without noise would reach, on simulated accuracies whose truth is known, and on
NAS-Bench-201's.
"""

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import benchmarks_data
from benchmarks_data.table import Table
from harness.analysis.ceiling import Trainings, against_mean, between, noise_free
from harness.analysis.statistics import tau_interval

Law = Callable[[np.random.Generator, int], tuple[np.ndarray, np.ndarray]]


def normal(stream: np.random.Generator, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Truths, and the standard deviation of a run's noise for each."""
    return stream.normal(size=n), np.full(n, 0.3)


def skew(stream: np.random.Generator, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Errors of a gamma law, whose noise grows with them, as that of accuracies does."""
    error = stream.gamma(1.5, 4.0, n)
    return -error, 0.1 + 0.05 * error


def clumps(stream: np.random.Generator, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Groups of nearly equal architectures, within which noise is as large as the differences."""
    return stream.choice([0.0, 1.0, 1.5, 3.0, 7.0], n) + 0.15 * stream.normal(size=n), np.full(
        n, 0.2
    )


def tau(x: np.ndarray, y: np.ndarray) -> float:
    return float(stats.kendalltau(x, y).statistic)


@pytest.mark.slow
@pytest.mark.parametrize(("law", "size"), [(normal, 300), (skew, 800), (clumps, 300)])
@pytest.mark.parametrize("mean", [False, True], ids=["single run", "mean of 1 to 3"])
def test_the_interval_covers_the_known_ceiling_93_to_97_times_in_100(
    law: Law, size: int, mean: bool
) -> None:
    stream = np.random.default_rng(1)

    def draw(n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        truth, deviation = law(stream, n)
        counts = stream.integers(1, 4, n).astype(float) if mean else np.ones(n)
        return truth, deviation, counts

    truth, deviation, counts = draw(200_000)
    ceiling = tau(truth, truth + deviation / np.sqrt(counts) * stream.normal(size=len(truth)))
    covered = []
    for _ in range(300):
        truth, deviation, counts = draw(size)
        estimate = noise_free(
            [truth + deviation * stream.normal(size=size) for _ in range(3)], counts
        )
        assert estimate is not None
        low, high = tau_interval(estimate)
        covered.append(low <= ceiling <= high)
    assert 0.93 <= np.mean(covered) <= 0.97


def test_two_runs_suffice_where_truths_are_normal_and_the_tau_of_two_runs_is_lower() -> None:
    stream = np.random.default_rng(2)
    truth = stream.normal(size=20_000)
    runs = [truth + 0.5 * stream.normal(size=20_000) for _ in range(2)]
    estimate = noise_free(runs, np.ones(20_000))
    assert estimate is not None
    # Greiner: the truth has correlation 1 / sqrt(1.25) with a run, and a run 1 / 1.25 with another.
    assert estimate.tau == pytest.approx(2 / math.pi * math.asin(1 / math.sqrt(1.25)), abs=0.006)
    assert tau(*runs) == pytest.approx(2 / math.pi * math.asin(0.8), abs=0.006)


@pytest.mark.parametrize("law", [normal, skew, clumps])
def test_the_ceiling_of_a_run_lies_between_the_tau_of_two_and_its_root(law: Law) -> None:
    """It does for the truth itself, whatever the noise, and for the estimate."""
    stream = np.random.default_rng(3)
    truth, deviation = law(stream, 3000)
    runs = [truth + deviation * stream.normal(size=3000) for _ in range(3)]
    two, estimate = between(runs), noise_free(runs, np.ones(3000))
    assert two is not None
    assert estimate is not None
    assert two.tau < tau(truth, runs[0]) < math.sqrt(two.tau)
    assert two.tau < estimate.tau < math.sqrt(two.tau)


def test_the_influence_is_that_of_a_bootstrap() -> None:
    stream = np.random.default_rng(4)
    truth, deviation = clumps(stream, 200)
    runs = np.stack([truth + deviation * stream.normal(size=200) for _ in range(3)])
    runs[2, :60] = math.nan
    counts = 3.0 - np.isnan(runs[2])
    estimate = noise_free(list(runs), counts)
    draws = [noise_free(list(runs[:, i]), counts[i]) for i in stream.integers(0, 200, (200, 200))]
    assert estimate is not None
    low, high = tau_interval(estimate)
    expected = np.quantile([draw.tau for draw in draws if draw], [0.025, 0.975])
    assert high - low == pytest.approx(expected[1] - expected[0], rel=0.2)


def test_what_cannot_be_estimated_is_undefined() -> None:
    stream = np.random.default_rng(5)
    run = stream.normal(size=50)
    assert noise_free([run], np.ones(50)) is None
    assert noise_free([run, -run], np.ones(50)) is None
    perfect = noise_free([run, run], np.ones(50))
    assert perfect is not None
    assert perfect.tau == 1
    assert all(map(math.isnan, tau_interval(perfect))), "runs that agree perfectly show no noise"
    assert noise_free([run[:1], run[:1]], np.ones(1)) is None
    table = Table("t", "", pd.DataFrame({"a_test": run}))
    n, ceiling = Trainings.of(table, "a_test", range(50)).ceiling()
    assert n == 50
    assert math.isnan(ceiling.value)


def test_a_mean_of_more_runs_than_are_listed_counts_one_more() -> None:
    values = {
        "a_test": [1.0, 2.0, 3.0],
        "a_test_run1": [1.0, 1.5, 2.0],
        "a_test_run2": [1.0, 2.5, math.nan],
    }
    table = Table("t", "", pd.DataFrame(values))
    assert Trainings.of(table, "a_test", range(3)).counts.tolist() == [2, 2, 2]
    assert Trainings.of(table, "a_test_run2", range(3)).counts.tolist()[:2] == [1, 1]
    assert Trainings.of(table, "a_test_run2", range(3)).runs.shape == (3, 2)


def test_the_ceiling_of_nasbench201_and_what_its_model_says_of_a_third_run(tables: Path) -> None:
    table = benchmarks_data.get("nb201").table(tables)
    of_run = Trainings.of(table, "cifar10_test_200ep_run1", table.values.index)
    n, ceiling = of_run.ceiling()
    assert n == 15_625
    assert (ceiling.low, ceiling.value, ceiling.high) == pytest.approx(
        (0.931, 0.933, 0.935), abs=0.0006
    )
    runs = list(of_run.runs.to_numpy(float).T)
    two, three = (
        between(runs),
        against_mean([np.where(np.isnan(runs).any(axis=0), math.nan, run) for run in runs]),
    )
    assert two is not None
    assert three is not None
    assert (two.tau, three.tau) == pytest.approx((0.908, 0.919), abs=0.0006)
    _, mean = Trainings.of(table, "cifar10_test_200ep", table.values.index).ceiling()
    assert mean.value == pytest.approx(0.954, abs=0.0006)
