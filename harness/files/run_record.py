"""What run.json says of a run."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, UnsetType

from benchmarks_data.errors import InputError
from harness.files.records import (
    DAMAGED,
    Command,
    ImageFileRecord,
    Made,
    TableRecord,
    read_record,
    reason,
)


class ProxyRecord(msgspec.Struct):
    """A proxy with its options."""

    name: Annotated[str, Meta(description="the one way to write it")]
    description: Annotated[str | UnsetType, Meta(description="in one line")] = UNSET
    paper: Annotated[str | UnsetType | None, Meta(description="authors and year")] = UNSET
    link: Annotated[str | UnsetType | None, Meta(description="of the paper")] = UNSET
    higher_is_better: Annotated[bool | UnsetType, Meta(description="its direction")] = UNSET
    needs: Annotated[
        list[str] | UnsetType, Meta(description="what it reads that is drawn: weights, images ...")
    ] = UNSET
    deterministic: Annotated[bool | UnsetType, Meta(description="whether it needs nothing")] = UNSET
    cost: Annotated[str | UnsetType, Meta(description="of a score, in words")] = UNSET
    reads: Annotated[list[str] | UnsetType, Meta(description="the passes it reads")] = UNSET
    combines: Annotated[list[str] | UnsetType, Meta(description="the proxies it combines")] = UNSET
    options: Annotated[dict[str, Any] | UnsetType, Meta(description="all of them")] = UNSET
    dtype: Annotated[
        str | UnsetType, Meta(description="its precision, where that of the run is not everyone's")
    ] = UNSET


class ArchsRecord(msgspec.Struct, kw_only=True):
    """Which architectures were scored."""

    given: Annotated[
        str | int,
        Meta(
            description="--archs: a number or a file; of a call in Python also that it was a list"
        ),
    ]
    population: Annotated[str, Meta(description="--population")]
    sample_seed: Annotated[
        int | UnsetType, Meta(description="what they were drawn with; merged runs have none")
    ] = UNSET
    count: Annotated[int, Meta(description="how many were scored")]
    considered: Annotated[
        str | UnsetType,
        Meta(description="how many have a target, where the table does not list all"),
    ] = UNSET

    @property
    def drawn(self) -> bool:
        """Whether they are a sample, which --archs gave the size of."""
        return str(self.given).isdigit()

    def __post_init__(self) -> None:
        """Refuse a sample without the seed that it was drawn with."""
        if self.drawn and self.sample_seed is UNSET:
            raise ValueError("a sample has a `sample_seed`")


class ScoredNow(msgspec.Struct):
    """What was computed by the command itself; the rest came from the store."""

    tasks: Annotated[int, Meta(description="networks")]
    seconds: Annotated[float, Meta(description="they took, all together")]
    device: Annotated[str | UnsetType, Meta(description="that computed")] = UNSET
    failed: Annotated[int | UnsetType, Meta(description="scores that failed")] = UNSET
    note: Annotated[
        str | UnsetType, Meta(description="what is shown where an earlier score exists")
    ] = UNSET


class ShippedUsed(msgspec.Struct):
    """Which scores come with the harness, and were not computed here."""

    files: Annotated[list[str], Meta(description="the files that have them, of reports/scores")]
    scores: Annotated[
        int | UnsetType, Meta(description="how many; left out of several runs together")
    ] = UNSET
    of: Annotated[int | UnsetType, Meta(description="how many the run has; left out likewise")] = (
        UNSET
    )


class RunRecord(Made, kw_only=True):
    """What harness.run and harness.report leave as run.json."""

    benchmark: Annotated[str, Meta(description="whose architectures were scored")]
    dataset: Annotated[str, Meta(description="whose networks were scored")]
    targets: Annotated[
        list[str], Meta(min_length=1, description="the columns of the table that are ranked by")
    ]
    table: Annotated[TableRecord, Meta(description="where targets come from")]
    proxies: Annotated[list[ProxyRecord], Meta(description="what scored them")]
    archs: Annotated[ArchsRecord, Meta(description="which architectures")]
    seeds: Annotated[list[int], Meta(min_length=1, description="of weights")]
    images: Annotated[ImageFileRecord | str, Meta(description="what proxies were fed")]
    dtype: Annotated[str, Meta(description="precision")]
    batches: Annotated[
        list[int] | UnsetType, Meta(description="seeds of batches, where these have their own")
    ] = UNSET
    warning: Annotated[str | UnsetType, Meta(description="labels that leave classes out")] = UNSET
    against: Annotated[str | None, Meta(description="the score that others are compared with")] = (
        None
    )
    focus: Annotated[
        str | None,
        Meta(description="the proxy that the report is about; null: zeros, if it was scored"),
    ] = None
    scored_by: Annotated[
        list[Command] | UnsetType, Meta(description="the commands that scored, of merged runs")
    ] = UNSET
    scored_now: Annotated[
        ScoredNow | UnsetType, Meta(description="what the command computed itself")
    ] = UNSET
    shipped: Annotated[
        ShippedUsed | UnsetType,
        Meta(description="what comes with the harness; left out where nothing does"),
    ] = UNSET
    left_out: Annotated[
        list[str] | UnsetType,
        Meta(
            description="proxies that `shipped` does not stand for, as not all of their scores "
            "come with the harness; left out where none is"
        ),
    ] = UNSET

    @property
    def precision(self) -> str:
        """Which of its scores are of which precision, in words; empty where all are of float32."""
        if self.dtype == "float32":
            return ""
        own = [one.name for one in self.proxies if one.dtype == self.dtype]
        return f"{self.dtype} of {', '.join(own)}, float32 of the others" if own else self.dtype

    @property
    def commands(self) -> list[list[str]]:
        """The commands that scored."""
        return [self.command] if isinstance(self.scored_by, UnsetType) else self.scored_by


def read_run(folder: Path) -> RunRecord:
    """Return what run.json in *folder* says; raise InputError when it is not a run's."""
    try:
        return read_record(folder / "run.json", RunRecord)
    except DAMAGED as error:
        named = folder if folder.is_dir() else f"{folder}, which is no folder,"
        raise InputError(
            f"{named} has no run.json of a run{reason(error)}: name a folder that harness.run has "
            "written"
        ) from error


class _Count(msgspec.Struct):
    """How many architectures a run.json is of, whatever else is wrong with it."""

    count: int


class _Counted(msgspec.Struct):
    archs: _Count


def architectures_of(folder: Path) -> int:
    """Return how many architectures the report in a folder is of; 0 where there is none, or its
    record is damaged.
    """
    try:
        return read_record(folder / "run.json", _Counted).archs.count
    except DAMAGED:
        return 0


class _Targets(msgspec.Struct):
    """The targets of a run.json, whatever else is wrong with it."""

    targets: list[Any]


def earlier_targets(path: Path) -> list[str]:
    """Return the targets that an earlier run.json names.

    None when there is no such file or it is something else.
    """
    try:
        named = read_record(path, _Targets).targets
    except DAMAGED:
        return []
    return [
        name for name in named if isinstance(name, str) and re.fullmatch(r"[\w.-]+", name, re.ASCII)
    ]
