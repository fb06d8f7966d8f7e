"""The scores that come with the harness, and the leaderboard made of them.

``python -m harness.scores ACTION ...``; each action is a module of :mod:`harness.leaderboard` that
has a ``parser`` and a ``carry_out``.
"""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Sequence
from functools import partial
from types import ModuleType

from benchmarks_data.command import Parser, guarded

PROG = "python -m harness.scores"
#: What each action does, and the module of harness.leaderboard that does it.
ACTIONS = {
    "list": ("say which scores come with the harness", "listing"),
    "page": ("write the leaderboard as one page", "page"),
    "pack": ("write scores of stores into the files that come with the harness", "packing"),
    "compute": ("compute what the plan of the leaderboard lacks, and pack it", "computing"),
    "verify": ("compute some of the scores anew, and compare", "verifying"),
    "check": ("say what is missing or wrong in a submission to the leaderboard", "checking"),
}


def parser(prog: str = PROG) -> argparse.ArgumentParser:
    """Return the command's argument parser, which knows the names of the actions alone."""
    p = Parser(prog, "The scores that come with the harness, and the leaderboard made of them.")
    does = "; ".join(f"{name}: {text}" for name, (text, _) in ACTIONS.items())
    p.add_argument(
        "action", choices=[*ACTIONS], help=f"{does}. {prog} ACTION --help tells the options of one"
    )
    return p


def module_of(action: str) -> ModuleType:
    """Return the module of an action, with its ``parser(prog)`` and ``carry_out(prog, argv)``."""
    return importlib.import_module(f"harness.leaderboard.{ACTIONS[action][1]}")


def main(argv: Sequence[str] | None = None, prog: str = PROG) -> int:
    """Run the command and return its exit status.

    0 done, 1 something does not hold, 2 unusable input, 130 interrupted.
    """
    return guarded(prog, partial(_run, prog), argv, kept="finished scores are")


def _run(prog: str, argv: Sequence[str] | None) -> int:
    words = list(sys.argv[1:] if argv is None else argv)
    if not words or words[0] not in ACTIONS:
        parser(prog).parse_args(words)
    status: int = module_of(words[0]).carry_out(f"{prog} {words[0]}", words[1:])
    return status


if __name__ == "__main__":
    sys.exit(main())
