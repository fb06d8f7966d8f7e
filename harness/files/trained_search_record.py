"""What searches that train a supernet leave behind: trained_search.json."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from harness.files.records import Amount, Count, Finite, ImageFileRecord, Made, TableRecord


class TrainedSettingRecord(msgspec.Struct, kw_only=True):
    """All that the course of a search depends on."""

    method: Annotated[str, Meta(description="--method")]
    space: Annotated[str, Meta(description="the search space")]
    dataset: Annotated[str, Meta(description="whose supernet is searched")]
    seed: Annotated[int, Meta(description="of weights, alpha, halves, batches and augmentation")]
    images: Annotated[str, Meta(description="the key of the file of images")]
    images_count: Annotated[Count | None, Meta(description="images of it; null is all")]
    channels: Annotated[Count | None, Meta(description="of the supernet; null is as published")]
    cells: Annotated[Count | None, Meta(description="of the supernet; null is as published")]
    epochs: Annotated[Count, Meta(description="--epochs")]
    batch: Annotated[Count, Meta(description="--batch")]
    rate: Annotated[Amount, Meta(description="--rate")]
    least_rate: Annotated[Amount, Meta(description="--least-rate")]
    momentum: Annotated[Amount, Meta(description="--momentum")]
    decay: Annotated[Amount, Meta(description="--decay")]
    clip: Annotated[Amount, Meta(description="--clip")]
    alpha_rate: Annotated[Amount, Meta(description="--alpha-rate")]
    alpha_decay: Annotated[Amount, Meta(description="--alpha-decay")]
    beta: Annotated[Amount, Meta(description="--beta")]
    flood: Annotated[Amount, Meta(description="--flood")]
    radius: Annotated[Amount, Meta(description="--radius")]
    enter_every: Annotated[Count, Meta(description="--enter-every")]
    augment: Annotated[bool, Meta(description="whether images were cropped and flipped")]
    dtype: Annotated[str, Meta(description="precision")]
    revision: Annotated[int, Meta(description="of what a search is")]


class TrainedSearchedRecord(msgspec.Struct, kw_only=True):
    """What was chosen from one trained supernet; columns of searches.csv stand beside these."""

    setting: Annotated[
        int, Meta(ge=0, description="which of the grid, from 0 on; seeds of one have the same")
    ]
    selection: Annotated[str, Meta(description="by what: --select")]
    arch: Annotated[str | None, Meta(description="the architecture; null where it failed")]
    status: Annotated[str, Meta(description="ok, or why it failed")]
    chosen: Annotated[
        list[str | None], Meta(description="the operation of every choice; empty where it failed")
    ]
    alpha_entropy: Annotated[
        Finite | None, Meta(description="of the last epoch, in nats, the mean over choices")
    ]
    training_seconds: Annotated[Amount, Meta(description="of all epochs")]
    selection_seconds: Annotated[Amount, Meta(description="of the selection, after the training")]


class TrainedSearchRecord(Made, kw_only=True):
    """What harness.search leaves as trained_search.json with a method that trains a supernet."""

    method: Annotated[str, Meta(description="--method")]
    paper: Annotated[str, Meta(description="that the method is from")]
    space: Annotated[str, Meta(description="the search space")]
    dataset: Annotated[str, Meta(description="whose supernet is searched")]
    images: Annotated[ImageFileRecord, Meta(description="what trains it, in two halves")]
    settings: Annotated[
        list[TrainedSettingRecord], Meta(min_length=1, description="the grid, and each seed of it")
    ]
    tune: Annotated[int, Meta(ge=0, description="--tune, of perturbation")]
    device: Annotated[str, Meta(description="that computed")]
    targets: Annotated[list[str], Meta(description="columns of the table")]
    table: Annotated[TableRecord | str, Meta(description="trained results, or `none`")]
    findings: Annotated[list[str], Meta(description="what is found, in words")]
    searches: Annotated[
        list[TrainedSearchedRecord], Meta(description="one a setting and selection")
    ]
