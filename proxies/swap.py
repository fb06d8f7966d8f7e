"""SWAP, sample-wise activation patterns.

Yameng Peng, Andy Song, Haytham Fayek, Vic Ciesielski, Xiaojun Chang, "SWAP-NAS: Sample-Wise Activation Patterns for Ultra-Fast
NAS", ICLR 2024, https://arxiv.org/abs/2403.04161

score = number of distinct patterns of activity over the images of a small batch, among all units.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from proxies import Paper, proxy

if TYPE_CHECKING:
    from proxies.passes.activations import NeuronPatterns


@proxy("swap", reads="neuron_patterns", paper=Paper("Peng et al.", 2024, "https://arxiv.org/abs/2403.04161"), options={"batch": 16})
def swap(patterns: NeuronPatterns) -> float:
    """Number of distinct sample-wise activation patterns: for each unit the set of images that activate it."""
    return float(patterns.distinct)
