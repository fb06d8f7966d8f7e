"""What tests of the search command share."""

from pathlib import Path

from harness.search import main
from harness.search_methods.by_proxy.methods import BY_PROXY

SMALL = [
    "--channels",
    "4",
    "--cells",
    "1",
    "--batch",
    "4",
    "--workers",
    "1",
    "--preset",
    "linearised",
]


def search(folder: Path, *more: str) -> int:
    return main([*SMALL, "--out", str(folder), *more])


SMALL_BY_PROXY = ["--seeds", "2", "--budget", "12", "--workers", "1"]
EVOLVED = ["--train", "6", "--population-size", "5", "--tournament-size", "2"]


def by_proxy(method: str, *more: str) -> list[str]:
    """Return a small command line of a search by proxy."""
    scored = ["--proxy", "live_params"] if BY_PROXY[method].scores else []
    evolved = EVOLVED if BY_PROXY[method].evolves else []
    return ["--method", method, *SMALL_BY_PROXY, *scored, *evolved, *more]
