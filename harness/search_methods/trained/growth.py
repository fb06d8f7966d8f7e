"""Operations that enter a supernet one after the other.

Zhu et al., "Operation-level Progressive Differentiable Architecture Search", ICDM 2021,
https://arxiv.org/abs/2302.05632: the supernet begins with one convolution; the operation with which
its training loss is largest enters next, the skip connection last.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence

import torch

from benchmarks_data.spaces.choice import Choice
from harness.search_methods.trained.methods import SKIP
from harness.search_methods.trained.relaxed import Batch, Relaxed

#: What an operation with weights has in its name.
WEIGHTED = "conv"


def candidates(choices: Sequence[Choice], entered: Sequence[str]) -> list[str]:
    """Return the operations that may enter next: first one with weights, then any, the skip
    connection when nothing else is left; none when all have entered.
    """
    names = list(dict.fromkeys(kind for choice in choices for kind in choice.operations))
    left = [name for name in names if name not in entered]
    if not entered:
        return [name for name in left if WEIGHTED in name]
    return [name for name in left if name != SKIP] or left


def kept_with(choices: Sequence[Choice], entered: Sequence[str]) -> list[list[bool]]:
    """Return for every choice which of its candidates have entered."""
    return [[kind in entered for kind in choice.operations] for choice in choices]


def next_operation(
    net: Relaxed, entered: Sequence[str], batches: Callable[[], Iterable[Batch]]
) -> str:
    """Return the operation that enters: of those that may, the one with the largest loss, the first
    of equals. The supernet's candidates are then those that had entered before.

    Args:
        net: alpha of what has not entered is as it enters.
        entered: what has, in order.
        batches: returns the images of the weights.

    Raises:
        FloatingPointError: a loss is no number.
    """
    choices = net.supernet.choices
    names = candidates(choices, entered)
    if len(names) == 1:
        return names[0]
    losses = {}
    for name in names:
        net.supernet.gates.keep(kept_with(choices, [*entered, name]))
        with torch.no_grad():
            values = [float(net.loss(batch)[0]) for batch in batches()]
        losses[name] = math.fsum(values) / len(values)
    net.supernet.gates.keep(kept_with(choices, entered))
    if not all(map(math.isfinite, losses.values())):
        raise FloatingPointError("the loss is no number when an operation enters")
    return max(losses, key=lambda name: losses[name])
