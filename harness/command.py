"""What the commands share: one-line errors, exit statuses, the options that name a table."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn

from benchmarks_data.errors import InputError

FAILED, UNUSABLE, INTERRUPTED = 1, 2, 130


class Parser(argparse.ArgumentParser):
    """An argument parser that answers a mistake with one line, without repeating the usage."""

    def error(self, message: str) -> NoReturn:
        self.exit(UNUSABLE, f"{self.prog}: {message} (see --help)\n")


class WorkerDied(RuntimeError):
    """A worker process ended without an answer; what was finished before is saved."""


def guarded(prog: str, command: Callable[[Sequence[str] | None], int], argv: Sequence[str] | None) -> int:
    """Run a command and return its exit status, turning what a person can mend into one line on standard error."""
    try:
        return command(argv)
    except InputError as error:
        print(f"{prog}: {error}", file=sys.stderr)
        return UNUSABLE
    except WorkerDied as error:
        print(f"{prog}: {error}", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        print(f"{prog}: interrupted; finished scores are saved, the same command goes on from there", file=sys.stderr)
        return INTERRUPTED


def positive(text: str) -> int:
    """Parse a positive whole number for argparse."""
    if not (text.isascii() and text.isdigit() and len(text) < 10 and int(text) > 0):
        raise argparse.ArgumentTypeError(f"expected a positive whole number, not {text!r}")
    return int(text)


def default_workers() -> int:
    """Return the number of cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def writable_folder(folder: Path) -> Path:
    """Create *folder* and check that files can be written there; raise InputError otherwise."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError as error:
        raise InputError(f"cannot write to {folder}: {error.strerror}; choose another folder") from error


def check_device(name: str) -> str:
    """Return *name* if torch can compute there; raise InputError otherwise. The CPU is not asked, which saves importing torch."""
    if name == "cpu":
        return name
    import torch

    try:
        torch.zeros(1, device=name)
    except (RuntimeError, AssertionError) as error:
        raise InputError(f"device {name!r} cannot be used: {str(error).splitlines()[0]}") from error
    return name
