"""WRCor, weighted response correlation.

Kun Jing, Luoyu Chen, Jungang Xu, Jianwei Tai, Yiyu Wang, Shuaimin Li, "Zero-Shot Neural
Architecture Search with Weighted Response Correlation", 2025, https://arxiv.org/abs/2507.08841

score = log |det K|, K = sum over ReLUs of 2^depth (|corr(inputs)| + |corr(gradients)|), with
correlations between images.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from proxies import Paper, proxy

if TYPE_CHECKING:
    from proxies.passes.responses import Responses


@proxy(
    "wrcor",
    reads="response_correlation",
    options={"batch": 64},
    paper=Paper("Jing et al.", 2025, "https://arxiv.org/abs/2507.08841"),
)
def wrcor(responses: Responses) -> float:
    """Log-determinant of the correlations between images of what ReLUs get, and of the gradients
    there, weighted by 2^depth.

    The depth is the number of the stage, as in the reference: a ReLU behind the last stage has the
    largest weight. Of that one the reference correlates the output instead of the input, since it
    overwrites its input; ours has inputs everywhere. The reference takes every module for a ReLU
    whose class name contains ReLU, its ReLUConvBN of NAS-Bench-201 too: there it adds the input
    once more, and the gradient behind the convolution. Ours has ReLUs alone. A singular matrix
    scores -inf.
    """
    logarithm = float(responses.kernel.slogdet().logabsdet)
    return logarithm + len(responses.kernel) * responses.depths * math.log(2)
