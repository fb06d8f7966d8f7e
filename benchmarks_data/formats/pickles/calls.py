"""What the calls in a pickle of results make: containers and numpy's numbers.

Everything else stays a name.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

#: Types that numpy's pickled scalars may have.
_SCALARS = ("f8", "f4", "i8", "i4", "u1", "b1")
#: Types of the keys of dictionaries.
_KEYS = {str, int, float, bool, type(None)}


class PickleError(ValueError):
    """It is no pickle, is damaged, or holds what no results need."""


@dataclass(frozen=True)
class Foreign:
    """A class or function by its name, or something made by one: it stays a name."""

    name: str


def made(function: Any, arguments: Any) -> Any:
    """Return what a pickle wants to be made by calling *function*.

    Nothing is called but for containers and numpy's numbers.
    """
    if not isinstance(function, Foreign) or not isinstance(arguments, tuple):
        raise PickleError("a call of what is no function")
    match function.name:
        case "collections.OrderedDict" | "collections.defaultdict":
            items = arguments[0] if arguments and isinstance(arguments[0], list) else []
            plain_keys([key for key, _ in items])
            return dict(items)
        case "builtins.set" | "__builtin__.set":
            return list(arguments[0])
        case "numpy.dtype":
            if not isinstance(arguments[0], str):
                raise PickleError("a type that is no text")
            return Foreign(f"dtype {arguments[0][:10]}")
        case "_codecs.encode":
            if not isinstance(arguments[0], str):
                raise PickleError("an encoding of what is no text")
            return arguments[0].encode("latin-1")
        case "numpy.core.multiarray.scalar" | "numpy._core.multiarray.scalar":
            if not isinstance(arguments[0], Foreign) or not isinstance(arguments[1], bytes):
                raise PickleError("a number of no type")
            kind = arguments[0].name.removeprefix("dtype ")
            if kind not in _SCALARS:
                raise PickleError(f"a number of type {kind}")
            return np.frombuffer(arguments[1], dtype=np.dtype(kind).newbyteorder("<"))[0].item()
    return Foreign(f"made by {function.name.removeprefix('made by ')}")


def plain_keys(keys: list[Any]) -> list[Any]:
    """Return *keys*.

    Raises:
        PickleError: unless each is a text, a number or a tuple of some of these.
    """
    if not set(map(type, keys)) <= _KEYS:
        for key in keys:
            if type(key) not in _KEYS and not (
                type(key) is tuple and len(key) < 8 and set(map(type, key)) <= _KEYS
            ):
                raise PickleError("a key that is neither text nor number")
    return keys
