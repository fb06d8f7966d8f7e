"""What is there of what a run needs, and the line that mends what is not.

``python -m harness.doctor`` looks at versions, devices, plugins, tables, the store and the disk,
and changes nothing.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from benchmarks_data.command import Parser, given_path, guarded
from harness.terminal.options import add_plugins, add_store, add_tables

PROG = "python -m harness.doctor"


def parser(prog: str = PROG) -> argparse.ArgumentParser:
    """Return the command's argument parser."""
    p = Parser(prog, "Say what is there of what a run needs, and what mends the rest.")
    add_tables(p)
    add_store(p, "the store of scores")
    p.add_argument(
        "--out",
        type=given_path,
        default=Path("reports"),
        metavar="DIR",
        help="where reports go (default: reports)",
    )
    add_plugins(p, "Python files that are tried too")
    return p


def main(argv: Sequence[str] | None = None, prog: str = PROG) -> int:
    """Run the command and return its exit status.

    0 harness.run works here, 1 something has to be mended first, 2 unusable input.
    """
    return guarded(prog, partial(_run, prog), argv)


def _run(prog: str, argv: Sequence[str] | None) -> int:
    args = parser(prog).parse_args(argv)
    from harness.diagnosis.command import checks, diagnose
    from harness.terminal.checks import tables_folder

    return diagnose(checks(tables_folder(args.tables), args.store, args.out, args.plugin))


if __name__ == "__main__":
    sys.exit(main())
