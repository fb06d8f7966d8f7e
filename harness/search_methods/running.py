"""Searches in several processes, with a bar."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import partial

from harness.computing.local import cores
from harness.search_methods.searches import Plan, Search, Setting, logged, measurements_of, search


def search_all(
    plan: Plan, settings: Sequence[Setting], workers: int | None
) -> dict[Setting, list[Search]]:
    """Return the searches of each setting, in the order of *settings*, with a bar of the
    measurements that are logged.

    Args:
        plan: what is searched for under every setting.
        settings: all on one device.
        workers: how many processes; None is one for each core, or a single one on another device
            than the CPU.
    """
    from rich.console import Console

    from harness.computing.contract import all_or_nothing
    from harness.computing.local import Local
    from harness.terminal.progress import watched

    local = Local(workers or (cores() if settings[0].device == "cpu" else 1))
    searched: dict[Setting, list[Search]] = {}
    with watched(
        Console(stderr=True),
        "searching",
        measurements_of(plan, settings),
        partial(logged, plan, settings),
    ):
        for done, (setting, searches) in enumerate(
            all_or_nothing(local, partial(_labelled, plan), settings), 1
        ):
            searched[setting] = searches
            if not sys.stderr.isatty() and done * 20 // len(settings) > (done - 1) * 20 // len(
                settings
            ):
                print(f"searched {done} of {len(settings)} settings", file=sys.stderr, flush=True)
    return {setting: searched[setting] for setting in settings}


def _labelled(plan: Plan, setting: Setting) -> tuple[Setting, list[Search]]:
    return setting, search(plan, setting)
