"""Options of a command in a TOML file: ``--config`` reads them, ``--write-config`` writes them.

A key is the long name of an option without the two dashes in front: ``proxy = ["zeros"]``,
``sample-seed = 1``, ``force = true``. What the command line gives wins.
"""

from __future__ import annotations

import argparse
import json
import sys
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks_data.command import PACKAGE, given_path, version
from benchmarks_data.errors import InputError, nearest
from benchmarks_data.reading import read_text

#: Options that have no key: they end the command, or are about the file itself.
NO_KEYS = ("help", "version", "list", "describe", "replay", "config", "write-config")


def add_config(parser: argparse.ArgumentParser) -> None:
    """Add the options ``--config`` and ``--write-config``."""
    parser.add_argument(
        "--config",
        type=given_path,
        metavar="FILE.toml",
        help="read options from a file; those of the command line win",
    )
    parser.add_argument(
        "--write-config",
        type=given_path,
        metavar="FILE.toml",
        help="write the options that are not as by default to a file, and exit",
    )


def parsed(parser: argparse.ArgumentParser, argv: Sequence[str] | None) -> argparse.Namespace:
    """Return the arguments of a command line and of the file that it names with ``--config``.

    With ``--write-config`` the file is written, and the command ends with status 0.

    Raises:
        InputError: a file cannot be read or written, or a key or value cannot be used.
    """
    options = _options(parser)
    defaults = {name: action.default for name, action in options.items()}
    args = parser.parse_args(argv)
    if args.config:
        words = [word.partition("=")[0] for word in (sys.argv[1:] if argv is None else argv)]
        values = read_config(args.config, options, given=words)
        parser.set_defaults(**{options[name].dest: value for name, value in values.items()})
        args = parser.parse_args(argv)
    if args.write_config:
        given = {name: getattr(args, action.dest) for name, action in options.items()}
        changed = {name: value for name, value in given.items() if value != defaults[name]}
        _write(args.write_config, config_text(parser.prog, changed))
        said = ", ".join(changed) or "all is as by default"
        print(f"{parser.prog}: wrote {args.write_config}: {said}", file=sys.stderr)
        parser.exit()
    return args


def _options(parser: argparse.ArgumentParser) -> dict[str, argparse.Action]:
    """Return the options that have a key."""
    names = {
        string.removeprefix("--"): action
        for action in parser._actions
        for string in action.option_strings
        if string.startswith("--")
    }
    return {name: action for name, action in names.items() if name not in NO_KEYS}


def read_config(
    path: Path, options: Mapping[str, argparse.Action], given: Sequence[str] = ()
) -> dict[str, Any]:
    """Return the values of the options that a file gives, but for those that are *given* already.

    Raises:
        InputError: the file, a key or a value cannot be used.
    """
    values = {}
    for key, value in _toml_of(path).items():
        if key not in options:
            hint = nearest(key, options) or ":"
            raise InputError(
                f"--config {path}: unknown key {key!r}{hint} available: {', '.join(options)}"
            )
        try:
            values[key] = _value(options[key], value)
        except (argparse.ArgumentTypeError, ValueError) as error:
            raise InputError(f"--config {path}: key {key!r}: {error}") from error
    return {key: value for key, value in values.items() if f"--{key}" not in given}


def config_value(path: Path, key: str) -> Any:
    """Return what a file gives for a key, unchecked, or None; raise InputError as `read_config`."""
    return _toml_of(path).get(key)


def _toml_of(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(read_text(path))
    except OSError as error:
        raise InputError(f"--config {path}: {error.strerror}") from error
    except (ValueError, RecursionError) as error:  # not UTF-8, or not TOML
        raise InputError(f"--config {path}: not a TOML file ({error})") from error


def _value(action: argparse.Action, value: Any) -> Any:
    """Return the value of an option for one of a TOML file.

    Raises:
        ValueError: it has another type, or is not among the choices.
        argparse.ArgumentTypeError: the option cannot take it.
    """
    if action.nargs == 0:
        if not isinstance(value, bool):
            raise ValueError(f"expected true or false, not {value!r}")
        return value
    if action.nargs == "+":
        listed = value if isinstance(value, list) else [value]
        if not listed:
            raise ValueError("expected at least one value: leave the key out")
        return [_single(action, one) for one in listed]
    return _single(action, value)


def _single(action: argparse.Action, value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError(f"expected text or a number, not {value!r}")
    convert: Any = action.type or str
    try:
        converted = convert(str(value))
    except argparse.ArgumentTypeError:
        raise
    except (TypeError, ValueError):
        raise ValueError(f"expected {convert.__name__}, not {value!r}") from None
    if action.choices is not None and converted not in action.choices:
        choices = list(map(str, action.choices))
        hint = nearest(str(value), choices) or ":"
        raise ValueError(f"invalid choice {value!r}{hint} available: {', '.join(choices)}")
    return converted


def config_text(prog: str, values: Mapping[str, Any]) -> str:
    """Return the text of a file with values of options.

    Raises:
        InputError: a value is no text of Unicode.
    """
    lines = [f"# {prog} --config FILE.toml, {PACKAGE} {version()}; the rest is as by default"]
    lines += [f"{name} = {_toml(value)}" for name, value in values.items()]
    return "\n".join(lines) + "\n"


def _toml(value: Any) -> str:
    """Return a text, path, number, truth value or list of them in TOML.

    That is JSON, but for DEL, which JSON does not escape, and for characters beyond U+FFFF, which
    it would escape in two halves.
    """
    text = json.dumps(value, ensure_ascii=False, default=str).replace("\x7f", r"\u007f")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise InputError(f"--write-config: {text} is no text of Unicode") from error
    return text


def _write(path: Path, text: str) -> None:
    """Write a new file, or to a device such as /dev/stdout.

    Raises:
        InputError: there is a file already, or it cannot be written.
    """
    if path.is_file():
        raise InputError(f"--write-config {path} exists: name another file, or delete it first")
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError(f"--write-config {path}: {error.strerror}") from error
