"""What operators a network calls while a batch goes through it, and what they multiply."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

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
ELEMENTWISE = "mul", "mul_", "div", "div_"
_POOLS = {"avg_pool2d": 3, "max_pool2d_with_indices": 3, "convolution": 4}


@dataclass
class Seen:
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


class Watch(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Notes every operator that is called meanwhile.

    Args:
        seen: where it is noted.
        weights: the names of layers by the memory of their weights.
        others: the names of other matrices among the parameters, likewise.
        batch: what goes through the network.
        apart: the memory of parameters of embeddings, which are no weights of layers.
    """

    def __init__(
        self,
        seen: Seen,
        weights: dict[int, str],
        others: dict[int, str],
        batch: Tensor,
        apart: Collection[int] = (),
    ) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._seen, self._weights, self._others = seen, weights, others
        self._apart = apart
        #: The memory of what has been computed from the batch.
        self._of_batch = {batch.untyped_storage().data_ptr()}

    def __torch_dispatch__(
        self, func: Any, types: Any, args: Sequence[Any] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        inputs = list(tensors_in((*args, *(kwargs or {}).values())))
        out = func(*args, **(kwargs or {}))
        name = func.overloadpacket.__name__
        dependent = [one.untyped_storage().data_ptr() in self._of_batch for one in inputs]
        self._seen.gates |= name in ELEMENTWISE and len(inputs) > 1 and all(dependent)
        for one in tensors_in([out]):
            key = one.untyped_storage().data_ptr()
            (self._of_batch.add if any(dependent) else self._of_batch.discard)(key)
        if torch.Tag.nondeterministic_seeded in func.tags and _draws(name, args, kwargs or {}):
            self._seen.random = True
        if func.is_view or name in _MOVING:
            return out
        self._record(name, args, inputs, out)
        return out

    def _record(self, name: str, args: Sequence[Any], tensors: list[Tensor], out: Any) -> None:
        seen = self._seen
        seen.calls.append((name, tuple(tuple(one.shape) for one in tensors)))
        if name in _RELUS:
            seen.relus.append(tuple(out.shape))
        if name in _NORMS:
            flag = _NORMS[name]
            seen.norms[next(a for a in args if isinstance(a, bool)) if flag is None else flag] -= 1
        if name in _POOLS and len(args) > _POOLS[name] and any(ints_in(args[_POOLS[name]])):
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
        if any(key in self._apart for key in keys):
            return
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


def ints_in(value: Any) -> list[int]:
    """Return a setting of one number or several as a list."""
    return list(value) if isinstance(value, list | tuple) else [value]


def tensors_in(values: Iterable[Any]) -> Iterable[Tensor]:
    """Yield the tensors among values and lists of values."""
    for value in values:
        if isinstance(value, Tensor):
            yield value
        elif isinstance(value, list | tuple):
            yield from tensors_in(value)
