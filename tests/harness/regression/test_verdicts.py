"""What counts as verdicts."""

import math
from dataclasses import replace

import pytest

from harness.analysis.statistics import Tau
from harness.regression import verdicts
from harness.regression.baseline import Baseline

TAU = Tau(0.5, 0.2, 0.7)


def scores_of(name: str, *values: float, tau: Tau = TAU, seed: int = 0) -> Baseline:
    scores = {(name, index, seed): value for index, value in enumerate(values)}
    return Baseline("nb201", "cifar10", "cifar10_test", "float32", scores, {name: tau})


def holds(before: Baseline, after: Baseline) -> bool:
    return not any(verdict.drifts for verdict in verdicts.compare(before, after, (), 1e-5))


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ((1e-4, 2e-4, 3e-4), (1e-4 * (1 + 9e-6), 2e-4, 3e-4), True),
        (
            (1e-4, 2e-4, 3e-4),
            (1e-4 * (1 + 3e-5), 2e-4, 3e-4),
            False,
        ),  # a proxy of small scores is held as tightly as others
        ((1e6, 2e6, 3e6), (1e6, 2e6, 3e6 * (1 + 2e-5)), False),
        (
            (1e-12, 1.0, -1.0),
            (2e-12, 1.0, -1.0),
            True,
        ),  # what is left of a cancellation is rounding
        ((0.0, 0.0, 0.0), (0.0, 0.0, 1e-300), False),
        ((-math.inf, 1.0, math.nan), (-math.inf, 1.0, math.nan), True),
        ((-math.inf, 1.0, 2.0), (-1e300, 1.0, 2.0), False),
    ],
)
def test_the_tolerance_is_relative_to_the_scores_of_the_proxy(
    before: tuple[float, ...], after: tuple[float, ...], expected: bool
) -> None:
    assert holds(scores_of("zeros", *before), scores_of("zeros", *after)) == expected


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (Tau(0.5, 0.2, 0.7), Tau(0.69, 0.5, 0.8), True),
        (Tau(0.5, 0.2, 0.7), Tau(0.71, 0.5, 0.8), False),
        (Tau(0.5, 0.2, 0.7), Tau(0.19, 0.0, 0.3), False),
        (Tau(1.0, math.nan, math.nan), Tau(0.995, 0.9, 1.0), True),
        (Tau(1.0, math.nan, math.nan), Tau(0.98, 0.9, 1.0), False),
        (verdicts.UNDEFINED, verdicts.UNDEFINED, True),
        (verdicts.UNDEFINED, Tau(0.5, 0.2, 0.7), False),
    ],
)
def test_a_tau_drifts_when_it_leaves_its_interval(before: Tau, after: Tau, expected: bool) -> None:
    assert (
        holds(scores_of("zeros", 1.0, tau=before), scores_of("zeros", 1.0, tau=after)) == expected
    )


def test_under_another_seed_only_deterministic_scores_are_compared() -> None:
    def holds_under_another(before: Baseline, after: Baseline) -> bool:
        return not any(
            verdict.drifts
            for verdict in verdicts.compare(before, after, (), 1e-5, same_seeds=False)
        )

    assert holds_under_another(scores_of("zeros", 1.0), scores_of("zeros", 2.0, seed=1))
    assert not holds(scores_of("zeros", 1.0), scores_of("zeros", 2.0, seed=1)), (
        "a pinned score that is gone has drifted"
    )
    assert not holds_under_another(scores_of("params", 1.0), scores_of("params", 2.0))
    assert holds_under_another(
        scores_of("zeros", 1.0), scores_of("zeros", 2.0, seed=1, tau=Tau(0.1, -0.1, 0.3))
    )
    assert not holds_under_another(
        scores_of("zeros", 1.0), scores_of("zeros", 2.0, seed=1, tau=Tau(0.0, -0.1, 0.1))
    )
    assert holds_under_another(
        scores_of("zeros", 1.0), scores_of("zeros", 2.0, seed=1, tau=Tau(-1.0, math.nan, math.nan))
    )


def test_an_update_keeps_what_holds_and_says_what_changes() -> None:
    before = scores_of("zeros", 1.0, 2.0)
    near, far = scores_of("zeros", 1.0 + 1e-7, 2.0), scores_of("zeros", 1.1, 2.0)
    assert verdicts.keep_what_holds(before, near, 1e-5) == before
    assert verdicts.keep_what_holds(before, far, 1e-5) == far
    assert verdicts.changes(before, near, 1e-5) == ["changed: nothing"]
    assert verdicts.changes(before, far, 1e-5)[0].startswith("changed: zeros: 1 of 2 scores moved")
    assert verdicts.changes(before, scores_of("synflow", 1.0, 2.0), 1e-5) == [
        "removed: zeros",
        "added: synflow",
    ]
    assert verdicts.changes(before, scores_of("zeros", 1.0, 2.0, 3.0), 1e-5)[0].startswith(
        "changed: everything"
    )


def test_metrics_of_the_top_are_held_where_the_baseline_has_them() -> None:
    old, pinned = (
        scores_of("zeros", 1.0, 2.0),
        {("zeros", "ndcg"): 0.8, ("zeros", "regret_mean"): 1.0},
    )
    before = replace(old, metrics=pinned)
    near = replace(old, metrics={**pinned, ("zeros", "ndcg"): 0.809})
    far = replace(old, metrics={**pinned, ("zeros", "regret_mean"): 1.02})
    assert holds(before, near)
    assert holds(old, far), "an older baseline has none"
    [verdict] = verdicts.compare(before, far, (), 1e-5)
    assert verdict.drifts == ["regret_mean moved from 1.0000 to 1.0200"]
    assert not holds(before, old), "they are gone"
    assert verdicts.keep_what_holds(before, near, 1e-5) == before
    assert verdicts.keep_what_holds(old, near, 1e-5) == near
    assert verdicts.changes(old, near, 1e-5) == ["added: ndcg and regret_mean of 1 proxies"]


def test_metrics_of_the_top_are_not_compared_under_other_seeds() -> None:
    metrics = {("zeros", "ndcg"): 0.8, ("zeros", "regret_mean"): 1.0}
    before = replace(scores_of("zeros", 1.0, 2.0), metrics=metrics)
    after = replace(scores_of("zeros", 1.0, 2.0, seed=1), metrics={})
    assert [one.drifts for one in verdicts.compare(before, after, (), 1e-5, same_seeds=False)] == [
        []
    ]
