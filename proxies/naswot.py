"""NASWOT, neural architecture search without training.

Joseph Mellor, Jack Turner, Amos Storkey, Elliot J. Crowley, "Neural Architecture Search without
Training", ICML 2021, https://arxiv.org/abs/2006.04647

score = log |K|, K[a, b] = number of units whose activation agrees between images a and b.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from proxies import Paper, proxy

if TYPE_CHECKING:
    from proxies.passes.activations import ActivationCodes


@proxy(
    "naswot",
    reads="activation_codes",
    paper=Paper("Mellor et al.", 2021, "https://arxiv.org/abs/2006.04647"),
    options={"batch": 128},
)
def naswot(codes: ActivationCodes) -> float:
    """Log-determinant of the agreement of ReLU activation patterns between the images of a batch.

    Two images with the same code make K singular, and the score -inf: a rounded determinant would
    hide that.
    """
    k = codes.agreement
    if int((k == codes.units).sum()) > len(k):
        return -math.inf
    sign, logarithm = k.slogdet()
    return float(logarithm) if sign > 0 else -math.inf
