"""What any network does with a batch: the operators that it calls, and what they multiply.

Two small batches of different sizes are sent through a copy of the network. What keeps its shape
then does not depend on the images, and an axis that keeps up counts them.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from proxies.passes.activations import watched
from proxies.passes.common import layers_of, output_hooks
from proxies.view import Anatomy

#: Sizes of the two batches.
SIZES = 2, 3
#: Where matrices are multiplied: the operator, and which of its arguments are the factors.
PRODUCTS = {
    **dict.fromkeys(("mm", "bmm", "mv", "dot", "convolution", "linear"), slice(0, 2)),
    **dict.fromkeys(("addmm", "addmv", "baddbmm", "addbmm"), slice(1, 3)),
    **dict.fromkeys(
        (
            "_scaled_dot_product_flash_attention_for_cpu",
            "_scaled_dot_product_flash_attention",
            "_scaled_dot_product_efficient_attention",
            "_scaled_dot_product_cudnn_attention",
            "_scaled_dot_product_attention_math",
        ),
        slice(0, 3),
    ),
}
#: What parameters outside layers may take part in without being the weights of a layer.
_BESIDE_LAYERS = frozenset(
    [
        "embedding",
        "add",
        "add_",
        "mul",
        "mul_",
        "sub",
        "cat",
        "stack",
        "clone",
        "copy_",
        "_to_copy",
        "repeat",
        "index",
        "index_select",
        "native_batch_norm",
        "_native_batch_norm_legit",
        "_native_batch_norm_legit_no_training",
        "cudnn_batch_norm",
        "miopen_batch_norm",
        "_batch_norm_with_update",
        "_batch_norm_no_update",
        "native_layer_norm",
        "native_group_norm",
        "_prelu_kernel",
    ]
)
#: Shapes and places, which compute nothing.
_MOVING = frozenset(
    [
        "clone",
        "_to_copy",
        "copy_",
        "detach",
        "empty_like",
        "contiguous",
        "_reshape_alias",
        "as_strided",
        "as_strided_",
        "empty",
        "empty_strided",
    ]
)
#: Batch normalisation by running statistics, or by those of a batch as a flag says.
_NORMS = {
    "native_batch_norm": None,
    "_native_batch_norm_legit": None,
    "_native_batch_norm_legit_no_training": False,
    "cudnn_batch_norm": None,
    "miopen_batch_norm": None,
    "_batch_norm_with_update": True,
    "_batch_norm_no_update": False,
}
_RELUS = "relu", "relu_"
_ELEMENTWISE = "mul", "mul_", "div", "div_"
_POOLS = {"avg_pool2d": 3, "max_pool2d_with_indices": 3, "convolution": 4}


@dataclass
class _Seen:
    """What one batch has shown."""

    output: Any = None
    calls: list[tuple[str, tuple[tuple[int, ...], ...]]] = field(default_factory=list)
    relus: list[tuple[int, ...]] = field(default_factory=list)
    #: How many of the ReLUs a mode of functions sees, as passes do.
    watched: int = 0
    layers: list[tuple[int, ...]] = field(default_factory=list)
    #: The factors of each product that has none of a layer's weights: shapes.
    factors: list[tuple[tuple[int, ...], ...]] = field(default_factory=list)
    #: Parameters outside layers that something else than _BESIDE_LAYERS was done with.
    outside: list[str] = field(default_factory=list)
    #: For every layer, how often its module was called less how often its weights were multiplied.
    balance: dict[str, int] = field(default_factory=dict)
    #: The same of paddings: of modules and of operators.
    paddings: int = 0
    #: The same of normalisations: by running statistics, by those of the batch.
    norms: list[int] = field(default_factory=lambda: [0, 0])
    maps: bool = False
    #: Multiplications and divisions of values that both depend on the batch.
    gates: bool = False
    random: bool = False


class _Watch(TorchDispatchMode):  # type: ignore[no-untyped-call]
    def __init__(
        self, seen: _Seen, weights: dict[int, str], others: dict[int, str], batch: Tensor
    ) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._seen, self._weights, self._others = seen, weights, others
        #: The memory of what has been computed from the batch.
        self._of_batch = {batch.untyped_storage().data_ptr()}

    def __torch_dispatch__(
        self, func: Any, types: Any, args: Sequence[Any] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        inputs = list(_tensors((*args, *(kwargs or {}).values())))
        out = func(*args, **(kwargs or {}))
        name = func.overloadpacket.__name__
        dependent = [one.untyped_storage().data_ptr() in self._of_batch for one in inputs]
        self._seen.gates |= name in _ELEMENTWISE and len(inputs) > 1 and all(dependent)
        for one in _tensors([out]):
            key = one.untyped_storage().data_ptr()
            (self._of_batch.add if any(dependent) else self._of_batch.discard)(key)
        if torch.Tag.nondeterministic_seeded in func.tags and _draws(name, args, kwargs or {}):
            self._seen.random = True
        if func.is_view or name in _MOVING:
            return out
        self._record(name, args, kwargs or {}, out)
        return out

    def _record(self, name: str, args: Sequence[Any], kwargs: dict[str, Any], out: Any) -> None:
        seen = self._seen
        tensors = list(_tensors((*args, *kwargs.values())))
        seen.calls.append((name, tuple(tuple(one.shape) for one in tensors)))
        if name in _RELUS:
            seen.relus.append(tuple(out.shape))
        if name in _NORMS:
            flag = _NORMS[name]
            seen.norms[next(a for a in args if isinstance(a, bool)) if flag is None else flag] -= 1
        if name in _POOLS and len(args) > _POOLS[name] and any(_ints(args[_POOLS[name]])):
            seen.paddings -= 1
        if name in PRODUCTS:
            self._product([one for one in args[PRODUCTS[name]] if isinstance(one, Tensor)])
        elif name not in _BESIDE_LAYERS:
            for one in tensors:
                key = one.untyped_storage().data_ptr()
                label = self._others.get(key) or self._weights.get(key)
                if label is not None:
                    seen.outside.append(label)

    def _product(self, factors: list[Tensor]) -> None:
        keys = [one.untyped_storage().data_ptr() for one in factors]
        if layer := next((self._weights[key] for key in keys if key in self._weights), None):
            self._seen.balance[layer] = self._seen.balance.get(layer, 0) - 1
        elif other := next((self._others[key] for key in keys if key in self._others), None):
            self._seen.outside.append(other)
        else:
            self._seen.factors.append(tuple(tuple(one.shape) for one in factors))


def _draws(name: str, args: Sequence[Any], kwargs: dict[str, Any]) -> bool:
    """Return whether an operator that may draw random numbers does: attention without dropout does
    not.
    """
    if "attention" not in name:
        return True
    return any(isinstance(one, float) and one > 0 for one in (*args[3:], *kwargs.values()))


def _ints(value: Any) -> list[int]:
    return list(value) if isinstance(value, list | tuple) else [value]


def _tensors(values: Iterable[Any]) -> Iterable[Tensor]:
    for value in values:
        if isinstance(value, Tensor):
            yield value
        elif isinstance(value, list | tuple):
            yield from _tensors(value)


def anatomy(network: nn.Module, batch: Callable[[int], Tensor], *, images: bool) -> Anatomy:
    """Return what *network* does in evaluation mode.

    Args:
        network: a copy that may be used up, in evaluation mode, without derivatives.
        batch: returns that many samples.
        images: whether these are images.

    Raises:
        Exception: what the network raises.
    """
    one, other, again = (_seen(network, batch(size)) for size in (*SIZES, SIZES[0]))
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


def _seen(network: nn.Module, batch: Tensor) -> _Seen:
    seen = _Seen()
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
        if p.untyped_storage().data_ptr() not in weights
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
        seen.paddings += bool(any(_ints(getattr(module, "padding", 0))))

    with (
        output_hooks(layers.values(), count),
        output_hooks(pooling, pad),
        output_hooks(normalising, norm),
        torch.no_grad(),
        ExitStack() as stack,
    ):
        stack.enter_context(_Watch(seen, weights, others, batch))
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


def _outside(one: _Seen, other: _Seen) -> str:
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


def _gates(one: _Seen, other: _Seen) -> bool:
    """Return whether two things that depend on the images are multiplied or divided elementwise."""
    return any(
        name in _ELEMENTWISE
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
