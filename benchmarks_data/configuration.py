"""Architectures that are written as JSON: each space has a typed model of its configurations."""

from __future__ import annotations

from typing import TypeVar

import msgspec

from benchmarks_data.errors import InputError

#: Characters of a configuration at most: those that are published have a few thousand.
LONGEST = 20_000

C = TypeVar("C")


def read_configuration(text: str, model: type[C], benchmark: str) -> C:
    """Return the configuration that a JSON *text* holds.

    Args:
        text: of one architecture, as a table lists it.
        model: a ``msgspec.Struct`` that says which values there are.
        benchmark: its name, for people.

    Raises:
        InputError: the text is too long, no JSON, or holds something else than the model says.
    """
    if len(text) > LONGEST:
        raise InputError(
            f"{text[:60]!r}... is no architecture of {benchmark}: it has {len(text)} characters, "
            f"and at most {LONGEST} are read"
        )
    try:
        return msgspec.json.decode(text, type=model)
    except (ValueError, RecursionError) as error:
        given = repr(text) if len(text) <= 120 else f"{text[:120]!r}..."
        reason = " ".join(str(error).split())
        raise InputError(f"{given} is no architecture of {benchmark}: {reason}") from error
