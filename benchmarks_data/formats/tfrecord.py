"""TFRecord files, without TensorFlow.

A sequence of length (8 bytes), checksum of the length (4), data, checksum of the data (4), little
endian.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import google_crc32c

from benchmarks_data.errors import InputError


def records(path: Path, largest: int, source: str) -> Iterator[tuple[bytes, int]]:
    """Yield the data of each record and where it ends.

    Args:
        path: of the file.
        largest: bytes that a record may have.
        source: what holds no larger ones, for the message.

    Raises:
        InputError: for a file that is cut off or damaged.
    """
    with path.open("rb") as file:
        while head := file.read(12):
            at = file.tell() - len(head)
            if len(head) < 12 or _masked(head[:8]) != struct.unpack("<I", head[8:])[0]:
                raise InputError(f"{path}, byte {at}: no TFRecord, or cut off: fetch it again")
            length = struct.unpack("<Q", head[:8])[0]
            if length > largest:
                raise InputError(
                    f"{path}, byte {at}: a record of {length} bytes is none of {source}"
                )
            yield _checked(file, length, path, at), file.tell()


def _checked(file: IO[bytes], length: int, path: Path, at: int) -> bytes:
    data, tail = file.read(length), file.read(4)
    if len(data) < length or len(tail) < 4:
        raise InputError(f"{path}, byte {at}: the file is cut off: fetch it again")
    if _masked(data) != struct.unpack("<I", tail)[0]:
        raise InputError(f"{path}, byte {at}: the record is damaged: fetch the file again")
    return data


def _masked(data: bytes) -> int:
    """Return TFRecord's masked CRC-32C of *data*."""
    checksum: int = google_crc32c.value(data)
    return ((checksum >> 15 | checksum << 17) + 0xA282EAD8) & 0xFFFFFFFF
