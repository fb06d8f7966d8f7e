"""What is said of ``--proxy shipped``: proxies whose scores come with the harness."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from difflib import get_close_matches

import proxies
from benchmarks_data.errors import InputError, unknown
from proxies.entries import ALL, SEVERAL, SHIPPED


def check_shipped(names: Collection[str], *, shipped: bool, force: bool, dtype: str) -> None:
    """Raise InputError for what does not go with ``--proxy shipped``.

    Args:
        names: of proxies.
        shipped, force, dtype: as in :class:`harness.runs.plan.RunOptions`.
    """
    for option, given in (
        ("--no-shipped", not shipped),
        ("--force", force),
        (f"--dtype {dtype}", dtype != "float32"),
    ):
        if given and SHIPPED in names:
            raise InputError(
                f"--proxy {SHIPPED} stands for scores that come with the harness, in float32, and "
                f"are not computed again: leave out {option}, or name proxies"
            )


def check_words(names: Iterable[str]) -> None:
    """Raise InputError for an unknown proxy that looks like a name which stands for several."""
    known, words = proxies.registered(), sorted(SEVERAL)
    for name in names:
        if name not in {*known, *words} and get_close_matches(name, words, cutoff=0.8):
            raise unknown("proxy", name, [*known, *words])


def shipped_sentence(left_out: Sequence[str]) -> str:
    """Return the sentence on the proxies that ``shipped`` leaves out; empty where none is."""
    if not left_out:
        return ""
    return (
        f"{SHIPPED!r} leaves {len(left_out)} proxies out, as not all of these scores come with the "
        f"harness ({ALL!r} computes them): {', '.join(left_out)}"
    )
