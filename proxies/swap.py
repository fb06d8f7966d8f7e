"""SWAP, sample-wise activation patterns.

Yameng Peng, Andy Song, Haytham Fayek, Vic Ciesielski, Xiaojun Chang, "SWAP-NAS: Sample-Wise
Activation Patterns for Ultra-Fast NAS", ICLR 2024, https://arxiv.org/abs/2403.04161

score = number of distinct patterns of activity over the images of a small batch, among all units.
"""

from __future__ import annotations

from collections.abc import Mapping
from statistics import fmean
from typing import TYPE_CHECKING

from proxies import Paper, proxy

if TYPE_CHECKING:
    from proxies.entries import OptionValue
    from proxies.passes.activations import NeuronPatterns


def patterns_of(options: Mapping[str, OptionValue]) -> str:
    """Return the pass that collects the patterns."""
    return "gaussian_patterns" if options["weights"] == "normal" else "neuron_patterns"


@proxy(
    "swap",
    reads=patterns_of,
    paper=Paper("Peng et al.", 2024, "https://arxiv.org/abs/2403.04161"),
    options={"batch": 16, "weights": ("drawn", "normal"), "repeats": 32},
)
def swap(patterns: NeuronPatterns, **_settled: object) -> float:
    """Number of distinct sample-wise activation patterns.

    For each unit the set of images that activate it.

    By default it is that of the network's own weights. weights=normal is what the reference does:
    the mean over 32 draws (repeats) of standard normal weights. A batch of 16 has at most 65,536
    patterns, of which large cells of NAS-Bench-201 show nearly all.
    """
    return fmean(patterns.distinct)
