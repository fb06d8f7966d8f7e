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
    of_tokens = source == UNIFORM or source.startswith(FROM_FILE)
    if not read:
        what = "tokens" if of_tokens else "images"
        return (
            f"Input: no {what}; {_listed(unread)} {'reads' if len(unread) == 1 else 'read'} none."
        )
    text = TEXTS.get(source, source if of_tokens else f"images and labels of {source}")
    return (
        f"Input: {text}; read by {_listed(read)}{f', not by {_listed(unread)}' if unread else ''}."
    )


def _listed(names: list[str]) -> str:
    if len(names) > LISTED:
        return f"{len(names)} scores"
    return ", ".join(names[:-1]) + " and " + names[-1] if len(names) > 1 else "".join(names)
