"""NEAR, network expressivity by activation rank.

Raphael T. Husistein, Markus Reiher, Marco Eckhoff, "NEAR: A Training-Free Pre-Estimator of Machine
Learning Model Performance", ICLR 2025, https://arxiv.org/abs/2408.08776

score = sum over outputs of layers and activation functions of exp(entropy of the normalised
singular values).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from proxies import Paper, proxy

if TYPE_CHECKING:
    from proxies.passes.outputs import EffectiveRanks


@proxy(
    "near",
    reads="effective_ranks",
    options={"batch": 128},
    paper=Paper("Husistein et al.", 2025, "https://arxiv.org/abs/2408.08776"),
)
def near(effective: EffectiveRanks) -> float:
    """Effective rank of the outputs of layers with weights and of activation functions, summed.

    Of each output a square block is taken: consecutive positions of an image, as many as there are
    channels. As in the reference, normalisations count among the layers, and networks are in
    training mode.

    The reference sees activation modules alone, ours functions too. Where a batch has fewer
    positions than an output has columns, as a classifier's with a batch smaller than the number of
    classes, the reference goes on to the next batch; ours takes the rows that there are. The
    reference's block may run over the end of the batch and be shorter; ours never is.
    """
    return math.fsum(effective.ranks)
