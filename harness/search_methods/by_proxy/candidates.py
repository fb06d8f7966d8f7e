"""Which architectures a search may take: those within limits that hold before training."""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

import proxies
from benchmarks_data.errors import InputError, unknown

if TYPE_CHECKING:
    from benchmarks_data.table import Table

#: Names and values of one option.
Limits = Mapping[str, float]
#: From architectures to the values of a deterministic proxy.
Cost = Callable[[str, Sequence[int]], Sequence[float]]


class Limit(str):
    """``NAME=NUMBER`` as it was written."""

    name: str
    value: float

    def __new__(cls, text: str) -> Limit:
        self = super().__new__(cls, text)
        self.name, equals, number = text.partition("=")
        try:
            self.value = float(number)
        except ValueError:
            self.value = math.nan
        if not (self.name and equals and math.isfinite(self.value)):
            raise argparse.ArgumentTypeError(f"expected NAME=NUMBER as in params=1e6, not {text!r}")
        return self


def limits_of(option: str, given: Sequence[Limit]) -> dict[str, float]:
    """Return the limits that an option gives; raise InputError when it names one twice."""
    limits = {one.name: one.value for one in given}
    if len(limits) < len(given):
        raise InputError(f"{option} names one thing twice: leave one of its limits out")
    return limits


def known_before_training(table: Table) -> list[str]:
    """Return what limits can be about: costs in the table, and deterministic proxies."""
    columns = [one.name for one in table.targets if one.is_known_before_training]
    requests = {name: proxies.request(name) for name in proxies.registered()}
    free = [name for name, one in requests.items() if not (one.needs or one.components)]
    return list(dict.fromkeys([*columns, *free]))


def check_limits(table: Table, at_most: Limits, at_least: Limits) -> None:
    """Raise InputError when a limit is about something that is not known before training."""
    allowed = known_before_training(table)
    for option, limits in (("--at-most", at_most), ("--at-least", at_least)):
        for name in limits:
            if name not in allowed:
                raise unknown(f"name in {option}", name, allowed)


def within(
    table: Table, indices: Sequence[int], at_most: Limits, at_least: Limits, cost: Cost
) -> list[int]:
    """Return the architectures of *indices* that are within all limits.

    A column of the table goes before a proxy of the same name. An unknown cost is beyond any limit.

    Raises:
        InputError: none is left.
    """
    kept = np.asarray(indices)
    for name in dict.fromkeys([*at_most, *at_least]):
        values = (
            table.values[name].reindex(kept).to_numpy(float)
            if name in table.values
            else np.asarray(cost(name, kept.tolist()), dtype=float)
        )
        inside = (values <= at_most.get(name, math.inf)) & (values >= at_least.get(name, -math.inf))
        kept = kept[inside]
        if not len(kept):
            known = values[~np.isnan(values)]
            spread = f"from {known.min():g} to {known.max():g}" if len(known) else "unknown"
            raise InputError(
                f"no architecture is within the limits: {name} of those that are left is {spread}; "
                "change --at-most or --at-least"
            )
    return [int(index) for index in kept]
