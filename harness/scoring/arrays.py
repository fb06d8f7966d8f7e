"""Files of plain arrays, as numpy.savez writes them: read once, bounded, never unpickled."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks_data.errors import InputError
from benchmarks_data.reading import LARGEST_IMAGES, read_bytes

Array = np.ndarray[Any, Any]


def read_arrays(
    path: str, what: str, needed: Sequence[str], optional: Sequence[str], expected: str
) -> tuple[dict[str, Array], str]:
    """Return the arrays of an ``.npz`` file by name, and the file's sha256.

    Args:
        path: of the file.
        what: it holds, in the plural.
        needed, optional: the names of its arrays; others are not read.
        expected: the arrays in words.

    Raises:
        InputError: it is no such file, holds more than LARGEST_IMAGES bytes, or lacks an array.
    """
    try:
        raw = read_bytes(Path(path), LARGEST_IMAGES)
        if not zipfile.is_zipfile(io.BytesIO(raw)):
            raise InputError(
                f"{path} is no .npz file: expected arrays {expected}, saved by numpy.savez"
            )
        arrays = _unpacked(raw, path, what, needed, optional)
    except InputError:
        raise
    except OSError as error:
        raise InputError(f"cannot read {what} {path}: {error.strerror or error}") from error
    except KeyError:
        listed = " and ".join(map(repr, needed))
        raise InputError(f"{path} lacks an array: expected {listed}") from None
    except Exception as error:  # a damaged archive may raise almost anything
        raise InputError(
            f"{path} is no .npz file of plain arrays ({type(error).__name__})"
        ) from error
    if not all(isinstance(array, np.ndarray) for array in arrays.values()):
        raise InputError(f"{path} is no .npz file of plain arrays")
    return arrays, hashlib.sha256(raw).hexdigest()


def _unpacked(
    raw: bytes, path: str, what: str, needed: Sequence[str], optional: Sequence[str]
) -> dict[str, Array]:
    """Return the named arrays; raise KeyError for one that is needed and missing."""
    with np.load(io.BytesIO(raw), allow_pickle=False) as file:
        if sum(entry.file_size for entry in file.zip.infolist()) > LARGEST_IMAGES:
            raise InputError(
                f"{path} holds more than {LARGEST_IMAGES // 2**20} MiB: give fewer {what}"
            )
        names = [*needed, *(name for name in optional if name in file)]
        return {name: file[name] for name in names}
