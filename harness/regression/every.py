"""Every score that a baseline pins: each proxy with each choice of its options."""

from __future__ import annotations

from collections.abc import Mapping

import proxies
from benchmarks_data.errors import InputError


def every_request() -> list[proxies.Request]:
    """Return every registered proxy with every choice of each of its options, as few of them
    changed at a time as make sense. Those of transformers are left out, as baselines are of
    convolutional networks.
    """
    requests: list[proxies.Request] = []
    for name, entry in proxies.registered().items():
        if proxies.request(name).of_transformers:
            continue
        words = [
            (key, word)
            for key, spec in entry.options.items()
            if isinstance(spec, tuple)
            for word in spec[1:]
        ]
        requests.append(proxies.request(name))
        for key, word in words:
            changes = [
                {key: word},
                *({key: word, other: choice} for other, choice in words if other != key),
            ]
            requests.append(next(filter(None, (_accepted(name, change) for change in changes))))
    return requests


def _accepted(name: str, change: Mapping[str, str]) -> proxies.Request | None:
    """Return the request for a proxy with some options changed.

    None where these make no sense together.
    """
    try:
        return proxies.request(
            f"{name}[{','.join(f'{option}={value}' for option, value in change.items())}]"
        )
    except InputError:
        return None
