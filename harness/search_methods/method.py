"""What a method of search is, and what a search comes to."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from harness.search_methods.schedules import Step
from harness.search_methods.settings import Setting


@dataclass(frozen=True)
class Search:
    """The course of one search.

    Attributes:
        objective, schedule, seed: what was searched with.
        steps: measurements and what was decided by each.
        chosen: the operation of every choice, None where it was taken away; empty when the search
            failed.
        order: for every choice the sensitivity of its last operation.
        seconds: of all measurements.
        first: the sensitivities of the whole supernet; empty when they are useless.
        log_scale: the logarithm of what they are divided by.
        fault: why the search failed; empty when it did not.
    """

    objective: str
    schedule: str
    seed: int
    steps: tuple[Step, ...]
    chosen: tuple[str | None, ...]
    order: tuple[float, ...]
    seconds: float
    first: tuple[tuple[float, ...], ...] = ()
    log_scale: float = 0.0
    fault: str = ""


class Work(Protocol):
    """What a method does under every setting; it is sent to the processes that search."""

    def search(self, setting: Setting) -> list[Search]:
        """Return the searches under a setting."""

    def measurements(self, settings: Sequence[Setting]) -> int:
        """Return how many measurements all searches take at most."""

    def measured(self, settings: Sequence[Setting]) -> int:
        """Return how many of them are made by now."""


@dataclass(frozen=True)
class Method:
    """A method of search.

    Attributes:
        name: its own.
        description: what it does, in one line.
        add_options: adds what it takes to a parser: at least ``--space``, ``--dataset``,
            ``--seeds`` and ``--device``.
        settings: returns the settings of a command line, one for each search or group of searches;
            raises InputError for what cannot be used.
        work: returns what is done under each, given the folder of the results.
    """

    name: str
    description: str
    add_options: Callable[[argparse.ArgumentParser], None]
    settings: Callable[[argparse.Namespace], list[Setting]]
    work: Callable[[argparse.Namespace, Path], Work]
