"""What a score says of itself: that it is one, or why it is missing."""

from __future__ import annotations

OK = "ok"
#: A status with this prefix is a failure that running again may mend; every other one is final.
ERROR = "error: "
NAN = "undefined: the formula gives NaN"


def failure(error: BaseException) -> str:
    """Return the status of a score that an exception prevented, on one line."""
    return f"{ERROR}{type(error).__name__}: {' '.join(str(error).split())[:300]}"
