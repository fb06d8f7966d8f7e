"""The JSON records that commands leave behind, and how they are read and written.

Each record is a typed model; :mod:`harness.files.run_record` and its neighbours hold them, and
docs/files.md shows them. What a model does not name is ignored when a file is read, so that files
of other versions can be read.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import UNSET, Meta, UnsetType

#: What decoding a file raises when it is damaged.
DAMAGED = (OSError, ValueError, RecursionError)

LARGEST = sys.float_info.max
#: A number that is neither NaN nor infinite.
Finite = Annotated[float, Meta(ge=-LARGEST, le=LARGEST)]
#: A finite number from 0 on.
Amount = Annotated[float, Meta(ge=0, le=LARGEST)]
#: A command's name, which may hold spaces, and its arguments.
Command = Annotated[list[str], Meta(min_length=1)]
Count = Annotated[int, Meta(ge=1)]

R = TypeVar("R")


class ImageFileRecord(msgspec.Struct):
    """A file of images, or of tokens."""

    file: Annotated[str, Meta(description="its path")]
    sha256: Annotated[str, Meta(description="of its bytes, in hexadecimal")]
    tokens: Annotated[
        bool | UnsetType, Meta(description="whether it holds tokens; left out of images")
    ] = UNSET


class TableRecord(msgspec.Struct):
    """A table of trained results."""

    name: Annotated[str, Meta(description="a file's name or a package's")]
    sha256: Annotated[str | UnsetType, Meta(description="of the file's bytes, in hexadecimal")] = (
        UNSET
    )
    measurements: Annotated[
        dict[str, str] | UnsetType,
        Meta(description="the files that further columns come from: name -> sha256"),
    ] = UNSET


class Made(msgspec.Struct, kw_only=True):
    """What every record says of how it was made."""

    command: Annotated[Command, Meta(description="the command's name and its arguments")]
    finished: Annotated[str | UnsetType, Meta(description="when it was done, in UTC")] = UNSET
    versions: Annotated[
        dict[str, str] | UnsetType,
        Meta(description="of Python and of the packages that computed"),
    ] = UNSET
    platform: Annotated[str | UnsetType, Meta(description="operating system and processor")] = UNSET


def read_record(path: Path, model: type[R]) -> R:
    """Return the record of a kind in a JSON file.

    Raises:
        OSError: it cannot be read.
        ValueError: it holds something else; the text names the place, as in ``$.archs.count``.
        RecursionError: it is nested too deeply.
    """
    return msgspec.convert(json.loads(path.read_text(encoding="utf-8")), model)


def record_text(record: Mapping[str, Any], model: type[Any], indent: int) -> str:
    """Return a record as the text of a JSON file.

    Raises:
        ValueError: it is no *model*, so that it could not be read.
    """
    msgspec.convert(record, model)
    return json.dumps(record, indent=indent) + "\n"


def reason(error: BaseException) -> str:
    """Return in brackets what is wrong with a record and where; empty when it is not known."""
    return f" ({error})" if isinstance(error, msgspec.ValidationError) else ""
