"""How many inputs are tried: a few that are always the same in tests.

In ``make fuzz`` others each time (FUZZ=long).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, settings

import benchmarks_data
from proxies import registry

CHECKS = (
    HealthCheck.too_slow,
    HealthCheck.data_too_large,
    HealthCheck.large_base_example,
    HealthCheck.function_scoped_fixture,
)
SLOW = timedelta(seconds=30)  # an input that takes longer counts as one on which it hangs

settings.register_profile(
    "ci",
    max_examples=30,
    derandomize=True,
    database=None,
    deadline=SLOW,
    suppress_health_check=CHECKS,
)
settings.register_profile(
    "long", max_examples=400, deadline=SLOW, suppress_health_check=CHECKS, print_blob=True
)
settings.load_profile(os.environ.get("FUZZ", "ci"))


@pytest.fixture(scope="session", autouse=True)
def enumerated() -> None:
    """Find the cells of NAS-Bench-101 before the first input has its time.

    On a new machine it takes a minute.
    """
    benchmarks_data.get("nb101").architecture(0)


@pytest.fixture(autouse=True)
def known_proxies() -> Iterator[None]:
    """Forget plugins, and complaints about them, that command lines have named."""
    with registry.isolated():
        yield
