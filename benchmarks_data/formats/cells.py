"""Cells of tables: indices, architectures, numbers and accuracies, checked one by one."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

from benchmarks_data.errors import InputError


def parse_index(path: Path, line: int, text: str, size: int) -> int:
    """Return the index that a cell holds; raise InputError when it is none."""
    if not (text.isascii() and text.isdigit() and len(text) < 19 and int(text) < size):
        raise InputError(
            f"{path}, line {line}: {text!r} is no index: expected a whole number from 0 to "
            f"{size - 1}"
        )
    return int(text)


def check_string(
    path: Path, line: int, string: str, index: int, index_of: Callable[[str], int]
) -> None:
    """Raise InputError unless *string* is the architecture of *index*."""
    try:
        named = index_of(string)
    except ValueError as error:
        raise InputError(f"{path}, line {line}: {error}") from error
    if named != index:
        raise InputError(f"{path}, line {line}: {string!r} is index {named}, not {index}")


def parse_number(path: Path, line: int, name: str, text: str) -> float:
    """Return the number that a cell holds, NaN for a blank; raise InputError for anything else."""
    value = _float(text)
    if text and not math.isfinite(value):
        raise InputError(
            f"{path}, line {line}, column {name}: {text!r} is no number: expected one, or a blank"
        )
    return value


def parse_accuracy(path: Path, line: int, name: str, text: str) -> float:
    """Return the accuracy in percent that a cell holds, NaN for a blank.

    Raises:
        InputError: for anything else.
    """
    value = _float(text)
    if text and not 0 <= value <= 100:
        raise InputError(
            f"{path}, line {line}, column {name}: {text!r} is no accuracy in percent: expected 0 "
            "to 100, or a blank"
        )
    return value


def _float(text: str) -> float:
    try:
        return float(text) if "_" not in text else math.nan
    except ValueError:
        return math.nan
