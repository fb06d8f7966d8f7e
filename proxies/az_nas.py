"""AZ-NAS, assembling zero-cost proxies.

Junghyup Lee, Bumsub Ham, "AZ-NAS: Assembling Zero-Cost Proxies for Network Architecture Search",
CVPR 2024, https://arxiv.org/abs/2403.19232

expressivity = sum over stages of the entropy of the PCA spectrum; progressivity = smallest
increment of that entropy; trainability = mean over stages of -s - 1 / (s + 1e-6) + 2; complexity =
FLOPs; total = sum of log(rank / n).
"""

from __future__ import annotations

import math
from itertools import pairwise
from statistics import fmean
from typing import TYPE_CHECKING

from proxies import Paper, aggregate, proxy

if TYPE_CHECKING:
    from proxies.entries import Ranks
    from proxies.passes.features import StageFeatures

PAPER = Paper("Lee and Ham", 2024, "https://arxiv.org/abs/2403.19232")
#: What an undefined score counts as: as missing, or as -inf, which is lower than any other.
UNDEFINED = ("missing", "lowest")


def _entropies(stages: StageFeatures) -> list[float]:
    """Return the entropy of each normalised spectrum; a spectrum of zeros has none (NaN)."""
    shares = [spectrum / spectrum.sum() for spectrum in stages.spectra]
    return [float(-(share * (share + 1e-8).log()).sum()) for share in shares]


def _with_undefined(score: float, undefined: str) -> float:
    return -math.inf if math.isnan(score) and undefined == "lowest" else score


@proxy(
    "az_expressivity",
    reads="stage_features",
    ignores_dead_edges=True,
    options={"batch": 64, "undefined": UNDEFINED},
    paper=PAPER,
)
def az_expressivity(stages: StageFeatures, *, undefined: str) -> float:
    """AZ-NAS expressivity: entropy of the spectrum of the features' covariance, summed over stages.

    Features that are zero, as in a disconnected network, have no spectrum: undefined.
    undefined=lowest makes that -inf, as the reference does.
    """
    return _with_undefined(math.fsum(_entropies(stages)), undefined)


@proxy(
    "az_progressivity",
    reads="stage_features",
    ignores_dead_edges=True,
    options={"batch": 64, "undefined": UNDEFINED},
    paper=PAPER,
)
def az_progressivity(stages: StageFeatures, *, undefined: str) -> float:
    """AZ-NAS progressivity: the smallest increment of expressivity from a stage to the next.

    Undefined as az_expressivity.
    """
    entropies = _entropies(stages)
    steps = [after - before for before, after in pairwise(entropies)]
    return _with_undefined(math.nan if any(map(math.isnan, steps)) else min(steps), undefined)


@proxy(
    "az_trainability",
    reads="stage_features",
    ignores_dead_edges=True,
    options={"batch": 64},
    paper=PAPER,
)
def az_trainability(stages: StageFeatures) -> float:
    """AZ-NAS trainability: how near the largest singular value s of each stage's gradient map is to
    1, as -s - 1/(s + 1e-6) + 2.

    A stage that hands the gradient through unchanged scores -inf, as in the reference.
    """
    return fmean(-math.inf if math.isnan(s) else -s - 1 / (s + 1e-6) + 2 for s in stages.gains)


@aggregate(
    "az_nas",
    of=("az_expressivity", "az_progressivity", "az_trainability", "flops"),
    options={"undefined": UNDEFINED},
    paper=PAPER,
)
def az_nas(ranks: Ranks, **_settled: object) -> Ranks:
    """AZ-NAS: sum over expressivity, progressivity, trainability and complexity of log(rank / n).

    Ranks are among the architectures scored, so the score depends on that population and is
    computed when reporting.
    """
    import numpy

    logarithms: Ranks = numpy.log(ranks / len(ranks))
    total: Ranks = logarithms.sum(axis=1)
    return total
