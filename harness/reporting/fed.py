"""What data-driven proxies were fed, in words.

For the first line of a command, and the first sentence of a report.
"""

from __future__ import annotations

from collections.abc import Iterable

from harness.scoring.inputs import GAUSSIAN
from harness.scoring.natural import NATURAL, NOISE
from harness.scoring.token_file import FROM_FILE, UNIFORM

#: More names than this are counted, not listed.
LISTED = 8
TEXTS = {
    NATURAL: "images drawn by seed with natural statistics (1/f spectrum), labels at random",
    NOISE: f"{GAUSSIAN}, labels at random",
    UNIFORM: "tokens drawn by seed, each as often as any other, labels at random",
}


def fed(source: str, readers: Iterable[str], others: Iterable[str] = ()) -> str:
    """Return the sentence that says what was fed.

    Args:
        source: the short name of the images.
        readers: what reads them.
        others: what does not.
    """
    read, unread = list(readers), list(others)
    what, count = what_is_fed(source), len(read) + len(unread)
    if not read:
        verb = "reads" if len(unread) == 1 else "read"
        return f"Input: no {what}; {_listed(unread, count)} {verb} none."
    text = TEXTS.get(source, source if what == "tokens" else f"images and labels of {source}")
    others = f", not by {_listed(unread, count)}" if unread else ""
    return f"Input: {text}; read by {_listed(read, count)}{others}."


def what_is_fed(source: str) -> str:
    """Return what a source with a short name gives: images or tokens."""
    return "tokens" if source == UNIFORM or source.startswith(FROM_FILE) else "images"


def _listed(names: list[str], count: int) -> str:
    if len(names) > LISTED:
        return f"{len(names)} of {count} scores"
    return ", ".join(names[:-1]) + " and " + names[-1] if len(names) > 1 else "".join(names)
