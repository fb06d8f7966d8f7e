"""Files that users name, read whole.

A device or a pipe is refused, and so is a file that would fill the memory.
"""

from __future__ import annotations

import errno
import stat
from pathlib import Path

#: Bytes of a text file and of a file of images that are read at most.
LARGEST_TEXT, LARGEST_IMAGES = 2**28, 2**32


def read_bytes(path: Path, largest: int = LARGEST_TEXT) -> bytes:
    """Return the content of a file.

    Raises:
        OSError: it cannot be read, is no regular file, or has more than *largest* bytes.
    """
    mode = path.stat().st_mode
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):  # opening a folder has a message of its own
        raise OSError(errno.EINVAL, "not a regular file", str(path))
    with path.open("rb") as file:
        content = file.read(largest + 1)
    if len(content) > largest:
        raise OSError(errno.EFBIG, f"larger than {largest // 2**20} MiB", str(path))
    return content


def read_text(path: Path, largest: int = LARGEST_TEXT) -> str:
    """Return the text of a UTF-8 file, without the byte order mark that some editors put in front.

    Raises:
        OSError: as for :func:`read_bytes`.
        UnicodeDecodeError: it is not UTF-8.
    """
    return read_bytes(path, largest).decode("utf-8-sig")
