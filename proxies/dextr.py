"""Dextr.

Rohan Asthana, Joschua Conrad, Maurits Ortmanns, Vasileios Belagiannis, "Dextr: Zero-Shot Neural
Architecture Search with Singular Value Decomposition and Extrinsic Curvature", TMLR 2025,
https://arxiv.org/abs/2508.12977

score = a b / (a + b), a = log(1 + sum over layers of smallest / largest singular value of an
image's features), b = log(1 + curvature of the output along a circle of inputs).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from proxies import Paper, proxy

if TYPE_CHECKING:
    from proxies.passes.geometry import FeatureConditions, OutputCurvature


@proxy(
    "dextr",
    reads=("feature_conditions", "output_curvature"),
    options={"side": 64},
    paper=Paper("Asthana et al.", 2025, "https://arxiv.org/abs/2508.12977"),
)
def dextr(features: FeatureConditions, output: OutputCurvature) -> float:
    """How even the features' singular values are, and how much the output bends along a circle of
    inputs: a b / (a + b).

    As in the reference one image of the data gives the singular values, and the curvature is taken
    at one point of a circle of Gaussian images of 64 x 64 pixels (side), of ten outputs drawn with
    replacement. Vectors have one singular value, so that the classifier and the pooling before it
    add 1 each.

    The reference looks at every module, containers too, so that an operation's output counts
    several times, and cells and stages once more: its a is larger, by other amounts in other
    networks. Ours counts each innermost module once. Where the output does not move with the input,
    as in a disconnected cell, the reference has a alone for a score, and where anything fails
    12345, which is the best of all; ours is undefined.
    """
    evenness = math.log1p(math.fsum(features.ratios))
    bend = math.log1p(output.curvature)
    return evenness * bend / (evenness + bend) if evenness + bend > 0 else math.nan
