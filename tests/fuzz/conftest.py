"""How many inputs are tried: a few that are always the same in tests; in ``make fuzz`` others each time (FUZZ=long)."""

from __future__ import annotations

import os
from datetime import timedelta

from hypothesis import HealthCheck, settings

CHECKS = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example, HealthCheck.function_scoped_fixture)
SLOW = timedelta(seconds=30)  # an input that takes longer counts as one on which it hangs

settings.register_profile("ci", max_examples=30, derandomize=True, database=None, deadline=SLOW, suppress_health_check=CHECKS)
settings.register_profile("long", max_examples=400, deadline=SLOW, suppress_health_check=CHECKS, print_blob=True)
settings.load_profile(os.environ.get("FUZZ", "ci"))
