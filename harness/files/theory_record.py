"""What harness.theory leaves behind: theory.json, and the lines of its logs.

Numbers of a kernel may be NaN, where it is singular: the logs write ``NaN``, which is not JSON
proper but what Python's json reads.
"""

from __future__ import annotations

import math
from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from harness.files.records import Made

Rows = list[list[float]]


class TheoryRecord(Made, kw_only=True):
    """What harness.theory leaves as theory.json."""

    batch: Annotated[int, Meta(description="images of the kernel, snip and grasp of cells")]
    images: Annotated[str, Meta(description="the key of their source")]
    seed: Annotated[int, Meta(description="the first, which draws the cells too")]
    revision: Annotated[int, Meta(description="of what is measured")]
    preset: Annotated[str | UnsetType, Meta(description="--preset")] = UNSET
    seeds: Annotated[list[int], Meta(description="of weights and batches")]
    widths: Annotated[list[int], Meta(description="initial channels")]
    archs: Annotated[str, Meta(description="--archs: a number or a file")]
    warnings: Annotated[list[str], Meta(description="why sensitivities say nothing")]
    findings: Annotated[list[str], Meta(description="what is found, in words")]


class CellRecord(msgspec.Struct, forbid_unknown_fields=True):
    """What is measured of a cell's network; its key is ``cells (index, channels)``."""

    zeros_synflow: Annotated[float, Meta(description="ZEROS, objective synflow")]
    zeros_snip: Annotated[float, Meta(description="ZEROS, objective snip")]
    zeros_grasp: Annotated[float, Meta(description="ZEROS, objective grasp")]
    synflow: Annotated[float, Meta(description="SynFlow's score")]
    params: Annotated[float, Meta(description="number of parameters")]
    bound: Annotated[float, Meta(description="of the generalisation error; may be NaN")]
    trace: Annotated[float, Meta(description="of the kernel; may be NaN")]
    scale_free_bound: Annotated[float, Meta(description="whatever the scale; may be NaN")]

    def __post_init__(self) -> None:
        """Refuse scores that are NaN, and numbers that no kernel has."""
        scores = (self.zeros_synflow, self.zeros_snip, self.zeros_grasp, self.synflow, self.params)
        if any(map(math.isnan, scores)):
            raise ValueError("a score is NaN")
        _check((self.bound, self.trace, self.scale_free_bound))


class SupernetRecord(msgspec.Struct, forbid_unknown_fields=True):
    """What is measured of a supernet by choice and candidate; its key is ``supernets channels``."""

    synflow: Annotated[Rows, Meta(description="sensitivities, objective synflow")]
    snip: Annotated[Rows, Meta(description="sensitivities, objective snip")]
    grasp: Annotated[Rows, Meta(description="sensitivities, objective grasp")]
    bound: Annotated[Rows, Meta(description="where the choice has taken the candidate")]
    trace: Annotated[Rows, Meta(description="of the same kernel")]
    scale_free_bound: Annotated[Rows, Meta(description="whatever its scale")]

    def __post_init__(self) -> None:
        """Refuse numbers that no supernet has."""
        for rows in self.tables:
            for row in rows:
                _check(row)

    @property
    def tables(self) -> tuple[Rows, ...]:
        """All that is measured."""
        return msgspec.structs.astuple(self)


class SizeRecord(msgspec.Struct, forbid_unknown_fields=True):
    """What a search comes to; its key is ``sizes (space, objective, seed)``."""

    arch: Annotated[str, Meta(description="the architecture; empty where it failed")]
    params: Annotated[int | None, Meta(description="of its network; null where it failed")]
    fault: Annotated[str, Meta(description="why it failed; empty when it did not")]


def _check(numbers: tuple[float, ...] | list[float]) -> None:
    if not all(math.isnan(number) or 0.0 <= number < math.inf for number in numbers):
        raise ValueError("expected numbers from 0 on, or NaN")
