"""Supernets: networks in which every choice of an operation is still open, with a gate on each
candidate.

Liu, Simonyan, Yang, "DARTS: Differentiable Architecture Search", ICLR 2019,
https://arxiv.org/abs/1806.09055
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import reduce
from operator import add

import torch
from torch import Tensor, nn

from benchmarks_data.spaces.choice import NONE, Choice


class Gates:
    """The gates of all choices of a supernet, which every cell that has the choice shares.

    Attributes:
        values: for every choice, a tensor (operations,) that the candidates' outputs are multiplied
            by.
        kept: for every choice, whether each candidate is still there. Those that are not are not
            computed.
    """

    def __init__(self, choices: Sequence[Choice]) -> None:
        self.kept = [[True] * len(choice.operations) for choice in choices]
        self.values = [torch.ones(len(choice.operations)) for choice in choices]

    def keep(self, kept: Sequence[Sequence[bool]]) -> None:
        """Say which candidates are still there."""
        self.kept = [list(flags) for flags in kept]


class Candidates(nn.Module):
    """A choice inside a cell: the sum of its candidates, each times its gate."""

    def __init__(self, gates: Gates, number: int, operations: Mapping[str, nn.Module]) -> None:
        super().__init__()
        self._gates, self._number = gates, number
        self.operations = nn.ModuleDict(operations)

    @property
    def closed(self) -> bool:
        """Whether no candidate is left, as on an edge that was taken away."""
        return not any(self._gates.kept[self._number])

    def forward(self, x: Tensor) -> Tensor:
        gates, kept = self._gates.values[self._number], self._gates.kept[self._number]
        left = [
            (gate, kind, module)
            for gate, keep, (kind, module) in zip(gates, kept, self.operations.items(), strict=True)
            if keep
        ]
        # The operation none is computed where nothing else is left: its sensitivity is 0 in any
        # case.
        return summed(
            gate * module(x) for gate, kind, module in left if kind != NONE or len(left) == 1
        )


def summed(terms: Iterable[Tensor]) -> Tensor:
    """Return the sum of at least one tensor."""
    return reduce(add, terms)


class Supernet(nn.Module):
    """A network with open choices: (batch, 3, height, width) -> logits (batch, classes).

    Attributes:
        space: the name of the search space.
        choices: the choices.
        gates: their gates.
        stages: modules that follow one another; dividing all that one puts out divides the logits
            alike, if biases are zero and nothing is normalised.
    """

    space: str
    choices: tuple[Choice, ...]
    gates: Gates
    stages: list[nn.Module]
