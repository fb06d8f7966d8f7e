"""Widths of figures on paper."""

from __future__ import annotations

import math

from benchmarks_data.errors import InputError

#: Inches of a column and of the text of a page in two columns, as in ICML's style (CVPR's and ACL's
#: columns differ by less than .1).
WIDTHS = {"column": 3.25, "text": 6.75}
#: In between figures can be drawn with text of 8 points.
NARROWEST, WIDEST = 2.5, 20.0


def inches(width: str | float) -> float:
    """Return a width in inches, given as a name of WIDTHS or a number.

    Raises:
        InputError: it is neither, or no figure is legible at it.
    """
    if isinstance(width, str) and width in WIDTHS:
        return WIDTHS[width]
    try:
        number = math.nan if isinstance(width, bool) else float(width)
    except (TypeError, ValueError):
        number = math.nan
    if not NARROWEST <= number <= WIDEST:
        raise InputError(
            f"the width of figures must be {', '.join(WIDTHS)} or inches from {NARROWEST} to "
            f"{WIDEST:.0f}, not {width!r}"
        )
    return number
