"""Places by tau, before and now."""

import math
from dataclasses import replace

from harness.analysis.statistics import Tau
from harness.regression.baseline import Baseline
from harness.regression.places import Place, places

EMPTY = Baseline("nb201", "cifar10", "cifar10_test", "float64", {}, {})


def with_taus(**taus: float) -> Baseline:
    return replace(EMPTY, taus={name: Tau(value, 0.0, 1.0) for name, value in taus.items()})


def test_places_are_those_of_tau_and_equal_ones_share_one() -> None:
    before = with_taus(zeros=0.5, synflow=0.4, params=0.6, flops=0.6 + 1e-12)
    now = with_taus(zeros=0.7, synflow=0.4, params=0.6, flops=0.6)
    assert places(before, now) == [
        Place("zeros", 3, 1, 4),
        Place("flops", 1, 2, 4),
        Place("params", 1, 2, 4),
        Place("synflow", 4, 4, 4),
    ]
    assert [one.moved for one in places(before, now)] == [True, True, True, False]


def test_what_is_new_vanished_or_undefined_moves_no_place() -> None:
    before = with_taus(zeros=0.5, gone=0.9, naswot=0.8, swap=math.nan)
    now = with_taus(zeros=0.5, new=0.9, naswot=math.nan, swap=0.7)
    assert places(before, now) == [Place("zeros", 1, 1, 1)]


def test_a_place_is_a_sentence() -> None:
    assert Place("zeros", 3, 1, 4).sentence == "zeros: place 3 of 4 by tau before, 1 now"
    assert Place("zeros", 3, 3, 4).sentence == "zeros: place 3 of 4 by tau, as before"
