"""What harness.combine leaves behind: combine.json."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from harness.files.records import Count, Finite, Made


class CombinedRunRecord(msgspec.Struct, kw_only=True):
    """A run that combinations are chosen and judged on."""

    folder: Annotated[str, Meta(description="as it was named")]
    benchmark: Annotated[str, Meta(description="whose architectures were scored")]
    dataset: Annotated[str, Meta(description="whose networks were scored")]
    target: Annotated[str, Meta(description="the column of the table, the run's first")]
    architectures: Annotated[Count, Meta(description="with a value of the target")]


class SelectionRecord(msgspec.Struct, kw_only=True):
    """A forward selection."""

    scheme: Annotated[str, Meta(description="what is left out in turn; 'post hoc' for nothing")]
    left_out: Annotated[str, Meta(description="a benchmark or a dataset; empty for nothing")]
    chosen: Annotated[list[str], Meta(min_length=1, description="the scores in their order")]
    mean_tau: Annotated[
        list[Finite], Meta(description="after each step, over the runs that it was chosen on")
    ]


class CombineRecord(Made, kw_only=True):
    """What harness.combine leaves as combine.json."""

    by: Annotated[str, Meta(description="--by")]
    size: Annotated[Count, Meta(description="--size")]
    runs: Annotated[list[CombinedRunRecord], Meta(min_length=2, description="as they were named")]
    candidates: Annotated[list[str], Meta(description="the scores that were chosen from")]
    excluded: Annotated[
        list[str], Meta(description="the scores that lack values in a run, or combine others")
    ]
    selections: Annotated[
        list[SelectionRecord], Meta(min_length=1, description="the path of each; the last post hoc")
    ]
    post_hoc: Annotated[str, Meta(description="the name of what was chosen on all runs")]
    findings: Annotated[list[str], Meta(description="what is found, in words")]
