"""What scores say among networks alike, on simulated scores that are known to say nothing more."""

import math
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from harness.analysis.alike import FEWEST, Alike, alike, strata_of
from harness.analysis.beyond import beyond
from harness.analysis.families import holm


def cells(stream: np.random.Generator, n: int) -> pd.DataFrame:
    """Sizes as those of cells: six operations, some of which are dead."""
    large, small = stream.binomial(4, 0.4, n), stream.binomial(4, 0.4, n)
    dead = stream.binomial(2, 0.3, n)
    live = 73.0 + 95 * large + 11 * small
    sizes = {"params": live + 50 * dead, "live_params": live, "live_convs": large + small}
    sizes |= {"flops": 7 + 14 * large + 2.0 * small, "layers": large + small + dead}
    return pd.DataFrame(sizes).astype(float)


def widths(stream: np.random.Generator, n: int) -> pd.DataFrame:
    """Sizes as those of networks that differ in width alone: no two are equal."""
    live = np.exp(stream.normal(size=n))
    sizes = {"params": live, "live_params": live, "live_convs": 5.0}
    sizes |= {"flops": live * np.exp(0.3 * stream.normal(size=n)), "layers": 12.0}
    return pd.DataFrame(sizes)


def drawn(
    stream: np.random.Generator, sizes: pd.DataFrame, knows: float, noise: float = 1.0
) -> tuple[np.ndarray, np.ndarray]:
    """A score and an accuracy that follow size, each by a law of its own that is no line; beside it
    the accuracy holds *knows* times what the score shows.
    """
    size = stats.zscore(sizes["live_params"].rank().to_numpy())
    depth = 0.5 * sizes["layers"].to_numpy()
    hidden = stream.normal(size=len(size))
    score = np.exp(size) + depth + noise * hidden
    return score, np.tanh(1.5 * size) + depth + knows * hidden + 0.6 * stream.normal(size=len(size))


def measured(score: np.ndarray, accuracy: np.ndarray, sizes: pd.DataFrame) -> dict[str, float]:
    labels = np.arange(len(score))
    return beyond("mine", score, accuracy, sizes, labels, census=False)


def alike_of(score: np.ndarray, accuracy: np.ndarray, sizes: pd.DataFrame) -> Alike:
    over = sizes[["live_params", "live_convs", "layers", "flops"]]
    result = alike(score, accuracy, over, np.arange(len(score)))
    assert result is not None
    return result


@pytest.mark.parametrize("noise", [1.0, 0.1])
@pytest.mark.parametrize("make", [cells, widths])
def test_a_function_of_size_and_noise_says_nothing_more(make, noise: float) -> None:  # type: ignore[no-untyped-def]
    """At 5 % it is said to in no more than 5 of 100 samples, as far as 300 tell."""
    stream, p, inside = np.random.default_rng(0), [], []
    for _ in range(300):
        sizes = make(stream, 100)
        result = alike_of(*drawn(stream, sizes, 0.0, noise), sizes)
        p.append(result.p)
        inside.append(result.tau.low <= 0 <= result.tau.high)
    assert np.mean(np.array(p) < 0.05) <= 0.05 + 1.65 * math.sqrt(0.05 * 0.95 / 300)
    assert np.mean(inside) >= 0.93


@pytest.mark.parametrize("make", [cells, widths])
def test_what_a_score_knows_beside_size_is_told(make) -> None:  # type: ignore[no-untyped-def]
    stream = np.random.default_rng(1)
    results = []
    for _ in range(50):
        sizes = make(stream, 100)
        results.append(alike_of(*drawn(stream, sizes, 0.5), sizes))
    assert np.mean([one.p < 0.05 for one in results]) > 0.8
    assert np.mean([one.tau.value for one in results]) > 0.2


def test_the_null_is_that_of_permutations_within_strata() -> None:
    stream = np.random.default_rng(2)
    sizes, n = cells(stream, 60), 60
    score, accuracy = (values.round() for values in drawn(stream, sizes, 0.3))
    flat = pd.DataFrame({"live_params": np.zeros(n), "live_convs": sizes["live_convs"]})
    stratum = sizes["live_convs"].to_numpy()
    result = alike(score, accuracy, flat, np.arange(n))
    assert result is not None

    def concordance(x: np.ndarray) -> float:
        pairs = [(i, j) for i, j in combinations(range(n), 2) if stratum[i] == stratum[j]]
        i, j = np.array(pairs).T
        return float((np.sign(x[i] - x[j]) * np.sign(accuracy[i] - accuracy[j])).sum())

    shuffled = []
    for _ in range(1000):
        x = score.copy()
        for one in np.unique(stratum):
            x[stratum == one] = stream.permutation(score[stratum == one])
        shuffled.append(concordance(x))
    sizes_of = np.unique(stratum, return_counts=True)[1]
    freedom = n - len(sizes_of)
    fitted = math.sqrt(freedom / (freedom - 3))  # powers of one size
    expected = 2 * stats.norm.sf(abs(concordance(score)) / np.std(shuffled) / fitted)
    assert result.p == pytest.approx(expected, abs=0.02)
    assert result.networks == sizes_of[sizes_of > 1].sum()
    assert result.strata == (sizes_of > 1).sum()


def test_strata_are_equal_in_depth_and_neighbours_in_size() -> None:
    stream = np.random.default_rng(3)
    size, depth = stream.integers(0, 60, 500).astype(float), stream.integers(0, 4, 500)
    depth[:3] = 9
    strata = strata_of(size, depth[:, None].astype(float))
    frame = pd.DataFrame({"size": size, "depth": depth, "stratum": strata})
    assert frame.groupby("stratum")["depth"].nunique().eq(1).all()
    assert (frame.groupby(["depth", "size"])["stratum"].nunique() == 1).all()
    counts = frame.groupby("stratum").size()
    assert sorted(counts)[0] == 3, "too few for a stratum of their own size are one"
    assert sorted(counts)[1] >= FEWEST
    for _, group in frame.groupby("depth"):
        ends = group.groupby("stratum")["size"].agg(["min", "max"]).sort_values("min")
        assert (ends["min"].to_numpy()[1:] > ends["max"].to_numpy()[:-1]).all()


def test_isomorphic_architectures_are_one_network() -> None:
    stream = np.random.default_rng(4)
    sizes = cells(stream, 100)
    score, accuracy = drawn(stream, sizes, 0.5)
    twice = np.tile(np.arange(100), 2)
    once = measured(score, accuracy, sizes)
    copies = sizes.loc[twice].reset_index(drop=True)
    both = beyond("mine", score[twice], accuracy[twice], copies, twice, census=True)
    for name in ("tau_alike", "p_alike", "n_alike", "strata_alike"):
        assert both[name] == once[name]


def test_nothing_is_said_where_depth_is_unknown_or_a_score_is_a_size() -> None:
    stream = np.random.default_rng(5)
    sizes = cells(stream, 50)
    score, accuracy = drawn(stream, sizes, 0.5)
    assert "p_alike" in measured(score, accuracy, sizes)
    assert "p_alike" not in measured(score, accuracy, sizes.drop(columns="layers"))
    assert "p_alike" in measured(score, accuracy, sizes.drop(columns="live_convs"))
    for name in ("layers", "live_convs", "live_params"):
        row = beyond(name, sizes[name].to_numpy(), accuracy, sizes, np.arange(50), census=False)
        assert "p_alike" not in row
    size = sizes["live_params"].to_numpy()
    assert math.isnan(measured(size**3, accuracy, sizes).get("p_alike", math.nan))


def test_holm_by_hand() -> None:
    p = np.array([0.01, math.nan, 0.04, 0.03, 0.5])
    expected = [0.04, math.nan, 0.09, 0.09, 0.5]
    assert holm(p).tolist() == pytest.approx(expected, nan_ok=True)
    assert holm(np.array([0.6, 0.7])).tolist() == [1.0, 1.0]
    assert holm(np.array([])).tolist() == []


def test_what_varies_only_where_the_other_is_tied_says_nothing() -> None:
    half = np.repeat([1.0, 2.0], 12)
    rising = np.arange(24.0)
    score, accuracy = np.where(half == 1, 0, rising), np.where(half == 2, 99, rising)
    sizes = pd.DataFrame({"live_params": half, "layers": half})
    assert alike(score, accuracy, sizes, np.arange(24)) is None
