"""SWAP, sample-wise activation patterns.

Yameng Peng, Andy Song, Haytham Fayek, Vic Ciesielski, Xiaojun Chang, "SWAP-NAS: Sample-Wise
Activation Patterns for Ultra-Fast NAS", ICLR 2024, https://arxiv.org/abs/2403.04161

score = number of distinct patterns of activity over the images of a small batch, among all units;
regularised, times exp(-(P - mu)^2 / sigma), P being the number of parameters.

For transformers: the same authors, "Zero-Shot Neural Network Evaluation with Sample-Wise Activation
Patterns", TPAMI 2026, https://arxiv.org/abs/2605.07378, which counts GELU and SiLU as well.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from statistics import fmean
from typing import TYPE_CHECKING

from proxies import Paper, proxy
from proxies.entries import Decimal

if TYPE_CHECKING:
    from proxies.entries import OptionValue
    from proxies.passes.activations import NeuronPatterns
    from proxies.passes.cost import Cost

#: The value of mu and sigma without a prior on size.
NONE = "none"
MILLION = 10**6
#: More millions of parameters than any benchmark's networks have.
MOST = 500


def patterns_of(options: Mapping[str, OptionValue]) -> str:
    """Return the pass that collects the patterns."""
    if options["activations"] == "any":
        return "any_patterns"
    return "gaussian_patterns" if options["weights"] == "normal" else "neuron_patterns"


def _reads(options: Mapping[str, OptionValue]) -> str | tuple[str, ...]:
    patterns = patterns_of(options)
    return patterns if options["mu"] == NONE else (patterns, "cost")


def _refuses(options: Mapping[str, OptionValue]) -> str:
    if (options["mu"] == NONE) != (options["sigma"] == NONE):
        return "the prior on size has both mu and sigma: give the other too"
    if options["sigma"] == "0":
        return "sigma is above 0"
    if options["mu"] != NONE and float(options["mu"]) > MOST:
        return f"mu is in millions of parameters, and {options['mu']} million are more than {MOST}"
    if options["activations"] == "any" and options["weights"] == "normal":
        return "activations=any is of the network's own weights: leave out weights=normal"
    return ""


def _tuned(options: Mapping[str, OptionValue]) -> str:
    return "" if options["mu"] == NONE else "mu and sigma are a prior on size"


@proxy(
    "swap",
    reads=_reads,
    refuses=_refuses,
    tuned=_tuned,
    paper=Paper("Peng et al.", 2024, "https://arxiv.org/abs/2403.04161"),
    options={
        "batch": 16,
        "weights": ("drawn", "normal"),
        "repeats": 32,
        "activations": ("relu", "any"),
        "mu": Decimal(NONE),
        "sigma": Decimal(NONE),
    },
)
def swap(
    patterns: NeuronPatterns,
    cost: Cost | None = None,
    *,
    mu: str = NONE,
    sigma: str = NONE,
    **_settled: object,
) -> float:
    """Number of distinct sample-wise activation patterns.

    For each unit the set of images that activate it.

    By default it is that of the network's own weights. weights=normal is what the reference does:
    the mean over 32 draws (repeats) of standard normal weights. A batch of 16 has at most 65,536
    patterns, of which large cells of NAS-Bench-201 show nearly all. activations=any counts the
    units of GELU and SiLU beside those of ReLU, in a transformer each at every token: 62 sequences
    (batch) are the most that it takes, and there nearly every unit has a pattern of its own.

    mu and sigma make it the authors' regularised score: times exp(-(P - mu)^2 / sigma), with P the
    parameters in millions. That is a prior on the size of good networks, which somebody has tuned:
    a score with it is not free of trained networks, and says how near a network is to mu millions
    of parameters. The authors' code counts thousands: mu=0.6,sigma=0.1 is 600 and 100000 there.
    Far from mu the factor is 0 within rounding, and such networks tie.
    """
    distinct = fmean(patterns.distinct)
    if cost is None:
        return distinct
    return distinct * math.exp(-((cost.params / MILLION - float(mu)) ** 2) / float(sigma))
