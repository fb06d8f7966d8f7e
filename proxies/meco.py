"""MeCo, minimum eigenvalue of correlation.

Tangyu Jiang, Haodi Wang, Rongfang Bie, "MeCo: Zero-Shot NAS with One Data and Single Forward Pass via Minimum Eigenvalue of
Correlation", NeurIPS 2023, https://openreview.net/forum?id=KFm2lZiI7n

score = sum over modules of the smallest eigenvalue of the correlation matrix of the channels, for one random image.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from proxies import Paper, proxy

if TYPE_CHECKING:
    from proxies.passes.features import ChannelCorrelation


@proxy(
    "meco",
    reads="channel_correlation",
    paper=Paper("Jiang et al.", 2023, "https://openreview.net/forum?id=KFm2lZiI7n"),
    revision=2,
)
def meco(correlation: ChannelCorrelation) -> float:
    """Smallest eigenvalue of the correlation of a module's channels over space, summed over modules.

    As in the reference, blocks count beside their layers. Where a layer has as many channels as positions, as in NAS-Bench-201's
    last stage (64 on 8 x 8), centring makes the correlation singular, and the layer contributes only rounding.
    """
    return math.fsum(correlation.smallest)
