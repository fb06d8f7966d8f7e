"""Protocol buffers, without a description of their fields."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any


def fields(message: bytes) -> Iterator[tuple[int, Any]]:
    """Yield the fields of a protocol buffer by number: integers, doubles and bytes.

    Raises:
        ValueError, IndexError, struct.error: it is damaged or cut off.
    """
    place = 0
    while place < len(message):
        key, place = _varint(message, place)
        field, kind = key >> 3, key & 7
        if kind == 0:
            value, place = _varint(message, place)
            yield field, value
        elif kind == 1:
            yield field, struct.unpack_from("<d", message, place)[0]
            place += 8
        elif kind == 2:
            length, place = _varint(message, place)
            if place + length > len(message):
                raise ValueError("a protocol buffer that is cut off")
            yield field, message[place : place + length]
            place += length
        elif kind == 5:
            yield field, struct.unpack_from("<f", message, place)[0]
            place += 4
        else:
            raise ValueError(f"no protocol buffer: wire type {kind}")


def _varint(message: bytes, place: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        byte = message[place]
        place += 1
        value |= (byte & 0x7F) << shift
        if not byte & 0x80:
            return value, place
    raise ValueError("a number of more than 64 bits")
