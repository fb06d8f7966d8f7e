"""Taus over seeds, and their intervals."""

import math

import numpy as np
import pytest
from scipy import stats

from harness.analysis.statistics import kendall
from harness.claims.statistics import over_seeds


def test_a_mean_over_seeds_holds_the_sampling_of_items_and_of_seeds() -> None:
    """The score of each seed has a slope of its own.

    The truth is tau of two normal numbers of correlation r: 2/pi asin(r).
    """
    stream = np.random.default_rng(0)
    slopes = stream.normal(0.6, 0.4, size=200_000)
    truth = float(np.mean(2 / np.pi * np.arcsin(slopes / np.hypot(slopes, 1))))
    covered = {"seeds": 0, "one seed": 0}
    for _ in range(400):
        x, pairs = stream.normal(size=60), []
        for slope in stream.normal(0.6, 0.4, size=5):
            pairs.append((x, slope * x + stream.normal(size=60)))
        both, alone = over_seeds(pairs, sampled=True), over_seeds(pairs[:1], sampled=True)
        covered["seeds"] += both.low <= truth <= both.high
        covered["one seed"] += alone.low <= truth <= alone.high
    assert 0.93 * 400 <= covered["seeds"] <= 0.97 * 400
    assert covered["one seed"] < 0.75 * 400, "what one seed cannot show"


def test_of_items_that_are_all_there_are_seeds_alone_vary() -> None:
    stream = np.random.default_rng(1)
    x = stream.normal(size=24)
    truths = [stats.kendalltau(x, x + stream.normal(size=24))[0] for _ in range(4000)]
    truth, covered = float(np.mean(truths)), 0
    for _ in range(1500):
        found = over_seeds([(x, x + stream.normal(size=24)) for _ in range(4)], sampled=False)
        covered += found.low <= truth <= found.high
    assert 0.93 * 1500 <= covered <= 0.97 * 1500
    single = over_seeds([(x, x + stream.normal(size=24))], sampled=False)
    assert math.isnan(single.low)


def test_one_seed_of_sampled_items_has_the_interval_of_kendall() -> None:
    stream = np.random.default_rng(2)
    x, y = stream.normal(size=(2, 30))
    assert over_seeds([(x, y)], sampled=True) == pytest.approx(kendall(x, y))
    assert math.isnan(over_seeds([(x, y), (x, np.ones(30))], sampled=True).value)
