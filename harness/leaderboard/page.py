"""``harness.scores page``: the leaderboard as one page, from the scores that come with the harness.

It scores nothing.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks_data.command import Parser, given_path, writable_file
from benchmarks_data.errors import InputError
from harness.leaderboard.plan import PLAN
from harness.terminal.options import add_tables


def parser(prog: str) -> argparse.ArgumentParser:
    """Return the action's argument parser."""
    p = Parser(prog, "Write the leaderboard as a page, from the scores that come with the harness.")
    p.add_argument(
        "--out",
        type=given_path,
        metavar="FILE",
        required=True,
        help="the HTML file, which holds all that it shows",
    )
    p.add_argument(
        "--markdown",
        type=given_path,
        metavar="FILE",
        help="write the first scores of each board there too, as a table in Markdown",
    )
    p.add_argument(
        "--plan",
        type=given_path,
        metavar="FILE",
        help=f"which boards there are, in TOML (default: {PLAN})",
    )
    add_tables(p)
    return p


def carry_out(prog: str, argv: Sequence[str]) -> int:
    """Write the page, say where it is and what is not on it, and return the exit status."""
    args = parser(prog).parse_args(argv)
    from harness.files.shipped import shipped
    from harness.files.whole import write_text
    from harness.leaderboard.page_render import html, markdown
    from harness.leaderboard.page_sources import page_of
    from harness.leaderboard.plan import read_plan
    from harness.terminal.checks import tables_folder

    boards = read_plan(args.plan or shipped(PLAN))
    for path in filter(None, (args.out, args.markdown)):
        writable_file(path)
    with tempfile.TemporaryDirectory(prefix="zeros-harness-") as folder:
        page, notes = page_of(boards, tables_folder(args.tables), Path(folder), [prog, *argv])
        texts = {args.out: html(page)} | ({args.markdown: markdown(page)} if args.markdown else {})
    for note in notes:
        print(f"{prog}: {note}", file=sys.stderr)
    if not page.boards:
        raise InputError(f"no board of {args.plan or PLAN} can be shown: nothing is written")
    for path, text in texts.items():
        write_text(path, text)
    print(f"{args.out}: boards {len(page.boards)}, scores {len(page.scores)}")
    return 0
