"""Configurations of the FlexiBERT space, as the benchmark writes them, and what they mean."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated, Literal

import msgspec


class _Written(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What every encoder layer names besides its operation."""

    num_operation_heads: Literal[2, 4]
    feed_forward_dimension: Literal[512, 1024]
    num_feed_forward: Literal[1, 3]


class SelfAttention(
    _Written, frozen=True, forbid_unknown_fields=True, tag_field="operation_type", tag="SA"
):
    """By scaled dot product, or weighted multiplicative."""

    operation_parameter: Literal["SDP", "WMA"]


class LinearTransform(
    _Written, frozen=True, forbid_unknown_fields=True, tag_field="operation_type", tag="LT"
):
    """The discrete Fourier or cosine transform."""

    operation_parameter: Literal["DFT", "DCT"]


class SpanConvolution(
    _Written, frozen=True, forbid_unknown_fields=True, tag_field="operation_type", tag="DSC"
):
    """Attention beside a dynamic span-based convolution, whose kernel is that large."""

    operation_parameter: Literal[5, 9]


Layers = Annotated[
    tuple[SelfAttention | LinearTransform | SpanConvolution, ...],
    msgspec.Meta(min_length=2, max_length=4),
]


class _Network(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    encoder_layers: Layers


class Configuration(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One of the space's encoders: its width, and its layers."""

    hidden_size: Literal[128, 256]
    nas_config: _Network


@dataclass(frozen=True)
class Layer:
    """An encoder layer.

    Attributes:
        operation: ``SDP``, ``WMA``, ``DFT``, ``DCT`` or ``DSC``.
        heads: of the operation.
        widths: of the feed-forward layers between the encoder's own width and itself.
        kernel: of the convolution, 0 where there is none.
    """

    operation: str
    heads: int
    widths: tuple[int, ...]
    kernel: int = 0


@dataclass(frozen=True)
class Encoder:
    """An encoder: its width and its layers."""

    width: int
    layers: tuple[Layer, ...]


def encoder_of(configuration: Configuration) -> Encoder:
    """Return the encoder that a configuration describes."""
    layers = []
    for one in configuration.nas_config.encoder_layers:
        parameter = one.operation_parameter
        kernel = parameter if isinstance(parameter, int) else 0
        layers.append(
            Layer(
                "DSC" if isinstance(parameter, int) else parameter,
                one.num_operation_heads,
                (one.feed_forward_dimension,) * one.num_feed_forward,
                kernel,
            )
        )
    return Encoder(configuration.hidden_size, tuple(layers))


def as_trained(encoder: Encoder) -> Encoder:
    """Return the encoder that the published training code builds for a configuration.

    It compares the names of operations with ``is``, which is false of strings that come from a
    file, and so every layer is attention by scaled dot product. The first feed-forward layer is
    four times as wide as the encoder; the configuration's dimension is that of further ones alone.
    """
    layers = (
        replace(one, operation="SDP", kernel=0, widths=(4 * encoder.width, *one.widths[1:]))
        for one in encoder.layers
    )
    return Encoder(encoder.width, tuple(layers))


#: Layers with weights that follow one another in an operation.
_DEPTHS = {"SDP": 2, "WMA": 3, "DFT": 1, "DCT": 1, "DSC": 4}


def depth_of(encoder: Encoder) -> int:
    """Return the number of layers with weights on the longest path.

    Those of all operations and feed-forward parts, the embedding and the classifier.
    """
    return sum(_DEPTHS[one.operation] + len(one.widths) + 1 for one in encoder.layers) + 2
