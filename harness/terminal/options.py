"""Types of options that commands share, for argparse."""

from __future__ import annotations

import argparse
import math
import os
from pathlib import Path

from benchmarks_data.command import given_path
from benchmarks_data.errors import InputError
from harness.terminal.widths import inches

#: Where scores are kept.
STORE = Path("reports/scores.sqlite")


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


#: A parser, or a group of its options.
Options = argparse._ArgumentGroup | argparse.ArgumentParser


def add_images(group: Options) -> None:
    """Add the option ``--images``."""
    group.add_argument(
        "--images",
        type=_given_images,
        default="natural",
        metavar="NAME",
        help="'natural' statistics, Gaussian 'noise', or FILE.npz of real 'images' and 'labels' "
        "(default: natural)",
    )


def add_tokens(group: Options) -> None:
    """Add the option ``--tokens``."""
    group.add_argument(
        "--tokens",
        type=_given_images,
        metavar="NAME",
        help="for networks that take tokens: 'uniform' draws ids by seed, or FILE.npz of 'tokens' "
        "(samples, length) and perhaps 'labels' (default: uniform)",
    )


def _given_images(text: str) -> str:
    """Parse ``--images`` or ``--tokens`` for argparse, as written: ./natural is a file."""
    given_path(text)
    return text


def add_width(group: Options) -> None:
    """Add the option ``--width``."""
    group.add_argument(
        "--width",
        type=_width,
        metavar="WIDTH",
        help="figures for paper, as PDF too: as wide as a 'column' (3.25 in) or the 'text' (6.75 "
        "in) of a page in two columns, or so many inches",
    )


def _width(text: str) -> float:
    """Parse ``--width`` for argparse."""
    try:
        return inches(text)
    except InputError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def add_targets(group: Options, default: str) -> None:
    """Add the option ``--target``; *default* says which columns are taken without it."""
    group.add_argument(
        "--target",
        nargs="+",
        metavar="COLUMN",
        help=f"columns of the table (default: {default})",
    )


def add_focus(group: Options, default: str) -> None:
    """Add the option ``--focus``; *default* says which proxy is in focus without it."""
    group.add_argument(
        "--focus", metavar="NAME", help=f"the proxy that the report is about (default: {default})"
    )


def add_tables(group: Options, installed: str = "the installed one") -> None:
    """Add the option ``--tables``; *installed* names what there is without it."""
    group.add_argument(
        "--tables",
        type=given_path,
        metavar="DIR",
        help=f"folder of tables, or a file; several are joined by '{os.pathsep}' "
        f"(default: NAS_TABLES, else {installed})",
    )


def add_store(group: Options, what: str) -> None:
    """Add the option ``--store``; *what* says what it is for."""
    group.add_argument(
        "--store",
        type=given_path,
        default=STORE,
        metavar="FILE",
        help=f"{what} (default: {STORE})",
    )


def add_shipped(group: Options) -> None:
    """Add the option ``--no-shipped``."""
    group.add_argument(
        "--no-shipped",
        action="store_true",
        help="compute the scores that come with the harness too",
    )


def add_device(group: Options) -> None:
    """Add the option ``--device``."""
    group.add_argument("--device", default="cpu", help="cpu, cuda, cuda:1, mps ... (default: cpu)")


def add_plugins(group: Options, what: str = "Python files that register further proxies") -> None:
    """Add the option ``--plugin``; *what* says which files it takes."""
    group.add_argument(
        "--plugin", type=given_path, nargs="+", default=[], metavar="FILE.py", help=what
    )


def add_replace(group: Options) -> None:
    """Add the option ``--replace``."""
    group.add_argument(
        "--replace",
        action="store_true",
        help="write over a report of more architectures that is there",
    )
