"""W-PCA, weight-weighted principal component analysis.

Shang Wang, "W-PCA Based Gradient-Free Proxy for Efficient Search of Lightweight Language Models",
ICLR 2025, https://arxiv.org/abs/2504.15983

score = number of parameters times the sum over feed-forward layers of the number of principal
components that hold 99 % of the variance.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from proxies import Paper, proxy

if TYPE_CHECKING:
    from proxies.passes.cost import Cost
    from proxies.passes.transformer import PrincipalComponents


@proxy(
    "w_pca",
    reads=("cost", "principal_components"),
    options={"batch": 32},
    paper=Paper("Wang", 2025, "https://arxiv.org/abs/2504.15983"),
)
def w_pca(cost: Cost, components: PrincipalComponents) -> float:
    """Number of parameters times the number of principal components of hidden feed-forward layers.

    For transformers. Components are counted before the activation, over all samples and places, as
    in the reference. Size is a factor of it, embeddings included: set it beside params.

    The reference's code takes the mean over layers where its networks have equally many; ours the
    sum, so that deeper networks score higher. Its feed-forward parts have one hidden layer, those
    of FlexiBERT up to three, and each counts here. It reads text of GLUE; ours drawn tokens, unless
    --tokens names a file. Its blocks like MobileBERT's count up to 90 % in place of 99 %.
    """
    return float(cost.params * sum(components.counts))
