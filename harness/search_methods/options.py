"""Options that commands of searches share."""

from __future__ import annotations

from benchmarks_data import spaces
from harness.terminal.options import Options, positive


def add_space(group: Options) -> None:
    """Add the options that say which space is searched, and for which dataset."""
    group.add_argument(
        "--space",
        default="nb201",
        metavar="NAME",
        help=f"one of {', '.join(spaces.names())} (default: nb201)",
    )
    group.add_argument(
        "--dataset", metavar="NAME", help="whose networks are searched (default: the space's first)"
    )


def add_supernet_size(group: Options) -> None:
    """Add the options that say how large the supernet is."""
    group.add_argument(
        "--channels",
        type=positive,
        metavar="N",
        help="initial channels of the supernet (default: as published)",
    )
    group.add_argument(
        "--cells",
        type=positive,
        metavar="N",
        help="cells of the supernet, in nb201 of a stage (default: as published)",
    )
