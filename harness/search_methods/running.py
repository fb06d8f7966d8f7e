"""Searches in several processes, with a bar."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import partial

from harness.computing.local import cores
from harness.search_methods.method import Search, Work
from harness.search_methods.settings import Setting


def search_all(
    work: Work, settings: Sequence[Setting], workers: int | None
) -> dict[Setting, list[Search]]:
    """Return the searches of each setting, in the order of *settings*, with a bar of the
    measurements that are logged.

    Args:
        work: what a method does under every setting.
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
        work.measurements(settings),
        partial(work.measured, settings),
    ):
        for done, (setting, searches) in enumerate(
            all_or_nothing(local, partial(_labelled, work), settings), 1
        ):
            searched[setting] = searches
            if not sys.stderr.isatty() and done * 20 // len(settings) > (done - 1) * 20 // len(
                settings
            ):
                print(f"searched {done} of {len(settings)} settings", file=sys.stderr, flush=True)
    return {setting: searched[setting] for setting in settings}


def _labelled(work: Work, setting: Setting) -> tuple[Setting, list[Search]]:
    return setting, work.search(setting)
