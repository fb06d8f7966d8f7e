"""What the commands share: one-line errors, exit statuses, and checks of what was given."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn

import proxies
from benchmarks_data.errors import InputError

FAILED, UNUSABLE, INTERRUPTED = 1, 2, 130
DEVICES = ("cpu", "cuda", "mps", "xpu")


class Parser(argparse.ArgumentParser):
    """An argument parser that answers a mistake with one line, without repeating the usage."""

    def __init__(self, prog: str, description: str) -> None:
        super().__init__(prog=prog, description=description, allow_abbrev=False)

    def error(self, message: str) -> NoReturn:
        self.exit(UNUSABLE, f"{self.prog}: {_one_line(message)} (see --help)\n")


class WorkerDied(RuntimeError):
    """A worker process ended without an answer."""


def guarded(prog: str, command: Callable[[Sequence[str] | None], int], argv: Sequence[str] | None, *, resumable: bool) -> int:
    """Run a command and return its exit status, turning what a person can mend into one line on standard error.

    Args:
        prog: the command's name.
        command: from the arguments to an exit status.
        argv: the arguments; None takes those of the process.
        resumable: whether the same command goes on where it was stopped; otherwise a dead worker means that it could not run.
    """
    kept = "; finished scores are saved, the same command goes on from there" if resumable else ""
    try:
        return command(argv)
    except BrokenPipeError:  # the reader of standard output has left
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except InputError as error:
        message, status = str(error), UNUSABLE
    except OSError as error:
        message, status = f"{error.filename or 'a file'}: {error.strerror or error}{kept}", UNUSABLE
    except WorkerDied as error:
        message, status = f"{error}{kept}", FAILED if resumable else UNUSABLE
    except KeyboardInterrupt:
        message, status = f"interrupted{kept}", INTERRUPTED
    print(f"{prog}: {_one_line(message)}", file=sys.stderr)
    return status


def _one_line(text: str) -> str:
    return " ".join(text.encode(errors="backslashreplace").decode().split())


def positive(text: str) -> int:
    """Parse a positive whole number for argparse."""
    if not (text.isascii() and text.isdigit() and len(text) < 10 and int(text) > 0):
        raise argparse.ArgumentTypeError(f"expected a positive whole number, not {text!r}")
    return int(text)


def natural(text: str) -> int:
    """Parse a whole number from 0 on for argparse."""
    return 0 if text == "0" else positive(text)


def load_plugins(prog: str, paths: Sequence[Path]) -> tuple[tuple[Path, int], ...]:
    """Load the files that register further proxies, say which plugins are left out, and return each file with its checksum."""
    plugins = tuple((path, proxies.load_plugin(path)) for path in map(Path.resolve, paths))
    for problem in proxies.problems():
        print(f"{prog}: {problem}", file=sys.stderr)
    return plugins


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


def tables_folder(given: Path | None) -> Path | None:
    """Return the folder of tables: the one given, else that of NAS_TABLES, else None for the installed table."""
    named = os.environ.get("NAS_TABLES")
    return given or (Path(named) if named else None)


def say_what_is_replaced(prog: str, folder: Path) -> None:
    """Tell when a folder holds an earlier result."""
    if (folder / "run.json").exists():
        print(f"{prog}: {folder} holds an earlier result, which this one replaces (--out keeps both)", file=sys.stderr)


def check_device(name: str) -> str:
    """Return *name* if torch can compute there; raise InputError otherwise. The CPU is not asked, which saves importing torch."""
    if name == "cpu":
        return name
    if name.partition(":")[0] not in DEVICES:
        raise InputError(f"device {name!r} is unknown: expected one of {', '.join(DEVICES)}, with a number as in cuda:1")
    import torch

    try:
        torch.zeros(1, device=name)
    except Exception as error:  # each kind of device fails in its own way
        raise InputError(f"device {name!r} cannot be used here: {str(error).splitlines()[0]}") from error
    return name
