"""Architectures that are written as JSON objects: bounded, and checked entry by entry."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import msgspec

from benchmarks_data.errors import InputError, unknown

#: Characters of a configuration at most.
LONGEST = 2**14

M = TypeVar("M")


def read_object(text: str) -> dict[str, Any]:
    """Return the JSON object that *text* is.

    Raises:
        InputError: it is none, is longer than LONGEST, or names an entry twice.
    """
    if len(text) > LONGEST:
        raise InputError(
            f"a configuration of {len(text)} characters is too long: expected {LONGEST} at most"
        )
    try:
        value = json.loads(text, object_pairs_hook=_unique, parse_constant=_no_number)
    except InputError:
        raise
    except RecursionError:
        raise InputError("the configuration is nested too deeply") from None
    except ValueError as error:  # also of numbers with thousands of digits
        raise InputError(f"the configuration is no JSON ({error}): {shown(text)}") from error
    if not isinstance(value, dict):
        raise InputError(f"the configuration must be a JSON object, not {shown(value)}")
    return value


def read_model(text: str, model: type[M]) -> M:
    """Return the JSON object that *text* is as a ``msgspec.Struct``, which says what it may hold.

    Raises:
        InputError: as :func:`read_object`, or it holds something else.
    """
    values = read_object(text)
    try:
        return msgspec.convert(values, model)
    except (ValueError, OverflowError) as error:  # some of whose words are the text's own
        reason = ascii(str(error))[1:-1][:200]
        raise InputError(f"the configuration is not of the space: {reason}") from error


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise InputError(f"the configuration names {shown(twice)} twice")
    return values


def _no_number(text: str) -> None:
    raise InputError(f"the configuration holds {text}, which is no number")


def check_names(values: Mapping[str, Any], names: Sequence[str]) -> None:
    """Raise InputError unless *values* has exactly the entries *names*."""
    for name in values:
        if name not in names:
            raise unknown("entry of a configuration", name[:40], names)
    if absent := [name for name in names if name not in values]:
        raise InputError(f"the configuration lacks {', '.join(absent)}")


def whole(name: str, value: Any, low: int, high: int) -> int:
    """Return a whole number from *low* to *high*; raise InputError for anything else."""
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise InputError(f"{name} must be a whole number from {low} to {high}, not {shown(value)}")
    return value


def wholes(name: str, value: Any, count: int | None, low: int, high: int) -> tuple[int, ...]:
    """Return *count* whole numbers, any number of them without it."""
    if not isinstance(value, list) or (count is not None and len(value) != count):
        many = "whole numbers" if count is None else f"{count} whole numbers"
        raise InputError(f"{name} must be a list of {many}, not {shown(value)}")
    return tuple(whole(f"{name}[{place}]", one, low, high) for place, one in enumerate(value))


def flag(name: str, value: Any) -> bool:
    """Return true or false; raise InputError for anything else."""
    if not isinstance(value, bool):
        raise InputError(f"{name} must be true or false, not {shown(value)}")
    return value


def positive(name: str, value: Any, high: float) -> float:
    """Return a positive number up to *high*; raise InputError for anything else."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or not 0 < value <= high:
        raise InputError(f"{name} must be a positive number up to {high:g}, not {shown(value)}")
    return float(value)


def one_of(name: str, value: Any, words: Sequence[Any]) -> Any:
    """Return a value among *words*, of which what is built knows no other."""
    if not any(type(value) is type(word) and value == word for word in words):
        listed = " or ".join(json.dumps(word) for word in words)
        raise InputError(f"{name} must be {listed}, not {shown(value)}: others are not rebuilt")
    return value


def shown(value: Any) -> str:
    """Return a foreign value in one short line."""
    text = value if isinstance(value, str) else repr(value)
    return ascii(text[:40])[1:-1] + ("..." if len(text) > 40 else "")
