"""Files read and written whole, and the table on the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from benchmarks_data.errors import InputError


def write_csv(frame: pd.DataFrame, path: Path) -> None:
    """Write a frame at full precision; the file appears whole or not at all.

    NaN is blank, infinity is ``inf``.
    """
    write_text(path, frame.to_csv(index=False, lineterminator="\n"))


def read_csv(path: Path, columns: Sequence[str], numbers: Sequence[str] = ()) -> pd.DataFrame:
    """Return the frame in a CSV file.

    Raises:
        InputError: it cannot be read, has no row, lacks one of *columns*, or has something else
            than numbers in one of *numbers*.
    """
    try:
        frame = pd.read_csv(path, keep_default_na=False, na_values=[""], dtype={"arch": str})
    except (OSError, ValueError) as error:  # pandas' parser errors are ValueErrors
        raise InputError(
            f"cannot read {path}: {getattr(error, 'strerror', None) or error}"
        ) from error
    if absent := [column for column in columns if column not in frame.columns]:
        raise InputError(f"{path} lacks the columns {', '.join(absent)}")
    if frame.empty:
        raise InputError(f"{path} has no row")
    for column in numbers:
        if column in frame.columns and not pd.api.types.is_numeric_dtype(frame[column]):
            raise InputError(f"{path}: column {column!r} holds something else than numbers")
    return frame


def write_text(path: Path, text: str) -> None:
    """Write a file, which appears whole or not at all."""
    # an argument may hold bytes that are no text
    write_bytes(path, text.encode("utf-8", "backslashreplace"))


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file, which appears whole or not at all.

    Raises:
        OSError: it cannot be written; it has the file's name.
    """
    partial = path.with_name(f".{path.name}.partial")
    try:
        partial.write_bytes(content)
        partial.replace(path)
    except OSError as error:
        partial.unlink(missing_ok=True)
        error.filename = error.filename or str(path)
        raise
