"""MeCo, minimum eigenvalue of correlation.

Tangyu Jiang, Haodi Wang, Rongfang Bie, "MeCo: Zero-Shot NAS with One Data and Single Forward Pass
via Minimum Eigenvalue of Correlation", NeurIPS 2023, https://openreview.net/forum?id=KFm2lZiI7n

score = sum over modules of the smallest eigenvalue of the correlation matrix of the channels, for
one random image.
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
    options={"side": 64},
    revision=3,
)
def meco(correlation: ChannelCorrelation) -> float:
    """Smallest eigenvalue of the correlation of a module's channels over space, summed over
    modules.

    As in the reference, blocks count beside their layers, and the image has 64 x 64 pixels whatever
    the dataset. side=32 sends one of CIFAR's size. Then the last stage of NAS-Bench-201 has 64
    channels on 8 x 8 positions, so that their correlation is singular and the stage contributes
    only rounding. On 300 cells 64 pixels have the higher tau, by .010 to .015.
    """
    return math.fsum(correlation.smallest)


@proxy(
    "meco_opt",
    reads="some_channel_correlation",
    paper=Paper("Jiang et al.", 2023, "https://openreview.net/forum?id=KFm2lZiI7n"),
    options={"side": 64},
)
def meco_opt(correlation: ChannelCorrelation) -> float:
    """meco of eight random channels of each module, times the number of channels over 8.

    As in the reference, the channels are drawn for each module. The reference fails where a module
    puts out fewer than 8 channels, and ours takes all of them. Its script of correlations sends a
    training image, ours the Gaussian one that meco sends.
    """
    return math.fsum(correlation.smallest)
