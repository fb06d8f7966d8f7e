"""Simultaneous intervals, whose truth is known, and the letters that sum up verdicts."""

import itertools
import math

import numpy as np
import pytest
from scipy import stats

from harness.analysis.families import NONE, errors, letters, simultaneous
from harness.analysis.statistics import tau_influence


def all_pairs(count: int) -> tuple[np.ndarray, np.ndarray]:
    return np.triu_indices(count, 1)


def test_one_comparison_has_students_interval_and_p_value() -> None:
    values = np.random.default_rng(0).normal(0.3, 1, 40)
    vectors = errors(values - values.mean(), np.ones(40, bool))[None]
    found = simultaneous(np.array([values.mean()]), vectors, [0], None, np.array([40.0]))
    expected = stats.ttest_1samp(values, 0)
    assert found.p[0] == pytest.approx(expected.pvalue)
    # The normal quantile of a single comparison, on Student's scale.
    assert (found.low[0], found.high[0]) == pytest.approx(tuple(expected.confidence_interval()))


@pytest.mark.parametrize("count", [3, 6, 12])
def test_independent_means_have_tukeys_critical_value(count: int) -> None:
    vectors = np.eye(count)
    i, j = all_pairs(count)
    found = simultaneous(np.zeros(len(i)), vectors, i, j, np.full(len(i), np.inf))
    assert found.critical == pytest.approx(
        stats.studentized_range(count, np.inf).ppf(0.95) / math.sqrt(2), abs=0.04
    )
    assert found.count == len(i)


def test_comparisons_with_one_have_dunnetts_critical_value() -> None:
    # Differences of 5 independent means from a sixth: Dunnett's two-sided 5 % point without an end
    # is 2.51.
    found = simultaneous(np.zeros(5), np.eye(6), [0] * 5, [1, 2, 3, 4, 5], np.full(5, np.inf))
    assert found.critical == pytest.approx(2.51, abs=0.03)


def test_an_interval_excludes_0_exactly_where_p_is_below_5_percent() -> None:
    stream = np.random.default_rng(1)
    vectors = stream.normal(size=(10, 60)) / 60
    vectors -= vectors.mean(axis=1, keepdims=True)
    i, j = all_pairs(10)
    error = np.linalg.norm(vectors[i] - vectors[j], axis=1)
    near = error * np.linspace(3.0, 3.8, len(i))  # around the critical value
    found = simultaneous(near, vectors, i, j, np.full(len(i), 60.0))
    assert ((found.p < 0.05) == (found.low > 0)).all()
    assert 0 < (found.p < 0.05).sum() < len(i)


def test_p_values_are_between_those_of_one_comparison_and_bonferronis() -> None:
    i, j = all_pairs(8)
    sizes = np.linspace(0, 9, len(i)) * math.sqrt(2)
    found = simultaneous(sizes, np.eye(8), i, j, np.full(len(i), 500.0))
    alone = 2 * stats.t.sf(sizes / math.sqrt(2), 499)
    assert (found.p >= alone).all()
    assert (found.p <= np.minimum(1, len(i) * alone) + 1e-15).all()
    assert (np.diff(found.p) <= 0).all()


def test_copies_of_a_comparison_change_nothing_but_their_number() -> None:
    i, j = all_pairs(4)
    once = simultaneous(np.ones(6), np.eye(4), i, j, np.full(6, 100.0))
    twice = simultaneous(np.ones(12), np.eye(4), np.r_[i, i], np.r_[j, j], np.full(12, 100.0), 6)
    assert twice.low.tolist() == [*once.low, *once.low]
    assert twice.count == 6


def test_estimates_without_an_error_are_not_tested() -> None:
    found = simultaneous(
        np.array([1.0, 1.0, math.nan]),
        np.array([[0.0, 0.0], [1.0, -1.0]]),
        [0, 1, 1],
        None,
        np.full(3, 2.0),
    )
    assert np.isnan(found.low).tolist() == np.isnan(found.p).tolist() == [True, False, True]
    assert found.count == 1
    nothing = simultaneous(np.array([1.0]), np.zeros((1, 5)), [0], None, np.array([5.0]))
    assert math.isnan(nothing.p[0])
    assert np.linalg.norm(errors(np.zeros(5), np.ones(5, bool))) < NONE


@pytest.mark.parametrize(("count", "n"), [(6, 60), (12, 100)])
def test_all_intervals_of_a_family_cover_together_93_to_97_times_in_100(count: int, n: int) -> None:
    """Scores that share noise with one another.

    The tau of each with the target is 2/pi asin(r) (Greiner).
    """
    stream = np.random.default_rng(2)
    r = np.linspace(0.3, 0.8, count)
    truth = 2 / math.pi * np.arcsin(r)
    i, j = all_pairs(count)
    covered = 0
    for _ in range(400):
        y, common = stream.normal(size=(2, n))
        own = 0.7 * common + math.sqrt(0.51) * stream.normal(size=(count, n))
        influences = [
            tau_influence(x, y) for x in r[:, None] * y + np.sqrt(1 - r[:, None] ** 2) * own
        ]
        taus = np.array([one.tau for one in influences])
        vectors = np.stack([errors(one.values, np.ones(n, bool)) for one in influences])
        found = simultaneous(taus[i] - taus[j], vectors, i, j, np.full(len(i), float(n)))
        covered += bool(
            ((found.low <= truth[i] - truth[j]) & (truth[i] - truth[j] <= found.high)).all()
        )
    assert 0.93 <= covered / 400 <= 0.97


def test_letters_by_hand() -> None:
    # a differs from c and d, b from d alone: {a, b}, {b, c}, {c, d}.
    found = letters(["a", "b", "c", "d"], {("a", "c"), ("d", "a"), ("b", "d")})
    assert found == {"a": "a", "b": "ab", "c": "bc", "d": "c"}
    assert letters(["x", "y"], set()) == {"x": "a", "y": "a"}
    assert letters([], set()) == {}


def test_names_share_a_letter_exactly_where_they_do_not_differ() -> None:
    stream = np.random.default_rng(3)
    names = [f"n{number}" for number in range(9)]
    for _ in range(50):
        different = {pair for pair in itertools.combinations(names, 2) if stream.random() < 0.5}
        found = letters(names, different)
        for one, other in itertools.combinations(names, 2):
            assert bool(set(found[one]) & set(found[other])) == ((one, other) not in different)
        groups = {
            letter: {name for name in names if letter in found[name]}
            for letter in set("".join(found.values()))
        }
        assert not any(one < other for one, other in itertools.permutations(groups.values(), 2)), (
            "a group within another"
        )


def test_many_groups_have_distinct_letters() -> None:
    names = [f"n{number}" for number in range(60)]
    found = letters(names, set(itertools.combinations(names, 2)))
    assert len(set(found.values())) == 60
    assert (found["n0"], found["n26"], found["n52"]) == ("a", "A", "a2")
