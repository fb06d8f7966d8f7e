"""What a checkpoint holds, put back into a search: whatever no search comes to is refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.optim import Optimizer
from torch.optim.lr_scheduler import CosineAnnealingLR

#: What a schedule changes in a group of parameters.
RATES = ("lr", "initial_lr")
#: How far rounding may take a rate above the one that a cosine starts from.
ROUNDING = 1e-9


def fill(values: Sequence[Tensor], stored: Sequence[Tensor]) -> None:
    """Write stored tensors into tensors of the same shapes.

    Raises:
        ValueError, AttributeError: they are others.
    """
    with torch.no_grad():
        for value, one in zip(values, stored, strict=True):
            if value.shape != one.shape:
                raise ValueError("a tensor of another shape")
            value.copy_(one)


def load_optimiser(optimiser: Optimizer, stored: Mapping[str, Any], largest: float) -> None:
    """Go on with an optimiser whose rate never exceeds *largest*.

    Raises:
        ValueError, TypeError, LookupError, AttributeError: it is another one's.
    """
    (own,), (group,) = optimiser.param_groups, stored["param_groups"]
    for name in own.keys() & group.keys() - {*RATES, "params"}:
        if own[name] != group[name]:
            raise ValueError(f"another {name}")
    for name in RATES:
        if name in group and not 0 <= group[name] <= largest * (1 + ROUNDING):
            raise ValueError("a rate that the search does not have")
    for number, state in stored["state"].items():
        shapes = (own["params"][number].shape, torch.Size(()))
        if any(value is not None and value.shape not in shapes for value in state.values()):
            raise ValueError("a tensor of another shape")
    optimiser.load_state_dict(dict(stored))


def load_cosine(cosine: CosineAnnealingLR, stored: Mapping[str, Any]) -> None:
    """Go on with the schedule of a rate.

    Raises:
        ValueError, TypeError, LookupError: it is another one's.
    """
    own = cosine.state_dict()
    for name in ("T_max", "eta_min", "base_lrs", "last_epoch", "_last_lr"):
        if type(stored[name]) is not type(own[name]):
            raise TypeError(f"another kind of {name}")
    if stored["T_max"] < 1:
        raise ValueError("a cosine over no epoch")
    cosine.load_state_dict(dict(stored))
