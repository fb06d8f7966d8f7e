"""What the commands share: one-line errors, exit statuses, and checks of what was given."""

from __future__ import annotations

import os
import sys
from collections.abc import Collection, Sequence
from pathlib import Path

import benchmarks_data
import proxies
from benchmarks_data.benchmark import Benchmark
from benchmarks_data.errors import InputError
from harness.files.run_record import architectures_of

DEVICES = ("cpu", "cuda", "mps", "xpu")


def load_plugins(prog: str, paths: Sequence[Path]) -> tuple[tuple[Path, int], ...]:
    """Load the files that register further proxies, and return each with its checksum.

    Say which installed plugins are left out.

    Raises:
        InputError: a file cannot be loaded.
    """
    plugins = tuple((path, proxies.load_plugin(path)) for path in map(Path.resolve, paths))
    for problem in proxies.problems():
        print(f"{prog}: {problem}", file=sys.stderr)
    return plugins


def benchmark_of_run(name: str) -> Benchmark:
    """Return the benchmark that a stored result names.

    Raises:
        InputError: it is unknown.
    """
    try:
        return benchmarks_data.get(name)
    except InputError as error:
        raise InputError(f"{error}; if it is a plugin's, name the plugin with --plugin") from error


def tables_folder(given: Path | None) -> Path | None:
    """Return the folder of tables, or several as one path that joins them
    (:mod:`benchmarks_data.formats.places`).

    What was given, else that of NAS_TABLES, else None for the installed table.
    """
    named = os.environ.get("NAS_TABLES")
    return given or (Path(named) if named else None)


def scored_name(option: str, given: str | None, scored: Collection[str]) -> str | None:
    """Return the one way to write the score that an *option* names, ``--against`` or ``--focus``.

    Raises:
        InputError: it is unknown or not scored.
    """
    if given is None:
        return None
    name = proxies.request(given).name
    if name not in scored:
        compared = ", ".join(sorted(scored))
        raise InputError(
            f"{option} {given}: it is not among the scores that are compared: {compared}; name "
            "one of them, or score it too"
        )
    return name


#: What commands leave in a folder that holds their result, and who they are.
RECORDS = {
    "run.json": "harness.run or harness.report",
    "search.json": "harness.search",
    "proxy_search.json": "harness.search --method random, first, evolution or warm-up",
    "trained_search.json": "harness.search --method darts or another that trains",
    "sweep.json": "harness.sweep",
    "theory.json": "harness.theory",
    "combine.json": "harness.combine",
    "fit.json": "harness.fit",
}


def check_replaceable(folder: Path, record: str = "run.json") -> None:
    """Raise InputError when a folder holds a result of another command than the one whose result
    has a *record*.
    """
    for other, command in RECORDS.items():
        if other != record and (folder / other).exists():
            raise InputError(
                f"{folder} holds a result of {command}: choose another folder with --out"
            )


def check_not_larger(folder: Path, count: int) -> None:
    """Raise InputError when a folder holds a report of more architectures than *count*."""
    larger = architectures_of(folder)
    if larger > count:
        raise InputError(
            f"{folder} holds a report of {larger:,} architectures, and this one would have "
            f"{count:,}: choose another folder with --out, or write over it with --replace"
        )


def say_what_is_replaced(prog: str, folder: Path, record: str = "run.json") -> None:
    """Tell when a folder holds an earlier result, which has a *record*, once all that was given is
    accepted.
    """
    if (folder / record).exists():
        print(
            f"{prog}: {folder} holds an earlier result, which this one replaces (--out keeps both)",
            file=sys.stderr,
        )


def check_device(name: str) -> str:
    """Return *name* if torch can compute there; raise InputError otherwise.

    The CPU is not asked, which saves importing torch.
    """
    if name == "cpu":
        return name
    if name.partition(":")[0] not in DEVICES:
        raise InputError(
            f"device {name!r} is unknown: expected one of {', '.join(DEVICES)}, with a number as "
            "in cuda:1"
        )
    import torch

    try:
        torch.zeros(1, device=name)
    except Exception as error:  # each kind of device fails in its own way
        raise InputError(
            f"device {name!r} cannot be used here: {str(error).splitlines()[0]}"
        ) from error
    return name
