"""What searches leave behind: search.json, sweep.json, and the lines of their logs."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from harness.files.records import Amount, Count, Finite, ImageFileRecord, Made, TableRecord


class SettingRecord(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """All that sensitivities depend on; the first line of a log holds it too.

    What is left out is what was always so before it could be chosen. A field that this version does
    not know is refused: a search under it cannot be replayed.
    """

    space: Annotated[str, Meta(description="the search space")]
    dataset: Annotated[str, Meta(description="whose supernet is searched")]
    objective: Annotated[str, Meta(description="--objective")]
    seed: Annotated[int, Meta(description="of weights, gates and batches")]
    batch: Annotated[int | UnsetType, Meta(description="images of snip and grasp")] = UNSET
    images: Annotated[str, Meta(description="the key of their source; empty for synflow")]
    dtype: Annotated[str, Meta(description="precision")]
    channels: Annotated[int | None, Meta(description="of the supernet; null is as published")]
    cells: Annotated[int | None, Meta(description="of the supernet; null is as published")]
    alpha: Annotated[str, Meta(description="--alpha")]
    gate_scale: Annotated[float | UnsetType, Meta(description="--gate-scale")] = UNSET
    signs: Annotated[str | UnsetType, Meta(description="--signs")] = UNSET
    weights: Annotated[str | UnsetType, Meta(description="--weights")] = UNSET
    batchnorm: Annotated[str, Meta(description="--batchnorm")]
    revision: Annotated[int | UnsetType, Meta(description="of what sensitivities are")] = UNSET


class SearchedRecord(msgspec.Struct, kw_only=True):
    """One search, and what it came to; columns of search.csv stand beside these."""

    objective: Annotated[str, Meta(description="what was searched with")]
    schedule: Annotated[str, Meta(description="what was searched with")]
    seed: Annotated[int, Meta(description="what was searched with")]
    arch: Annotated[str | None, Meta(description="the architecture; null where it failed")]
    status: Annotated[str | UnsetType, Meta(description="ok, or why it failed")] = UNSET
    chosen: Annotated[
        list[str | None] | UnsetType, Meta(description="the operation of every choice")
    ] = UNSET
    removed: Annotated[
        list[list[tuple[int, int]]] | UnsetType,
        Meta(description="by step: number of the choice and of the candidate"),
    ] = UNSET


class SearchRecord(Made, kw_only=True):
    """What harness.search leaves as search.json."""

    space: Annotated[str | UnsetType, Meta(description="the search space")] = UNSET
    preset: Annotated[str | UnsetType, Meta(description="--preset")] = UNSET
    none: Annotated[Literal["in", "out"], Meta(description="whether none is a candidate")]
    steps: Annotated[Count | None, Meta(description="--steps; null is one a decision")]
    schedules: Annotated[list[str], Meta(min_length=1, description="--schedule")]
    settings: Annotated[
        list[SettingRecord], Meta(min_length=1, description="one an objective and seed")
    ]
    device: Annotated[str | UnsetType, Meta(description="that computed")] = UNSET
    warnings: Annotated[
        list[str] | UnsetType, Meta(description="why sensitivities say nothing")
    ] = UNSET
    targets: Annotated[list[str] | UnsetType, Meta(description="columns of the table")] = UNSET
    table: Annotated[
        TableRecord | str | UnsetType, Meta(description="trained results, or `none`")
    ] = UNSET
    searches: Annotated[list[SearchedRecord], Meta(description="one a setting and schedule")]


class SweepRecord(Made, kw_only=True):
    """What harness.sweep leaves as sweep.json."""

    space: Annotated[str, Meta(description="the search space")]
    dataset: Annotated[str, Meta(description="whose supernets are searched")]
    images: Annotated[ImageFileRecord | str, Meta(description="what snip and grasp are fed")]
    batch: Annotated[int, Meta(description="images of snip and grasp")]
    seeds: Annotated[list[int], Meta(description="how many, of all objectives or of each")]
    channels: Annotated[int | None, Meta(description="of the supernet; null is as published")]
    cells: Annotated[int | None, Meta(description="of the supernet; null is as published")]
    dtype: Annotated[str | None, Meta(description="--dtype; null is that of each objective")]
    warnings: Annotated[list[str], Meta(description="why sensitivities say nothing")]
    table: Annotated[TableRecord | str, Meta(description="trained results, or `none`")]
    findings: Annotated[list[str], Meta(description="what is found, in words")]


class MeasurementRecord(msgspec.Struct):
    """The sensitivities of the candidates that are left: a line of steps/*.jsonl.

    Its key has a word for each choice, with a 1 for each candidate that is left.
    """

    values: Annotated[
        list[list[Amount | None]],
        Meta(description="by choice and candidate; null where one is gone, or is no number"),
    ]
    log_scale: Annotated[Finite, Meta(description="logarithm of what values are divided by")]
    fault: Annotated[str, Meta(description="why they are useless; empty when they are not")]
    seconds: Annotated[Amount, Meta(description="that measuring took")]
