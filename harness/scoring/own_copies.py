"""Copies of a network of the caller's, as passes take them."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from functools import partial
from types import FunctionType

import torch
from torch import Tensor, nn

from benchmarks_data.errors import InputError
from benchmarks_data.initialisation import generator, initialise
from harness.scoring.own_inputs import Fed, Keywords
from proxies.passes.common import laid_out

DRAWN, AS_THEY_ARE = "drawn", "as they are"
WEIGHTS = (AS_THEY_ARE, DRAWN)


@dataclass(frozen=True)
class Setting:
    """How a network is scored, besides what it is fed.

    ``channels_last`` lays out images and weights as networks of benchmarks have them; otherwise
    they keep the caller's layout, which views of a network's own may need.
    """

    seed: int
    weights: str
    dtype: torch.dtype
    device: torch.device
    classes: int | None = None
    channels_last: bool = True


def prepared(network: nn.Module, fed: Fed, setting: Setting) -> nn.Module:
    """Return a copy of a network as passes take it: in evaluation mode, where dropout does nothing,
    and its weights in the layout and precision of the computation.
    """
    if any(isinstance(one, nn.parameter.UninitializedParameter) for one in network.parameters()):
        raise InputError("the network has lazy modules: send something through it first")
    _check_parts(network)
    try:
        own = copy.deepcopy(network)
    except Exception as error:
        reason = f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"
        raise InputError(
            f"the network cannot be copied with copy.deepcopy ({reason}): keep no tensors with a "
            "history in it, and take off weight_norm and pruning (remove_weight_norm, "
            "prune.remove)"
        ) from error
    if setting.weights == DRAWN:
        draw_weights(own, setting.seed)
    own = own.eval().to(setting.device, setting.dtype)
    if setting.channels_last:
        for parameter in own.parameters():
            parameter.data = laid_out(parameter.data)
    if fed.inputs is None:
        return own
    return Keywords(
        own,
        {
            name: one.detach().to(
                setting.device, setting.dtype if one.is_floating_point() else one.dtype
            )
            for name, one in fed.inputs.items()
        },
    ).eval()


def _check_parts(network: nn.Module) -> None:
    """Raise InputError where a copy would compute with the original, or no score is defined."""
    for name, module in network.named_modules():
        forward = vars(module).get("forward")
        compiled = type(module).__name__ == "OptimizedModule"  # whose copy has another forward
        if isinstance(forward, FunctionType | partial) and not compiled:
            raise InputError(
                f"{name or 'the network'} ({type(module).__name__}): its forward was replaced by a "
                "function, which would run the original in place of a copy: write it as a method"
            )
    for name, one in network.named_parameters():
        if one.is_complex():
            raise InputError(f"{name} is complex: scores are of real parameters")


def draw_weights(network: nn.Module, seed: int) -> None:
    """Draw all weights anew: convolutions and linear layers as in the networks of benchmarks, any
    other module as its own ``reset_parameters`` does.

    Raises:
        InputError: a module has parameters and no such method.
    """
    for name, module in network.named_modules():
        if isinstance(module, nn.Conv2d | nn.Linear) or not (module._parameters or module._buffers):
            continue
        reset = getattr(module, "reset_parameters", None) or getattr(
            module, "_reset_parameters", None
        )
        if reset is not None:
            with torch.random.fork_rng([]), torch.no_grad():
                torch.manual_seed(generator(seed, name).initial_seed())
                reset()
        elif any(one is not None for one in module._parameters.values()):
            raise InputError(
                f"weights='drawn': {name or 'the network'} ({type(module).__name__}) has "
                "parameters and no reset_parameters(): give it one, or keep the weights"
            )
    initialise(network, seed)


def neutralise(network: nn.Module) -> None:
    """Set biases to 0 and normalisations to what they are at initialisation."""
    with torch.no_grad():
        for module in network.modules():
            if isinstance(module, nn.Conv2d | nn.Linear) and isinstance(module.bias, Tensor):
                module.bias.zero_()
            elif isinstance(module, nn.modules.batchnorm._NormBase | nn.LayerNorm | nn.GroupNorm):
                module.reset_parameters()
