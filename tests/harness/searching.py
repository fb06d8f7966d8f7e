"""What tests of the search command share."""

from pathlib import Path

from harness.search import main

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
