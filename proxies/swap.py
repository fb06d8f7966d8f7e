"""SWAP, sample-wise activation patterns.

Yameng Peng, Andy Song, Haytham Fayek, Vic Ciesielski, Xiaojun Chang, "SWAP-NAS: Sample-Wise
Activation Patterns for Ultra-Fast NAS", ICLR 2024, https://arxiv.org/abs/2403.04161

score = number of distinct patterns of activity over the images of a small batch, among all units.

For transformers: the same authors, "Zero-Shot Neural Network Evaluation with Sample-Wise Activation
Patterns", TPAMI 2026, https://arxiv.org/abs/2605.07378, which counts GELU and SiLU as well.
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
    if options["activations"] == "any":
        return "any_patterns"
    return "gaussian_patterns" if options["weights"] == "normal" else "neuron_patterns"


def _refuses(options: Mapping[str, OptionValue]) -> str:
    if options["activations"] == "any" and options["weights"] == "normal":
        return "activations=any is of the network's own weights: leave out weights=normal"
    return ""


@proxy(
    "swap",
    reads=patterns_of,
    refuses=_refuses,
    paper=Paper("Peng et al.", 2024, "https://arxiv.org/abs/2403.04161"),
    options={
        "batch": 16,
        "weights": ("drawn", "normal"),
        "repeats": 32,
        "activations": ("relu", "any"),
    },
)
def swap(patterns: NeuronPatterns, **_settled: object) -> float:
    """Number of distinct sample-wise activation patterns.

    For each unit the set of images that activate it.

    By default it is that of the network's own weights. weights=normal is what the reference does:
    the mean over 32 draws (repeats) of standard normal weights. A batch of 16 has at most 65,536
    patterns, of which large cells of NAS-Bench-201 show nearly all. activations=any counts the
    units of GELU and SiLU beside those of ReLU, in a transformer each at every token: 62 sequences
    (batch) are the most that it takes, and there nearly every unit has a pattern of its own.
    """
    return fmean(patterns.distinct)
