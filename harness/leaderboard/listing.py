"""``harness.scores list``: which scores come with the harness."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from benchmarks_data.command import Parser


def parser(prog: str) -> argparse.ArgumentParser:
    """Return the action's argument parser."""
    return Parser(prog, "Say which scores come with the harness: how many of which proxy on what.")


def carry_out(prog: str, argv: Sequence[str]) -> int:
    """Print a line for each benchmark, dataset and proxy; return the exit status."""
    parser(prog).parse_args(argv)
    print("No scores come with this version.")
    return 0
