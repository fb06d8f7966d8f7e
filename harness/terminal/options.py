"""Types of options that commands share, for argparse."""

from __future__ import annotations

import argparse
import math

from benchmarks_data.command import given_path


def positive(text: str) -> int:
    """Parse a positive whole number for argparse."""
    if not (text.isascii() and text.isdigit() and len(text) < 10 and int(text) > 0):
        raise argparse.ArgumentTypeError(f"expected a positive whole number, not {text!r}")
    return int(text)


def natural(text: str) -> int:
    """Parse a whole number from 0 on for argparse."""
    if text != "0" and not (text.isascii() and text.isdigit() and len(text) < 10 and int(text) > 0):
        raise argparse.ArgumentTypeError(f"expected a whole number from 0 on, not {text!r}")
    return int(text)


def scale(text: str) -> float:
    """Parse a positive number for argparse."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0.0 < value < math.inf:
        raise argparse.ArgumentTypeError(f"expected a positive number, not {text!r}")
    return value


def add_images(group: argparse._ArgumentGroup | argparse.ArgumentParser) -> None:
    """Add the option ``--images`` to a parser, or to a group of its options."""
    group.add_argument(
        "--images",
        type=_given_images,
        default="natural",
        metavar="NAME",
        help="'natural' statistics, Gaussian 'noise', or FILE.npz of real 'images' and 'labels' "
        "(default: natural)",
    )


def _given_images(text: str) -> str:
    """Parse ``--images`` for argparse, as it is written: ./natural is a file."""
    given_path(text)
    return text
