"""What a score says of itself: that it is one, or why it is missing."""

from __future__ import annotations

from proxies.view import NotApplicable

OK = "ok"
#: A status with this prefix is a failure that running again may mend; every other one is final.
ERROR = "error: "
NAN = "undefined: the formula gives NaN"
#: A status with this prefix is of a score that this network cannot have.
NOT_APPLICABLE = "not applicable: "


def failure(error: BaseException) -> str:
    """Return the status of a score that an exception prevented, on one line."""
    reason = " ".join(str(error).split())[:300]
    if isinstance(error, NotApplicable):
        return f"{NOT_APPLICABLE}{reason}"
    return f"{ERROR}{type(error).__name__}: {reason}"
