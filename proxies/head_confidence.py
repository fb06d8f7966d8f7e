"""Head confidence.

Aaron Serianni, Jugal Kalita, "Training-free Neural Architecture Search for RNNs and Transformers",
ACL 2023, https://arxiv.org/abs/2306.00288

score = sum over the layers that feed attention heads of the mean over samples and features of the
largest output over tokens.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from proxies import Paper, proxy

if TYPE_CHECKING:
    from proxies.passes.transformer import HeadOutputs


@proxy(
    "head_confidence",
    reads="head_outputs",
    options={"batch": 32},
    paper=Paper("Serianni and Kalita", 2023, "https://arxiv.org/abs/2306.00288"),
)
def head_confidence(heads: HeadOutputs) -> float:
    """Largest output over tokens of the layers that feed heads, averaged in a layer and summed over
    layers.

    For transformers. It is what the authors' code calls head confidence: queries, keys and values
    before they are multiplied, and not the weights of attention. Linear transforms in place of
    attention have one such layer. It grows with the number of layers: their published column has
    tau .478 with the GLUE score on 500 encoders, and per layer .299, where the number of parameters
    has .454.

    The authors send 128 texts of 512 tokens, of which padding is a part; ours are as long as the
    benchmark's, and a maximum over fewer tokens is lower.
    """
    return math.fsum(heads.confidences)
