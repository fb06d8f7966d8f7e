"""What harness.fit leaves behind: fit.json."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from harness.files.combine_record import CombinedRunRecord
from harness.files.records import Count, Finite, Made


class FittedRecord(msgspec.Struct, kw_only=True):
    """A score that was fitted to so many trained networks, judged on others."""

    score: Annotated[str, Meta(description="its name")]
    networks: Annotated[Count, Meta(description="how many trained networks it was fitted to")]
    tau: Annotated[Finite, Meta(description="mean over draws, on the networks held out")]


class FitRecord(Made, kw_only=True):
    """What harness.fit leaves as fit.json."""

    run: Annotated[CombinedRunRecord, Meta(description="whose architectures were drawn from")]
    classes: Annotated[Count, Meta(description="of isomorphic architectures among them")]
    networks: Annotated[list[Count], Meta(min_length=1, description="--networks")]
    draws: Annotated[Count, Meta(description="--draws")]
    seed: Annotated[int, Meta(description="--seed", ge=0)]
    trees: Annotated[Count, Meta(description="of a random forest")]
    of: Annotated[list[str], Meta(description="the training-free scores whose ranks were fitted")]
    inapplicable: Annotated[
        dict[str, str], Meta(description="what could not be fitted: name -> why")
    ]
    fitted: Annotated[list[FittedRecord], Meta(min_length=1, description="what was fitted")]
    findings: Annotated[list[str], Meta(description="what is found, in words")]
