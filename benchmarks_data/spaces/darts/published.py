"""Test errors that FreeDARTS' authors published for cells of the DARTS space.

Source: github.com/anonymous-submission1991/FreeDARTS, commit b64bfdc: README.md for the errors, in
percent; DARTS_CNN/genotypes.py for the cells; the training logs in DARTS_CNN say which cells were
trained (cifar10-FreeDARTS+ and ++, cifar100-FreeDARTS+, Imagenet_FreeDARTS+, ImageNet_FreeDARTS++).
No log names the cells of the README's first row, 2.73 and 18.03.
"""

from __future__ import annotations

import math

from benchmarks_data.spaces.darts.genotype import Genotype

_PLUS = Genotype(
    normal=(
        ("avg_pool_3x3", 1), ("dil_conv_3x3", 0), ("sep_conv_3x3", 2), ("sep_conv_5x5", 1),
        ("skip_connect", 0), ("sep_conv_3x3", 1), ("sep_conv_5x5", 0), ("avg_pool_3x3", 3),
    ),
    reduce=(
        ("avg_pool_3x3", 1), ("dil_conv_5x5", 0), ("skip_connect", 0), ("sep_conv_3x3", 1),
        ("avg_pool_3x3", 0), ("max_pool_3x3", 2), ("skip_connect", 0), ("sep_conv_5x5", 4),
    ),
)  # fmt: skip
_PLUS_PLUS = Genotype(
    normal=(
        ("sep_conv_3x3", 1), ("avg_pool_3x3", 0), ("sep_conv_3x3", 2), ("sep_conv_3x3", 1),
        ("sep_conv_5x5", 3), ("dil_conv_5x5", 0), ("sep_conv_3x3", 2), ("sep_conv_5x5", 1),
    ),
    reduce=(
        ("sep_conv_5x5", 1), ("dil_conv_5x5", 0), ("max_pool_3x3", 0), ("max_pool_3x3", 2),
        ("sep_conv_5x5", 0), ("sep_conv_5x5", 2), ("dil_conv_5x5", 4), ("sep_conv_3x3", 0),
    ),
)  # fmt: skip
_ERRORS = {
    _PLUS: {"cifar10": 2.45, "cifar100": 17.08, "imagenet": 25.4},
    _PLUS_PLUS: {"cifar10": 2.64, "cifar100": 16.35, "imagenet": 24.4},
}


def published_error(genotype: Genotype, dataset: str) -> float:
    """Return the published test error of a network of these cells in percent; NaN where none is."""
    return _ERRORS.get(genotype, {}).get(dataset, math.nan)
