"""What searches by a proxy leave behind: proxy_search.json."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from harness.files.records import Amount, Count, Finite, ImageFileRecord, Made, TableRecord


class ProxySearchedRecord(msgspec.Struct, kw_only=True):
    """One search, and what it came to."""

    seed: Annotated[int, Meta(description="of all that it draws")]
    scored: Annotated[int, Meta(description="different architectures that it scored")]
    missing: Annotated[
        int, Meta(description="those of them whose score is missing or -inf, which ranks last")
    ]
    trained: Annotated[Count, Meta(description="different architectures that it trained")]
    index: Annotated[int, Meta(description="the best that it trained")]
    arch: Annotated[str, Meta(description="its architecture string")]
    best: Annotated[float, Meta(description="its target")]
    regret: Annotated[float, Meta(description="what the optimum has more")]
    drawn: Annotated[
        int, Meta(description="children drawn at random, as no neighbour was a candidate")
    ]
    stopped: Annotated[
        bool, Meta(description="whether evolution ended early, as it met nothing new")
    ]
    seconds: Annotated[
        Amount | UnsetType,
        Meta(description="of all scores that it asked for, wherever these are from"),
    ] = UNSET


class ProxySearchRecord(Made, kw_only=True):
    """What harness.search leaves as proxy_search.json with a method that searches by a proxy."""

    method: Annotated[str, Meta(description="--method")]
    benchmark: Annotated[str, Meta(description="what is searched")]
    dataset: Annotated[str, Meta(description="whose networks are scored")]
    target: Annotated[str, Meta(description="the column of the table that training comes to")]
    table: Annotated[TableRecord, Meta(description="where it is from")]
    proxy: Annotated[str | None, Meta(description="what scores; null where nothing does")]
    proxy_seed: Annotated[int | None, Meta(description="of weights and batches, if it has one")]
    images: Annotated[
        ImageFileRecord | str | None, Meta(description="what it is fed; null where it reads none")
    ]
    dtype: Annotated[str, Meta(description="precision")]
    device: Annotated[str, Meta(description="that computed")]
    budget: Annotated[Count, Meta(description="--budget")]
    train: Annotated[Count | None, Meta(description="--train")]
    population_size: Annotated[Count | None, Meta(description="--population-size")]
    tournament_size: Annotated[Count | None, Meta(description="--tournament-size")]
    at_most: Annotated[dict[str, Finite], Meta(description="--at-most")]
    at_least: Annotated[dict[str, Finite], Meta(description="--at-least")]
    candidates: Annotated[
        Count, Meta(description="architectures within the limits whose target is known")
    ]
    optimum: Annotated[float, Meta(description="the highest target among them")]
    findings: Annotated[list[str], Meta(description="what is found, in words")]
    searches: Annotated[list[ProxySearchedRecord], Meta(min_length=1, description="by seed")]
