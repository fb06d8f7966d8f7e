"""Files that ``torch.save`` wrote, as zip archives or in its older format."""

from __future__ import annotations

import mmap
import struct
import zipfile
from pathlib import Path

from benchmarks_data.formats.pickles import PickleError, PickleStream

#: The first pickle of a file that torch wrote before it wrote zip archives, and the version that
#: follows.
MAGIC, VERSION = 0x1950A86A20F9469CFC6C, 1001


def start_of_pickle(path: Path, data: mmap.mmap) -> int:
    """Return the byte at which the saved object's pickle begins.

    Raises:
        PickleError: it is no file of torch, or a damaged one.
    """
    if zipfile.is_zipfile(path):
        try:
            with zipfile.ZipFile(path) as archive:
                members = [
                    member for member in archive.infolist() if member.filename.endswith("data.pkl")
                ]
        except (zipfile.BadZipFile, NotImplementedError, ValueError, struct.error) as error:
            raise PickleError(f"a damaged archive: {error}") from error
        if len(members) != 1 or members[0].compress_type != zipfile.ZIP_STORED:
            raise PickleError("an archive without one uncompressed data.pkl")
        head = members[0].header_offset
        lengths = (
            int.from_bytes(data[head + place : head + place + 2], "little") for place in (26, 28)
        )
        return head + 30 + sum(lengths)
    place = 0
    for expected in (
        MAGIC,
        VERSION,
        None,
    ):  # what follows says how large the machine's numbers were
        stream = PickleStream(data, place)
        if stream.read() != expected and expected is not None:
            raise PickleError("no file of torch")
        place = stream.end
    return place
