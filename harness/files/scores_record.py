"""What index.json says of the scores that come with the harness."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

#: Raised when a file of scores is written in another way than before.
FORMAT = 1


class ScoresFile(msgspec.Struct, kw_only=True):
    """A file of scores."""

    sha256: Annotated[str, Meta(description="of its bytes, in hexadecimal")]
    rows: Annotated[int, Meta(ge=1, description="how many scores it holds")]
    packed: Annotated[str, Meta(description="when it was written, in UTC")]
    versions: Annotated[
        dict[str, str] | UnsetType,
        Meta(description="of Python and of the packages, where it was written"),
    ] = UNSET
    platform: Annotated[
        str | UnsetType, Meta(description="operating system and processor there")
    ] = UNSET


class ScoresIndex(msgspec.Struct, kw_only=True):
    """What harness.scores pack leaves as index.json beside the files of scores."""

    format: Annotated[int, Meta(description="how the files are written; this version reads 1")]
    files: Annotated[
        dict[str, ScoresFile],
        Meta(description="each file of scores, by its place: ARCHITECTURES/DATASET.csv.gz"),
    ]
