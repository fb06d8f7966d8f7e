"""Runs proxies over tabular benchmarks and says how well scores rank trained accuracies.

In Python: :func:`harness.score` and :func:`harness.compare` for any network, and
:func:`harness.evaluate`, which does what the command harness.run does. They are imported, and torch
with them, when they are first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from benchmarks_data.errors import InputError
    from harness.api import compare, evaluate, score

__all__ = ["InputError", "compare", "evaluate", "score"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    if name == "InputError":
        from benchmarks_data.errors import InputError

        return InputError
    from harness import api

    return getattr(api, name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
