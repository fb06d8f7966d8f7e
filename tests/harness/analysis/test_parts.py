"""Tau by part of a benchmark, and weighted to the shares of the parts."""

import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import benchmarks_data
from harness.analysis.parts import LESS, PART_COLUMNS, WEIGHTED, Sample, parts_of, weighted_tau
from harness.analysis.statistics import Tau, kendall, tau_interval
from harness.analysis.units import units_of

SHARES = np.array([0.85, 0.14, 0.01])
NB101 = benchmarks_data.get("nb101")


def population(size: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Three parts of very different tau, whose levels differ too."""
    stream = np.random.default_rng(seed)
    parts = np.repeat(np.arange(3), (SHARES * size).round().astype(int))
    x = stream.normal(size=size) + parts
    y = np.where(parts == 0, 0.2, 2.0) * x + stream.normal(size=size) - 2 * parts
    return x.round(1), y.round(1), parts


def tau_of(x: np.ndarray, y: np.ndarray, parts: np.ndarray, shares: np.ndarray) -> Tau:
    sample = Sample(parts, shares)
    tau = weighted_tau(x, y, sample)
    assert tau is not None
    return Tau(tau.tau, *tau_interval(tau, sample.standard_error))


def test_a_sample_of_one_part_has_the_plain_tau_and_interval() -> None:
    x, y, _ = population(300, 0)
    weighted = tau_of(x, y, np.zeros(300, dtype=np.int64), np.array([1.0]))
    plain = kendall(x, y)
    assert weighted.value == pytest.approx(plain.value, rel=1e-12)
    assert (weighted.low, weighted.high) == pytest.approx((plain.low, plain.high), abs=1e-9)


def test_a_weighted_tau_by_hand() -> None:
    # Parts (a, a) and (b, b) of shares 3/4 and 1/4. Pairs: within a concordant, within b
    # discordant, of the four across three are concordant and one discordant (3/4 - 1/4 = 1/2).
    x, y = np.array([1.0, 2.0, 3.0, 4.0]), np.array([1.0, 3.0, 4.0, 2.0])
    tau = tau_of(x, y, np.array([0, 0, 1, 1]), np.array([0.75, 0.25]))
    assert tau.value == pytest.approx(9 / 16 * 1 + 1 / 16 * -1 + 2 * 3 / 16 * 1 / 2)


@pytest.mark.parametrize("large", [False, True])
def test_shares_of_the_sample_give_the_plain_tau(large: bool) -> None:
    x, y, parts = population(4000 if large else 200, 1)
    tau = tau_of(x, y, parts, np.bincount(parts) / len(parts))
    assert tau.value == pytest.approx(stats.kendalltau(x, y).statistic, abs=0.01 if large else 0.02)
    # The definition, with each pair's weight.
    weights = (np.bincount(parts) / len(parts))[parts]
    counts = np.bincount(parts)[parts]
    within = np.equal.outer(parts, parts)
    pairs = np.outer(weights, weights) / np.outer(counts, counts - within[0] * 0.0)
    pairs = np.where(within, np.outer(weights, weights) / (counts * (counts - 1))[:, None], pairs)
    np.fill_diagonal(pairs, 0)
    dx, dy = (np.sign(v[:, None] - v[None, :]) for v in (x, y))
    c, u, v = ((pairs * each).sum() for each in (dx * dy, dx != 0, dy != 0))
    assert tau.value == pytest.approx(c / math.sqrt(u * v), rel=1e-9)


def test_the_interval_covers_the_tau_of_the_population_where_the_sample_s_does_not() -> None:
    x, y, parts = population(20_000, 2)
    truth = stats.kendalltau(x, y).statistic
    stream, covered, plain = np.random.default_rng(3), 0, 0
    for _ in range(100):
        drawn = [
            stream.choice(np.flatnonzero(parts == part), n, replace=False)
            for part, n in enumerate((60, 150, 100))
        ]
        chosen = np.concatenate(drawn)
        tau = tau_of(x[chosen], y[chosen], parts[chosen], SHARES)
        covered += tau.low <= truth <= tau.high
        sampled = kendall(x[chosen], y[chosen])
        plain += sampled.low <= truth <= sampled.high
    assert 90 <= covered <= 99
    assert plain < 50


def test_what_shows_no_variation_has_no_interval() -> None:
    parts, shares = np.array([0, 0, 1, 1]), np.array([0.5, 0.5])
    same = tau_of(np.arange(4.0), np.arange(4.0), parts, shares)
    assert same.value == 1
    assert math.isnan(same.low)
    assert weighted_tau(np.zeros(4), np.arange(4.0), Sample(parts, shares)) is None
    assert weighted_tau(np.zeros(0), np.zeros(0), Sample(parts[:0], shares[:0])) is None


def test_cells_of_nb101_are_parted_by_vertices() -> None:
    shares = NB101.shares()
    assert sum(shares.values()) == pytest.approx(1)
    assert shares["7 vertices"] == pytest.approx(359_082 / 423_624)
    assert NB101.part(23) == "6 vertices"
    assert NB101.part(NB101.index("1:")) == "2 vertices"


def test_parts_of_nb101_leave_out_what_was_not_scored() -> None:
    stream = np.random.default_rng(5)
    indices = list(range(400))
    accuracy = pd.Series(stream.normal(size=400), index=indices)
    order = pd.Series(accuracy + stream.normal(size=400), index=indices)
    order[:5] = math.nan
    units = units_of("nb101", "all", indices)
    frame = parts_of({"zeros": order}, accuracy, "nb101", units).set_index("part")
    parts = pd.Series([NB101.part(index) for index in indices[5:]])
    counts = parts.value_counts()
    assert frame["n"].drop(WEIGHTED).to_dict() == counts.to_dict()
    assert list(frame.index) == [WEIGHTED, *sorted(counts.index)]
    enough = [name for name, count in counts.items() if count > 1]
    assert frame.loc[WEIGHTED, "share"] == pytest.approx(sum(NB101.shares()[n] for n in enough))
    seven = order[5:][(parts == "7 vertices").to_numpy()]
    expected = kendall(seven.to_numpy(), accuracy[seven.index].to_numpy())
    assert frame.loc["7 vertices", "tau"] == expected.value
    assert frame.loc["7 vertices", "tau_low"] == expected.low
    assert frame[list(LESS)].isna().all(axis=None), "params was not scored"


def test_a_tau_stands_beside_that_of_params_on_the_same_architectures() -> None:
    stream = np.random.default_rng(6)
    indices = list(range(300))
    accuracy = pd.Series(stream.normal(size=300), index=indices)
    orders = {
        "params": accuracy + stream.normal(size=300),
        "zeros": accuracy + 2 * stream.normal(size=300),
    }
    frame = parts_of(orders, accuracy, "nb101", units_of("nb101", "all", indices))
    rows = frame.set_index(["part", "proxy"])
    for part in (WEIGHTED, "6 vertices", "7 vertices"):
        ours, theirs = rows.loc[(part, "zeros")], rows.loc[(part, "params")]
        assert ours["less_params"] == pytest.approx(ours["tau"] - theirs["tau"])
        assert ours["less_params_low"] < ours["less_params"] < ours["less_params_high"]
        assert theirs["less_params"] == 0
        assert math.isnan(theirs["less_params_low"])


def test_a_benchmark_without_parts_has_an_empty_frame() -> None:
    accuracy = pd.Series([1.0, 2.0, 3.0])
    units = units_of("nb201", "all", [0, 1, 2])
    frame = parts_of({"zeros": accuracy}, accuracy, "nb201", units)
    assert frame.empty
    assert list(frame) == PART_COLUMNS
