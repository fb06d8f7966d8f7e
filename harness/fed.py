"""What data-driven proxies were fed, in words.

For the first line of a command, and the first sentence of a report.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from harness.inputs import NATURAL, NOISE, ImageFile, Images, file_name

#: What run.json calls images that were drawn, and how sentences do.
GAUSSIAN = "Gaussian noise"
#: More names than this are counted, not listed.
LISTED = 8
TEXTS = {
    NATURAL: "images drawn by seed with natural statistics (1/f spectrum), labels at random",
    NOISE: f"{GAUSSIAN}, labels at random",
}


def record_of(images: Images) -> dict[str, str] | str:
    """Return what run.json holds of a source: a file's path and checksum, or what was drawn."""
    if isinstance(images, ImageFile):
        return {"file": images.path, "sha256": images.sha256}
    return f"natural statistics, revision {images.revision}" if images else GAUSSIAN


def name_of_record(record: Any) -> str:
    """Return the short name of a source that run.json holds: natural, noise, or the file's."""
    if isinstance(record, dict):
        return file_name(record["file"])
    return NOISE if record == GAUSSIAN else NATURAL


def fed(source: str, readers: Iterable[str], others: Iterable[str] = ()) -> str:
    """Return the sentence that says what was fed.

    Args:
        source: the short name of the images.
        readers: what reads them.
        others: what does not.
    """
    read, unread = list(readers), list(others)
    if not read:
        return f"Input: no images; {_listed(unread)} read none."
    text = TEXTS.get(source, f"images and labels of {source}")
    return (
        f"Input: {text}; read by {_listed(read)}{f', not by {_listed(unread)}' if unread else ''}."
    )


def _listed(names: list[str]) -> str:
    if len(names) > LISTED:
        return f"{len(names)} scores"
    return ", ".join(names[:-1]) + " and " + names[-1] if len(names) > 1 else "".join(names)
