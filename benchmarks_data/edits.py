"""Edits of an architecture that is a sequence of choices."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

Choice = TypeVar("Choice")


def one_changed(
    structure: Sequence[Choice], choices: Sequence[Choice]
) -> Iterator[tuple[Choice, ...]]:
    """Yield every sequence that differs from *structure* in one place, with another of *choices*.

    These are len(structure) * (len(choices) - 1).
    """
    for place, kept in enumerate(structure):
        for choice in choices:
            if choice != kept:
                yield (*structure[:place], choice, *structure[place + 1 :])
