"""What the calls in a pickle of results make: containers and numpy's numbers; everything else stays a name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

#: Types that numpy's pickled scalars may have.
_SCALARS = ("f8", "f4", "i8", "i4", "u1", "b1")


class PickleError(ValueError):
    """It is no pickle, is damaged, or holds what no results need."""


@dataclass(frozen=True)
class Foreign:
    """A class or function by its name, or something made by one: it stays a name."""

    name: str


def made(function: Any, arguments: Any) -> Any:
    """Return what a pickle wants to be made by calling *function*; nothing is called but for containers and numpy's numbers."""
    if not isinstance(function, Foreign) or not isinstance(arguments, tuple):
        raise PickleError("a call of what is no function")
    match function.name:
        case "collections.OrderedDict" | "collections.defaultdict":
            items = arguments[0] if arguments and isinstance(arguments[0], list) else []
            return dict(items)
        case "builtins.set" | "__builtin__.set":
            return list(arguments[0])
        case "numpy.dtype":
            return Foreign(f"dtype {arguments[0]}")
        case "_codecs.encode":
            return arguments[0].encode("latin-1")
        case "numpy.core.multiarray.scalar" | "numpy._core.multiarray.scalar":
            kind = arguments[0].name.removeprefix("dtype ")
            if kind not in _SCALARS:
                raise PickleError(f"a number of type {kind}")
            return np.frombuffer(arguments[1], dtype=np.dtype(kind).newbyteorder("<"))[0].item()
    return Foreign(f"made by {function.name}")
