"""Places of proxies by tau on pinned architectures, as a leaderboard has them, before and now."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple

from harness.analysis.statistics import Tau
from harness.regression.baseline import Baseline

#: Taus that differ by less are equal: they differ by rounding.
EQUAL = 1e-9


class Place(NamedTuple):
    """Where a proxy stands among *of*: 1 is the highest tau, equal taus share a place."""

    proxy: str
    before: int
    now: int
    of: int

    @property
    def moved(self) -> bool:
        """Whether the place is another one now."""
        return self.before != self.now

    @property
    def sentence(self) -> str:
        """The same in words."""
        before = f"place {self.before} of {self.of}"
        return (
            f"{self.proxy}: {before} by tau before, {self.now} now"
            if self.moved
            else f"{self.proxy}: {before} by tau, as before"
        )


def places(expected: Baseline, measured: Baseline) -> list[Place]:
    """Return the places of the proxies whose tau is known before and now, the first one first."""
    known = [
        name
        for name, tau in expected.taus.items()
        if name in measured.taus
        and not (math.isnan(tau.value) or math.isnan(measured.taus[name].value))
    ]
    before = {name: _place(name, known, expected.taus) for name in known}
    now = {name: _place(name, known, measured.taus) for name in known}
    every = [Place(name, before[name], now[name], len(known)) for name in known]
    return sorted(every, key=lambda one: (one.now, one.proxy))


def _place(name: str, known: list[str], taus: Mapping[str, Tau]) -> int:
    own = taus[name].value
    return 1 + sum(taus[other].value > own + EQUAL for other in known)
