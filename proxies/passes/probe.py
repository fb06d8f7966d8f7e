"""What any network does with a batch: the operators that it calls, and what they multiply.

Two small batches of different sizes are sent through a copy of the network. What keeps its shape
then does not depend on the images, and an axis that keeps up counts them.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Sequence
from contextlib import ExitStack
from itertools import chain
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.utils._pytree import tree_leaves

from proxies.passes.activations import watched
from proxies.passes.common import layers_of, output_hooks
from proxies.passes.watch import ELEMENTWISE, Seen, Watch, ints_in
from proxies.view import Anatomy

#: Sizes of the two batches.
SIZES = 2, 3


def anatomy(
    network: nn.Module,
    batch: Callable[[int], Tensor],
    *,
    images: bool,
    embeddings: Sequence[nn.Module] = (),
) -> Anatomy:
    """Return what *network* does in evaluation mode.

    Long, as it names every field of an Anatomy.

    Args:
        network: a copy that may be used up, in evaluation mode, without derivatives.
        batch: returns that many samples.
        images: whether these are images.
        embeddings: modules of the network whose parameters are no weights of layers.

    Raises:
        Exception: what the network raises.
    """
    apart = {
        parameter.untyped_storage().data_ptr()
        for module in embeddings
        for parameter in module.parameters()
    }
    sizes = *SIZES, SIZES[0]
    one, other, again = (_seen(network, batch(size), apart) for size in sizes)
    return Anatomy(
        images=images,
        operators=frozenset(name for name, _ in one.calls),
        output=tuple(one.output.shape) if isinstance(one.output, Tensor) else None,
        random=one.random,
        unstable=not _same(one.output, again.output),
        varies=[name for name, _ in one.calls] != [name for name, _ in other.calls],
        relus_by_sample=_by_sample(one.relus, other.relus),
        relus_hidden=one.watched != len(one.relus)
        or any(isinstance(module, torch.jit.ScriptModule) for module in network.modules()),
        layers_by_sample=_by_sample(one.layers, other.layers),
        outside=_outside(one, other),
        products=bool(one.factors),
        gates=one.gates or _gates(one, other),
        other_parameters=_other_parameters(network),
        frozen=next(
            (name for name, layer in layers_of(network).items() if not layer.weight.requires_grad),
            "",
        ),
        norms=one.norms[0] != 0,
        batch_norms=one.norms[1] != 0,
        maps=one.maps,
        tied=_tied(network),
        pads_by_itself=one.paddings != 0 or "constant_pad_nd" in {name for name, _ in one.calls},
    )


def _seen(network: nn.Module, batch: Tensor, apart: Collection[int]) -> Seen:
    """Send a batch through a network, and return what it is seen to do.

    Long, as its hooks share what they fill.
    """
    seen = Seen()
    layers = layers_of(network)
    # A weight that is computed is another tensor each time: it is of no layer here.
    keys = {
        name: weight.untyped_storage().data_ptr()
        for name, layer in layers.items()
        if (weight := layer._parameters.get("weight")) is not None
    }
    weights = {key: name for name, key in keys.items()}
    others = {
        p.untyped_storage().data_ptr(): name
        for name, p in network.named_parameters()
        if p.untyped_storage().data_ptr() not in {*weights, *apart}
        and p.dim() > 1
        and p.untyped_storage().size() > 0
    }
    names: dict[nn.Module, str] = {
        layer: weights.get(keys.get(name, 0), name) for name, layer in layers.items()
    }
    pooling = [m for m in network.modules() if isinstance(m, nn.AvgPool2d | nn.MaxPool2d)]

    normalising = [m for m in network.modules() if isinstance(m, nn.modules.batchnorm._NormBase)]

    def count(layer: nn.Module, output: Any) -> None:
        key = names[layer]
        seen.balance[key] = seen.balance.get(key, 0) + 1
        seen.layers.append(tuple(output.shape))
        if isinstance(layer, nn.Conv2d):
            pad(layer, output)
        else:
            seen.maps |= output.dim() != 2

    def norm(module: nn.Module, _: Any) -> None:
        seen.norms[getattr(module, "running_mean", None) is None] += 1

    def watch(_: Tensor) -> None:
        seen.watched += 1

    def pad(module: nn.Module, _: Any) -> None:
        seen.paddings += bool(any(ints_in(getattr(module, "padding", 0))))

    with (
        output_hooks(layers.values(), count),
        output_hooks(pooling, pad),
        output_hooks(normalising, norm),
        torch.no_grad(),
        ExitStack() as stack,
    ):
        stack.enter_context(Watch(seen, weights, others, batch, apart))
        stack.enter_context(watched(watch))
        before = _other_randomness()
        seen.output = network(batch)
        seen.random |= _other_randomness() != before
    return seen


def _other_randomness() -> tuple[object, ...]:
    """Return the global random states of Python and numpy, to be compared."""
    kind, keys, *rest = np.random.get_state(legacy=True)  # noqa: NPY002
    return random.getstate(), kind, np.asarray(keys).tobytes(), *rest


def _same(output: Any, again: Any) -> bool:
    """Return whether two outputs are the same but for rounding."""
    one, other = tree_leaves(output), tree_leaves(again)
    return len(one) == len(other) and all(
        a.shape == b.shape and torch.allclose(a, b, rtol=1e-4, atol=1e-6, equal_nan=True)
        for a, b in zip(one, other, strict=True)
        if isinstance(a, Tensor) and isinstance(b, Tensor)
    )


def _tied(network: nn.Module) -> str:
    """Return the names of two layers that have one weight."""
    owners: dict[int, str] = {}
    for name, layer in layers_of(network).items():
        weight = layer._parameters.get("weight")
        if weight is not None and weight.numel():
            other = owners.setdefault(weight.untyped_storage().data_ptr(), name)
            if other != name:
                return f"{other} and {name}"
    return ""


def _by_sample(one: list[tuple[int, ...]], other: list[tuple[int, ...]]) -> bool:
    return len(one) == len(other) and all(
        shape[:1] == (size,)
        for size, shape in chain(
            ((SIZES[0], shape) for shape in one), ((SIZES[1], shape) for shape in other)
        )
    )


def _outside(one: Seen, other: Seen) -> str:
    """Return which weights are multiplied outside the layers' modules, empty when none are."""
    if one.outside:
        return one.outside[0]
    for name, number in one.balance.items():
        if number:
            return f"{name}.weight"
    for before, after in zip(one.factors, other.factors, strict=False):
        if any(a == b for a, b in zip(before, after, strict=False)):
            return f"a matrix of shape {next(a for a in before if a in after)}"
    return ""


def _gates(one: Seen, other: Seen) -> bool:
    """Return whether two things that depend on the images are multiplied or divided elementwise."""
    return any(
        name in ELEMENTWISE
        and len(before) > 1
        and all(a != b for a, b in zip(before, after, strict=False))
        for (name, before), (_, after) in zip(one.calls, other.calls, strict=False)
    )


def _other_parameters(network: nn.Module) -> str:
    known = (
        nn.Conv2d,
        nn.Linear,
        nn.LayerNorm,
        nn.GroupNorm,
        nn.modules.batchnorm._NormBase,
    )
    return next(
        (
            f"{name}.{key}" if name else key
            for name, module in network.named_modules()
            if not isinstance(module, known)
            for key, _ in module.named_parameters(recurse=False)
        ),
        "",
    )
