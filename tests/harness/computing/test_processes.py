"""Worker processes that end, or take too much time or memory.

Each of them imports this file: it imports little.
"""

import os
import time

from harness.computing.contract import Lost
from harness.computing.processes import Limits, each


def _end(item: int) -> int:
    if item == 3:
        os._exit(7)
    return item


def test_what_costs_two_workers_their_lives_is_given_up() -> None:
    found = list(each(_end, range(6), 2))
    assert sorted(one for one in found if isinstance(one, int)) == [0, 1, 2, 4, 5]
    assert [one for one in found if isinstance(one, Lost)] == [
        Lost(3, "a worker process ended with status 7")
    ]


def _exhaust(item: int) -> int:
    if item == 3:
        raise MemoryError
    return item


def test_too_little_memory_is_no_error_of_the_run() -> None:
    lost = [one for one in each(_exhaust, range(6), 2) if isinstance(one, Lost)]
    assert lost == [Lost(3, "a worker process needed more memory than it may have")]


def _sleep(seconds: float) -> float:
    time.sleep(seconds)
    return seconds


def test_a_worker_has_its_time_for_each_item() -> None:
    """Not for all of them, and not for its own start."""
    assert list(each(_sleep, [0.6] * 4, 1, Limits(timeout=2.0))) == [0.6] * 4
