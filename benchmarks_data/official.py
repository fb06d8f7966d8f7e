"""What readers of official files share: the rows that they yield, and an unpickler that knows no classes but plain containers."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any

from benchmarks_data.errors import InputError


@dataclass(frozen=True)
class Row:
    """The results of an architecture: its index, values by column, and which part of the source has been read (0 to 1)."""

    index: int
    values: dict[str, float]
    done: float


Rows = Iterator[Row]

#: What a pickle of results may name: containers and numbers of numpy.
ALLOWED = frozenset(
    {
        ("collections", "OrderedDict"),
        ("collections", "defaultdict"),
        ("builtins", "list"),
        ("builtins", "dict"),
        ("builtins", "set"),
        ("numpy", "dtype"),
        ("numpy.core.multiarray", "scalar"),
        ("numpy._core.multiarray", "scalar"),
    }
)


class _PlainUnpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in ALLOWED:
            raise InputError(f"it names {module}.{name}, which no results need")
        return super().find_class(module, name)


def load_plain(file: IO[bytes], name: str) -> Any:
    """Return what a pickle holds; raise InputError, which names the file, when it is damaged or names a foreign class."""
    try:
        return _PlainUnpickler(file).load()
    except InputError as error:
        raise InputError(f"{name} is not trusted: {error}") from error
    except Exception as error:  # a damaged pickle may raise almost anything
        raise InputError(f"{name} is damaged ({type(error).__name__}: {error}): fetch it again") from error
