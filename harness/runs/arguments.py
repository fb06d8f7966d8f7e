"""What a call in Python is given, checked and turned into the options of a run."""

from __future__ import annotations

import inspect
import operator
import os
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks_data.errors import InputError, unknown
from benchmarks_data.populations import POPULATIONS
from harness.runs.plan import RunOptions
from harness.scoring.job import PRECISIONS

#: What options of the command line are called in Python.
_WORDS = {
    "tables": "table",
    "proxy": "proxies",
    "replace": "replace=True",
    "no-shipped": "shipped=False",
}
#: A list with more items is not shown.
LISTED = 8
_OPTION = re.compile(
    r"--(archs|tables|target|against|focus|proxy|store|images|tokens|dtype|replace|no-shipped)\b"
)


@contextmanager
def in_python_words() -> Iterator[None]:
    """Raise InputErrors anew, from here, with arguments in place of options of the command line."""
    try:
        yield
    except InputError as error:
        raise InputError(python_words(str(error))) from None


def python_words(text: str) -> str:
    """Return a message of the command line with arguments in place of options."""
    return _OPTION.sub(lambda one: _WORDS.get(one[1], one[1]), text.replace(" with --out", ""))


def call_text(function: Callable[..., Any], given: dict[str, Any]) -> str:
    """Return a call as one would type it, but for the arguments that are as by default.

    What is no plain value is named in angle brackets.
    """
    parameters = inspect.signature(function).parameters
    texts = [
        _text(given[name]) if one.default is one.empty else f"{name}={_text(given[name])}"
        for name, one in parameters.items()
        if given[name] is not one.default
    ]
    return f"harness.{function.__name__}({', '.join(texts)})"


def _text(value: Any) -> str:
    if isinstance(value, str | bool | int | None):
        return repr(value)
    if isinstance(value, os.PathLike):
        return repr(os.fspath(value))
    if isinstance(value, list | tuple) and len(value) <= LISTED:
        return f"[{', '.join(map(_text, value))}]"
    if name := getattr(value, "__name__", ""):
        return str(name)
    count = f" of {len(value)}" if hasattr(value, "__len__") else ""
    return f"<{type(value).__name__}{count}>"


def options_of(names: list[str], benchmark: str, given: dict[str, Any]) -> RunOptions:
    """Return what a call asks for, as the options of a run.

    Args:
        names: of proxies.
        benchmark: its name.
        given: the other arguments of :func:`harness.runs.evaluation.evaluate`.

    Raises:
        InputError: an argument is of no use.
    """
    for name, known in (("population", POPULATIONS), ("dtype", PRECISIONS)):
        if given[name] not in known:
            raise unknown(name, str(given[name]), known)
    table, batches = given["table"], given["batches"]
    return RunOptions(
        proxies=names,
        benchmark=benchmark,
        dataset=_text_of("dataset", given["dataset"]),
        archs=_archs(given["archs"]),
        sample_seed=_whole("sample_seed", given["sample_seed"], 0),
        population=given["population"],
        seeds=_whole("seeds", given["seeds"]),
        batches=None if batches is None else _whole("batches", batches),
        images=str(path_of("images", given["images"])),
        tokens=None if given["tokens"] is None else str(path_of("tokens", given["tokens"])),
        targets=_targets(given["target"]),
        tables=None if table is None or is_frame(table) else _places("table", table),
        against=_text_of("against", given["against"]),
        focus=_text_of("focus", given["focus"]),
        shipped=flag_of("shipped", given["shipped"]),
        device=str(given["device"]),
        dtype=given["dtype"],
    )


def workers_of(given: Any) -> int:
    """Return the number of workers; raise InputError when it is none."""
    return _whole("workers", given)


def flag_of(name: str, value: Any) -> bool:
    """Return an argument that is True or False; raise InputError when it is neither."""
    if not isinstance(value, bool):
        raise InputError(f"{name}: expected True or False, not {value!r}")
    return value


def store_of(given: Any) -> Path | None:
    """Return the file of the store, None for a temporary one; raise InputError otherwise."""
    return None if given is None else path_of("store", given)


def is_frame(table: Any) -> bool:
    """Return whether a table was given as a frame."""
    import pandas as pd

    return isinstance(table, pd.DataFrame)


def _whole(name: str, value: Any, least: int = 1) -> int:
    try:
        number = operator.index(value)
    except TypeError:
        number = least - 1
    if isinstance(value, bool) or number < least:
        raise InputError(f"{name}: expected a whole number from {least} on, not {value!r}")
    return number


def _text_of(name: str, value: Any) -> str | None:
    if value is not None and not isinstance(value, str):
        raise InputError(f"{name}: expected a name, not {value!r}")
    return value


def path_of(name: str, value: Any) -> Path:
    """Return an argument as a path; raise InputError when it is none."""
    if not isinstance(value, str | os.PathLike) or not str(value):
        raise InputError(f"{name}: expected a name or a path, not {value!r}")
    return Path(value)


def _places(name: str, value: Any) -> Path:
    """Return a folder, a file or a list of them as one path that joins them."""
    several = value if isinstance(value, list | tuple) and value else [value]
    return Path(os.pathsep.join(str(path_of(name, one)) for one in several))


def _archs(given: Any) -> str | tuple[int | str, ...]:
    if isinstance(given, str | os.PathLike):
        return str(path_of("archs", given))
    if isinstance(given, Iterable):
        return tuple(given)
    return str(_whole("archs", given))


def _targets(given: Any) -> list[str] | None:
    if given is None:
        return None
    names = [given] if isinstance(given, str) else given
    if not isinstance(names, Iterable) or not all(isinstance(one, str) for one in names):
        raise InputError(f"target: expected names of columns, not {given!r}")
    return list(names)
