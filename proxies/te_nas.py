"""TE-NAS.

Wuyang Chen, Xinyu Gong, Zhangyang Wang, "Neural Architecture Search on ImageNet in Four GPU Hours:
A Theoretically Inspired Perspective", ICLR 2021, https://arxiv.org/abs/2102.11535

te_ntk = largest / smallest eigenvalue of the neural tangent kernel; te_regions = number of linear
regions; te_nas = sum of ranks.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

from proxies import Paper, aggregate, proxy

if TYPE_CHECKING:
    from proxies.entries import OptionValue, Ranks
    from proxies.passes.activations import LinearRegions
    from proxies.passes.jacobian import TangentKernel

PAPER = Paper("Chen et al.", 2021, "https://arxiv.org/abs/2102.11535")


MODES = ("eval", "train")


def kernel_of(options: Mapping[str, OptionValue]) -> str:
    """Return the pass that computes the kernel."""
    return "batch_tangent_kernel" if options["mode"] == "train" else "tangent_kernel"


@proxy(
    "te_ntk",
    reads=kernel_of,
    ignores_dead_edges=True,
    options={"batch": 32, "mode": MODES},
    higher_is_better=False,
    paper=PAPER,
    revision=2,
)
def te_ntk(tangent: TangentKernel, **_settled: object) -> float:
    """Condition number of the neural tangent kernel at initialisation.

    It depends much on the draw of weights and images: on 100 cells the scores of two seeds agree at
    tau .23, so several seeds are needed (the reference averages three). A kernel that is singular
    within rounding has the worst condition, inf; one that is zero is undefined. mode=train is what
    the reference's search computes: batch normalisation by the batch's statistics, and weights of
    variance 2 / fan out in place of 2 / fan in.
    """
    import torch

    eigenvalues = torch.linalg.eigvalsh(tangent.kernel)
    smallest, largest = float(eigenvalues[0]), float(eigenvalues[-1])
    if not largest > 0:
        return math.nan
    return (
        largest / smallest
        if smallest > largest * len(eigenvalues) * torch.finfo(torch.float64).eps
        else math.inf
    )


@proxy("te_regions", reads="linear_regions", paper=PAPER)
def te_regions(regions: LinearRegions) -> float:
    """Number of linear regions that a segment of inputs of the network thinned to one channel
    crosses.
    """
    return float(regions.crossed)


@aggregate("te_nas", of=("te_ntk", "te_regions"), options={"mode": MODES}, paper=PAPER)
def te_nas(ranks: Ranks, **_settled: object) -> Ranks:
    """TE-NAS: sum of the ranks by condition number (lower better) and by linear regions (higher
    better).

    mode is that of te_ntk.
    """
    total: Ranks = ranks.sum(axis=1)
    return total
