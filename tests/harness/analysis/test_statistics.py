import math

import numpy as np
import pytest
from scipy import stats

from harness.analysis.pairs import FEW
from harness.analysis.statistics import kendall, mean_rank, pearson, spearman, tau_influence


def sample(n: int, ties: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    stream = np.random.default_rng(seed)
    x = stream.integers(0, ties, n).astype(float)
    return x, (x + stream.normal(0, ties / 3, n)).round()


@pytest.mark.parametrize(("n", "ties"), [(10, 4), (100, 1000), (501, 6)])
def test_tau_equals_scipy(n: int, ties: int) -> None:
    x, y = sample(n, ties, n)
    assert kendall(x, y).value == pytest.approx(stats.kendalltau(x, y).statistic, rel=1e-12)


def test_tau_by_hand_with_a_tie_and_minus_infinity() -> None:
    # Pairs of x = (-inf, -inf, 1), y = (1, 2, 3): one tie in x, two concordant: tau-b = 2 / sqrt(2
    # * 3).
    tau = kendall(np.array([-math.inf, -math.inf, 1.0]), np.array([1.0, 2.0, 3.0]))
    assert tau.value == pytest.approx(2 / math.sqrt(6))


@pytest.mark.parametrize("n", [60, FEW, FEW + 1])
@pytest.mark.parametrize("ties", [3, 1000])
@pytest.mark.parametrize("groups", [1, 4])
def test_influence_equals_the_sum_over_all_pairs(n: int, ties: int, groups: int) -> None:
    x, y = sample(n, ties, 1)
    x[:3] = -math.inf
    group = np.random.default_rng(9).integers(0, groups, n)
    equal = group[:, None] == group[None, :]
    dx, dy = (np.sign(v[:, None] - v[None, :]) for v in (np.maximum(x, -1e9), y))
    c, u, v = ((m * equal).sum(1) / (n - 1) for m in (dx * dy, dx != 0, dy != 0))
    scale = math.sqrt(u.mean() * v.mean())
    expected = 2 * (
        (c - c.mean()) / scale - c.mean() / scale / 2 * (u / u.mean() + v / v.mean() - 2)
    )
    found = tau_influence(x, y, group if groups > 1 else None)
    assert found is not None
    assert found.tau == pytest.approx(c.mean() / scale, rel=1e-12)
    assert found.values == pytest.approx(expected, abs=1e-12)
    assert found.values.mean() == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("ties", [5, 1000])
def test_the_interval_agrees_with_a_bootstrap(ties: int) -> None:
    x, y = sample(400, ties, 2)
    stream = np.random.default_rng(3)
    draws = [stats.kendalltau(x[i], y[i]).statistic for i in stream.integers(0, 400, (1000, 400))]
    low, high = np.quantile(draws, [0.025, 0.975])
    found = kendall(x, y)
    assert found.high - found.low == pytest.approx(high - low, rel=0.1)
    assert (found.low, found.high) == pytest.approx((low, high), abs=0.012)


def test_the_interval_covers_the_true_tau_in_95_of_100_samples() -> None:
    # For a bivariate normal with correlation r, tau is 2/pi asin(r).
    stream = np.random.default_rng(4)
    truth, covered = 2 / math.pi * math.asin(0.7), 0
    for _ in range(1000):
        x, y = stream.multivariate_normal([0, 0], [[1, 0.7], [0.7, 1]], 80).T
        found = kendall(x, y)
        covered += found.low <= truth <= found.high
    assert 0.93 <= covered / 1000 <= 0.97


@pytest.mark.parametrize(("x", "y"), [([], []), ([1.0], [1.0]), ([1.0, 1.0, 1.0], [1.0, 2.0, 3.0])])
def test_tau_of_too_few_or_of_a_constant_is_undefined(x: list[float], y: list[float]) -> None:
    found = kendall(np.array(x), np.array(y))
    assert all(map(math.isnan, (found.value, found.low, found.high)))
    assert math.isnan(spearman(np.array(x), np.array(y)))


def test_a_perfect_order_has_no_interval() -> None:
    found = kendall(np.arange(5.0), np.arange(5.0))
    assert found.value == pytest.approx(1)
    assert math.isnan(found.low)


def test_a_sample_without_variation_of_the_concordance_has_no_interval() -> None:
    found = kendall(np.array([1.0, 2.0, 3.0, 4.0]), np.array([2.0, 1.0, 4.0, 3.0]))
    assert found.value == pytest.approx(1 / 3)
    assert math.isnan(found.low)


def test_rho_and_r_equal_scipy_and_r_leaves_out_infinity() -> None:
    x, y = sample(50, 9, 5)
    assert spearman(x, y) == pytest.approx(stats.spearmanr(x, y).statistic)
    assert pearson(np.append(x, -math.inf), np.append(y, 0.0)) == pytest.approx(
        stats.pearsonr(x, y).statistic
    )


def test_mean_rank_averages_ranks_and_lets_a_missing_seed_count_as_missing() -> None:
    scores = np.array([[1.0, 300.0], [2.0, 100.0], [3.0, math.nan], [0.0, 200.0]])
    assert mean_rank(scores).tolist()[:2] == [2.5, 2.0]
    assert math.isnan(mean_rank(scores)[2])


@pytest.mark.parametrize(("correlation", "levels"), [(0.0, 0), (0.6, 0), (0.9, 0), (0.6, 6)])
def test_intervals_cover_the_known_tau_93_to_97_times_in_100(
    correlation: float, levels: int
) -> None:
    """Bivariate normal samples, whose tau is 2/pi asin(r) (Greiner).

    *levels* > 0 cuts them into so many equal classes.
    """
    stream = np.random.default_rng(7)

    def sample(count: int) -> np.ndarray:
        x, noise = stream.normal(size=(2, count))
        pair = np.stack([x, correlation * x + math.sqrt(1 - correlation**2) * noise])
        return np.floor(stats.norm.cdf(pair) * levels) if levels else pair

    truth = (
        stats.kendalltau(*sample(400_000)).statistic
        if levels
        else 2 / math.pi * math.asin(correlation)
    )
    intervals = [kendall(*sample(150)) for _ in range(2000)]
    covered = np.mean([interval.low <= truth <= interval.high for interval in intervals])
    assert 0.93 <= covered <= 0.97
