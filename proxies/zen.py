"""Zen-NAS.

Ming Lin, Pichao Wang, Zhenhong Sun, Hesen Chen, Xiuyu Sun, Qi Qian, Hao Li, Rong Jin, "Zen-NAS: A
Zero-Shot NAS for High-Performance Deep Image Recognition", ICCV 2021,
https://arxiv.org/abs/2102.01063

score = mean over repeats of log E||f(x) - f(x + 0.01 e)||_1 + sum over batch normalisations of log
sqrt(mean(running variance)).
"""

from __future__ import annotations

import math
from statistics import fmean
from typing import TYPE_CHECKING

from proxies import Paper, proxy

if TYPE_CHECKING:
    from proxies.passes.complexity import GaussianComplexity


@proxy(
    "zen",
    reads="gaussian_complexity",
    paper=Paper("Lin et al.", 2021, "https://arxiv.org/abs/2102.01063"),
    options={"batch": 16, "repeats": 32},
)
def zen(complexity: GaussianComplexity) -> float:
    """Gaussian complexity of the features before pooling, under standard normal weights, with the
    scale that normalisation hid.

    Features that a step does not move score -inf.
    """
    repeats = zip(complexity.differences, complexity.variances, strict=True)
    scores = [
        _log(moved) + math.fsum(0.5 * _log(value) for value in variances)
        for moved, variances in repeats
    ]
    return -math.inf if -math.inf in scores else fmean(scores)


def _log(value: float) -> float:
    return math.log(value) if value > 0 else -math.inf
