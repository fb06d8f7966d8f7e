"""Small pictures of the page: taus as colours, and as dots with whiskers."""

from __future__ import annotations

import math
from dataclasses import dataclass

import matplotlib
from matplotlib.colors import to_hex, to_rgb

#: The colours of the heat map, from a tau of -1 to one of 1; as in the figures of reports.
COLOURS = "RdBu"
#: Pixels of a whisker's picture: its width, its height, and the space left at each end.
WIDTH, HEIGHT, MARGIN = 160, 16, 6
#: What red, green and blue give to the relative luminance of a colour, of linear light (WCAG 2.2).
LUMINANCE = (0.2126, 0.7152, 0.0722)


@dataclass(frozen=True)
class Shade:
    """The colour of a cell, and that of text which can be read on it."""

    paper: str
    ink: str


def shade(tau: float) -> Shade:
    """Return the colours of a cell with a tau."""
    paper = matplotlib.colormaps[COLOURS]((tau + 1) / 2)
    bright = luminance(to_hex(paper))
    # Contrast is (brighter + .05) / (darker + .05); that with white and with black are equal here.
    return Shade(to_hex(paper), "#000" if (bright + 0.05) ** 2 > 1.05 * 0.05 else "#fff")


def luminance(colour: str) -> float:
    """Return the relative luminance of a colour, from 0 to 1."""
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
              for part in to_rgb(colour)]  # fmt: skip
    return sum(part * weight for part, weight in zip(linear, LUMINANCE, strict=True))


@dataclass(frozen=True)
class Whisker:
    """A tau on a line from -1 to 1, in pixels: the dot, and the ends of its interval, which are
    None where there is none; a published tau, None where there is none.
    """

    dot: float
    low: float | None = None
    high: float | None = None
    published: float | None = None


def whisker(tau: float, low: float, high: float, published: float = math.nan) -> Whisker | None:
    """Return the picture of a tau with its interval; None of an undefined tau."""
    if math.isnan(tau):
        return None
    return Whisker(_across(tau), *(_known(one) for one in (low, high, published)))


def _known(tau: float) -> float | None:
    return None if math.isnan(tau) else _across(tau)


def _across(tau: float) -> float:
    return round(MARGIN + (WIDTH - 2 * MARGIN) * (tau + 1) / 2, 1)
