"""VKDNW, the variance of knowledge of a deep network's weights.

Ondrej Tybl, Lukas Neumann, "Training-free Neural Architecture Search through Variance of Knowledge
of Deep Network Weights", CVPR 2025, https://arxiv.org/abs/2502.04975

H = entropy of the nine deciles of the Fisher matrix' spectrum, normalised to sum 1; score = number
of parameter tensors, and among networks with equally many H.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from proxies import Paper, aggregate, proxy
from proxies.vote import log_ranks

if TYPE_CHECKING:
    from proxies.entries import Ranks
    from proxies.passes.fisher_matrix import LogitFisher

PAPER = Paper("Tybl and Neumann", 2025, "https://arxiv.org/abs/2502.04975")
#: More than the entropy of nine numbers, log 9 = 2.197.
ABOVE_ENTROPY = 3
EPSILON = 1e-10


@proxy(
    "vkdnw",
    reads="logit_fisher",
    options={"batch": 16, "entries": 1},
    paper=PAPER,
)
def vkdnw(fisher: LogitFisher) -> float:
    """Number of parameter tensors, and at equal number the entropy of the Fisher spectrum.

    As one number: tensors + H / 3, as H is below 2.2. The Fisher matrix is of evenly spaced entries
    of each of the first 128 parameter tensors, dead edges' included, under Gaussian images, weights
    of variance 2 / fan in and normalisation by running statistics. Class probabilities are smoothed
    by .05. A matrix of zeros has H = 0.

    The reference sends 64 images (batch). Each takes a backward pass for each class, which makes
    this the slowest of all proxies where there are many classes; 16 leave the matrix of full rank
    with 10 classes. As in the reference, one entry (entries) is taken of each tensor: there the
    first or a random one, as the version is. Its published script's default is none, with which it
    fails. Its matrix is J' L' L J, L L' being the covariance C of the class: it multiplies the
    Jacobian J by L where J' C J takes L'.
    """
    deciles = fisher.spectrum.quantile(fisher.spectrum.new_tensor(range(1, 10)) / 10)
    shares = deciles / (deciles.sum() + EPSILON)
    return fisher.tensors + float(-(shares * (shares + EPSILON).log()).sum()) / ABOVE_ENTROPY


@aggregate(
    "vkdnw_agg",
    of=("vkdnw", "jacov", "az_expressivity", "az_trainability", "flops"),
    paper=PAPER,
)
def vkdnw_agg(ranks: Ranks) -> Ranks:
    """VKDNW's aggregate: sum of the logarithms of the ranks by vkdnw, jacov, az_expressivity,
    az_trainability and flops.

    Ranks are among the architectures scored. The reference gives a cell without jacov the lowest
    one, and ours none. Its jacov draws weights of variance 2 / fan in; ours has the network's own.
    """
    return log_ranks(ranks)
