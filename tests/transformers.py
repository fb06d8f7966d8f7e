"""Random configurations of the spaces of transformers."""

from __future__ import annotations

import json
import random
from typing import Any

from benchmarks_data.flexibert import FlexiBert
from benchmarks_data.flexibert.space import Encoder, encoder_of
from benchmarks_data.pit import Pit
from benchmarks_data.pit.space import Configuration

#: The first architectures of the published lists.
FIRST_PIT = '{"base_dim": 16, "depth": [2, 8, 4], "mlp_ratio": 6, "num_heads": [2, 4, 4]}'
FIRST_FLEXIBERT = json.dumps(
    {
        "hidden_size": 256,
        "nas_config": {
            "encoder_layers": [
                {
                    "feed_forward_dimension": width,
                    "num_feed_forward": layers,
                    "num_operation_heads": heads,
                    "operation_parameter": parameter,
                    "operation_type": kind,
                }
                for width, layers, heads, parameter, kind in (
                    (1024, 3, 4, "WMA", "SA"),
                    (512, 3, 2, "DCT", "LT"),
                    (512, 3, 4, "SDP", "SA"),
                    (1024, 1, 4, "SDP", "SA"),
                )
            ]
        },
    }
)
PARAMETERS: dict[str, tuple[str | int, ...]] = {
    "SA": ("SDP", "WMA"),
    "LT": ("DFT", "DCT"),
    "DSC": (5, 9),
}


def pit(string: str = FIRST_PIT) -> Configuration:
    return Pit().parse(string)


def encoder(string: str = FIRST_FLEXIBERT) -> Encoder:
    return encoder_of(FlexiBert().parse(string))


def random_pit(stream: random.Random) -> str:
    """A configuration of ViT-Bench's space."""
    return json.dumps(
        {
            "base_dim": stream.choice([16, 24, 32, 40]),
            "depth": [stream.choice(depths) for depths in ((1, 2, 3), (4, 6, 8), (2, 4, 6))],
            "mlp_ratio": stream.choice([2, 4, 6, 8]),
            "num_heads": sorted(stream.choice([2, 4, 8]) for _ in range(3)),
        }
    )


def random_flexibert(stream: random.Random) -> str:
    """A configuration of FlexiBERT's space."""

    def layer() -> dict[str, Any]:
        kind = stream.choice(list(PARAMETERS))
        return {
            "feed_forward_dimension": stream.choice([512, 1024]),
            "num_feed_forward": stream.choice([1, 3]),
            "num_operation_heads": stream.choice([2, 4]),
            "operation_parameter": stream.choice(PARAMETERS[kind]),
            "operation_type": kind,
        }

    layers = [layer() for _ in range(stream.choice([2, 4]))]
    return json.dumps(
        {"hidden_size": stream.choice([128, 256]), "nas_config": {"encoder_layers": layers}}
    )
