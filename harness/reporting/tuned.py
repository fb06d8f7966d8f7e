"""Scores with options that somebody has tuned to trained networks, in words."""

from __future__ import annotations

from collections.abc import Iterable

import proxies
from benchmarks_data.errors import InputError


def tuned(name: str) -> str:
    """Return which options of a score somebody has tuned; empty for other scores, and for what is
    no proxy, such as a short training or a fitted score.
    """
    try:
        return proxies.request(name).tuned
    except InputError:
        return ""


def tuned_sentences(names: Iterable[str]) -> list[str]:
    """Return a sentence for each kind of prior that scores among *names* have."""
    kinds: dict[str, list[str]] = {}
    for name in dict.fromkeys(names):
        if prior := tuned(name):
            kinds.setdefault(prior, []).append(name)
    return [
        f"Tuned prior: {', '.join(scores)} {'is' if len(scores) == 1 else 'are'} not free of "
        f"trained networks, as {prior} that somebody has tuned."
        for prior, scores in kinds.items()
    ]
