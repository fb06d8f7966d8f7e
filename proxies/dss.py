"""DSS, the synaptic diversity and saliency of vision transformers.

Qinqin Zhou, Kekai Sheng, Xiawu Zheng, Ke Li, Xing Sun, Yonghong Tian, Jie Chen, Rongrong Ji,
"Training-free Transformer Architecture Search", CVPR 2022, https://arxiv.org/abs/2203.12217

score = sum over linear layers of attention of ||dR/dW||_nuc ||W||_nuc + sum over other linear
layers of |dR/dW W|, R being the sum of the outputs.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

from proxies import Paper, proxy

if TYPE_CHECKING:
    from proxies.entries import OptionValue
    from proxies.passes.transformer import AbsoluteSynapses


def _reads(options: Mapping[str, OptionValue]) -> str:
    return "absolute_synapses" if options["input"] == "ones" else "absolute_synapses_of_sample"


@proxy(
    "dss",
    reads=_reads,
    options={"input": ("ones", "sample")},
    paper=Paper("Zhou et al.", 2022, "https://arxiv.org/abs/2203.12217"),
)
def dss(synapses: AbsoluteSynapses, **_settled: object) -> float:
    """Synaptic diversity of attention plus synaptic saliency of the other linear layers.

    For transformers, whose parameters are replaced by their absolute values, as in the reference.
    input=ones is its image of ones; input=sample the first sample of the batch, which is all that
    networks of tokens can be sent.

    The reference tells layers by their shape: a square one is of attention wherever it stands. Ours
    tells them by where they stand, and is the same for its networks. As in its code, the layer that
    embeds patches does not count.
    """
    return math.fsum(synapses.diversity) + math.fsum(synapses.saliency)
