"""The one exception for input that a person can mend."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class InputError(ValueError):
    """Something that was given cannot be used.

    The message is one line: what was wrong, where, and what to do. Commands print it and exit with
    status 2.
    """


class NoTable(InputError):
    """A benchmark has no table in the places that were named, or none was named."""


def nearest(given: str, available: Iterable[str]) -> str:
    """Return a question that names the *available* name nearest to a given one; empty when none is
    near.
    """
    lowered = {name.lower(): name for name in sorted(available)}
    begins = [name for name in lowered if len(given) > 1 and name.startswith(given.lower())]
    near = begins[:1] or difflib.get_close_matches(given.lower(), lowered, n=1)
    return f": did you mean {lowered[near[0]]!r}?" if near else ""


def unknown(kind: str, given: str, available: Iterable[str]) -> InputError:
    """Return the error for a name that is not among the *available* ones, with the nearest as a
    suggestion.
    """
    names = sorted(available)
    hint = nearest(given, names) or ":"
    return InputError(f"unknown {kind} {given!r}{hint} available: {', '.join(names) or 'none'}")
