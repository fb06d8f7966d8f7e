"""What commands share: one-line errors, exit statuses, and a folder to write to."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any, NoReturn

from benchmarks_data.errors import InputError, nearest

PACKAGE = "zeros-harness"

FAILED, UNUSABLE, INTERRUPTED = 1, 2, 130


class Parser(argparse.ArgumentParser):
    """An argument parser that answers a mistake with one line, without repeating the usage.

    Every command has ``--version``, and names the option that is nearest to an unknown one.
    """

    def __init__(self, prog: str, description: str) -> None:
        super().__init__(prog=prog, description=description, allow_abbrev=False)
        self.add_argument(
            "--version", action=_Version, nargs=0, help="show the version of the harness, and exit"
        )

    def parse_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Return the arguments, as :class:`argparse.ArgumentParser` does."""
        parsed, unknown = self.parse_known_args(args, namespace)
        if unknown:
            self.error(f"unrecognized arguments: {' '.join(unknown)}{self._meant(unknown)}")
        return parsed

    def _meant(self, unknown: Sequence[str]) -> str:
        """Return a question that names the option nearest to the first unknown one, if any is."""
        given = next((word.partition("=")[0] for word in unknown if word.startswith("--")), "")
        return nearest(given, self._option_string_actions) if given else ""

    def error(self, message: str) -> NoReturn:
        self.exit(UNUSABLE, f"{self.prog}: {_one_line(message)} (see --help)\n")


class _Version(argparse.Action):
    """Prints the version, which is looked up only then."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> NoReturn:
        print(f"{PACKAGE} {version()}")
        parser.exit()


def version() -> str:
    """Return the version of the harness, or that it is not installed."""
    try:
        return metadata.version(PACKAGE)
    except metadata.PackageNotFoundError:
        return "(not installed: the version is unknown)"


def given_path(text: str) -> Path:
    """Parse a path for argparse. An empty one, as an unset variable of the shell leaves behind,
    would be the current folder.
    """
    if not text:
        raise argparse.ArgumentTypeError("expected a file or a folder, not ''")
    return Path(text)


class Stopped(RuntimeError):
    """A command cannot go on, through no fault of its input."""


def guarded(
    prog: str,
    command: Callable[[Sequence[str] | None], int],
    argv: Sequence[str] | None,
    *,
    kept: str = "",
) -> int:
    """Run a command and return its exit status, turning what a person can mend into one line on
    standard error.

    Args:
        prog: the command's name.
        command: from the arguments to an exit status.
        argv: the arguments; None takes those of the process.
        kept: what stays of a command that was stopped, which then goes on from there; empty for one
            that begins anew, for which a dead worker means that it could not run.
    """
    saved = f"; {kept} saved, the same command goes on from there" if kept else ""
    try:
        try:
            return command(argv)
        finally:
            sys.stdout.flush()
    except BrokenPipeError:  # the reader of standard output has left
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except InputError as error:
        message, status = str(error), UNUSABLE
    except OSError as error:
        message, status = (
            f"{error.filename or 'a file'}: {error.strerror or error}{saved}",
            UNUSABLE,
        )
    except Stopped as error:
        message, status = f"{error}{saved}", FAILED if kept else UNUSABLE
    except KeyboardInterrupt:
        message, status = f"interrupted{saved}", INTERRUPTED
    print(f"{prog}: {_one_line(message)}", file=sys.stderr)
    return status


def _one_line(text: str) -> str:
    return " ".join(text.encode(errors="backslashreplace").decode().split())


def writable_file(file: Path) -> Path:
    """Create the folder of *file* and check that it can be written; raise InputError otherwise."""
    if file.is_dir():
        raise InputError(f"{file} is a folder: name a file in it")
    writable_folder(file.parent)
    return file


def writable_folder(folder: Path) -> Path:
    """Create *folder* and check that files can be written there; raise InputError otherwise."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError as error:
        raise InputError(
            f"cannot write to {folder}: {error.strerror}; choose another folder"
        ) from error
