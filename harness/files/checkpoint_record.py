"""The plain values in a checkpoint of a search that trains a supernet; tensors stand beside."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from harness.files.records import Amount, Count, Finite

Percent = Annotated[float, Meta(ge=0, le=100)]


class EpochRecord(msgspec.Struct, kw_only=True):
    """What an epoch came to."""

    epoch: Annotated[Count, Meta(description="from 1 on")]
    weight_loss: Annotated[float, Meta(description="mean over the weights' images")]
    alpha_loss: Annotated[float, Meta(description="mean over alpha's images")]
    weight_accuracy: Annotated[Percent, Meta(description="of the weights' images")]
    alpha_accuracy: Annotated[Percent, Meta(description="of alpha's images")]
    flooded: Annotated[float, Meta(ge=0, le=1, description="share of steps below the flood level")]
    entropy: Annotated[Amount, Meta(description="of alpha, in nats, the mean over choices")]
    skips: Annotated[int, Meta(ge=0, description="skip connections of the current cell")]
    chosen: Annotated[list[str | None], Meta(description="the operation of every choice")]
    order: Annotated[list[Finite], Meta(description="of every choice, the number of its operation")]
    entered: Annotated[str, Meta(description="the operation that entered; empty where none did")]
    seconds: Annotated[Amount, Meta(description="that it took")]


class SelectionRecord(msgspec.Struct, kw_only=True):
    """What a selection chose."""

    operations: Annotated[
        list[str | None], Meta(description="of every choice; empty where it failed")
    ]
    order: Annotated[list[Finite], Meta(description="of every choice, the number of its operation")]
    seconds: Annotated[Amount, Meta(description="that it took")]
    fault: Annotated[str, Meta(description="why it failed; empty when it did not")]


class BegunRecord(msgspec.Struct, kw_only=True):
    """How far a selection by perturbation is; tensors stand beside it."""

    key: Annotated[str, Meta(description="of the selection")]
    decided: Annotated[Count, Meta(description="decisions that are made")]
    kept: Annotated[list[list[bool]], Meta(description="the candidates that are left, by choice")]
    seconds: Annotated[Amount, Meta(description="that it has taken")]


class CheckpointRecord(msgspec.Struct, kw_only=True):
    """The plain values of a checkpoint."""

    setting: Annotated[str, Meta(description="what the search depends on, as JSON")]
    rows: Annotated[list[EpochRecord], Meta(description="one an epoch")]
    entered: Annotated[list[str], Meta(description="operations of a growing supernet, in order")]
    selected: Annotated[dict[str, SelectionRecord], Meta(description="what was chosen, by name")]
    begun: Annotated[
        BegunRecord | None, Meta(description="the selection that was under way; null for none")
    ] = None
