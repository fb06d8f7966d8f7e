"""Processes that compute: who stops early does not wait for them."""

import multiprocessing
import time

from harness.computing.contract import all_or_nothing
from harness.computing.local import Local


def test_a_stop_does_not_wait_for_what_is_in_flight() -> None:
    others = set(multiprocessing.active_children())
    results = all_or_nothing(Local(2), time.sleep, [0, 600, 600])
    assert next(results) is None
    results.close()  # as when Ctrl-C ends the loop over them
    assert set(multiprocessing.active_children()) <= others


def test_all_results_come_whatever_the_number_of_workers() -> None:
    for workers in (1, 2, 5):
        assert sorted(all_or_nothing(Local(workers), abs, [-3, 2, -1])) == [1, 2, 3]
