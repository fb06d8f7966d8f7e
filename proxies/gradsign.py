"""GradSign.

Zhihao Zhang, Zhihao Jia, "GradSign: Model Performance Inference with Theoretical Insights", ICLR
2022, https://arxiv.org/abs/2110.08616

score = sum over weights of |sum over images of sign(dL_i/dtheta)|.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from proxies import Paper, proxy

if TYPE_CHECKING:
    from proxies.passes.responses import GradientSigns


@proxy(
    "gradsign",
    reads="gradient_signs",
    ignores_dead_edges=True,
    options={"batch": 64},
    paper=Paper("Zhang and Jia", 2022, "https://arxiv.org/abs/2110.08616"),
)
def gradsign(signs: GradientSigns) -> float:
    """Agreement of the signs of single images' loss gradients, summed over the weights of
    convolutions and linear layers.

    As in the authors' code every image is a batch of its own, which batch normalisation normalises
    by its own statistics. AZ-NAS' copy takes the mean over the weights instead of the sum, which
    leaves out the number of weights and orders networks otherwise.
    """
    return signs.agreement
