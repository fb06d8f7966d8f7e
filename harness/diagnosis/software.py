"""What is installed: versions, devices, proxies and plugins."""

from __future__ import annotations

import importlib
import platform
import re
import warnings
from collections.abc import Iterator, Sequence
from importlib import metadata
from pathlib import Path

from benchmarks_data.command import PACKAGE, version
from benchmarks_data.errors import InputError
from harness.computing.local import cores
from harness.diagnosis.finding import Finding

_REQUIREMENT = re.compile(r"([\w.-]+)\s*>=\s*([\d.]+)")


def versions() -> Iterator[Finding]:
    """Yield the versions of Python, of the harness, and of what it needs."""
    yield Finding(f"Python {platform.python_version()}, {PACKAGE} {version()}")
    held = []
    for name, least in requirements():
        try:
            installed = metadata.version(name)
        except metadata.PackageNotFoundError:
            yield Finding(f"{name} is not installed", f"pip install '{name}>={least}'", fatal=True)
            continue
        if numbers(installed) < numbers(least):
            text = f"{name} {installed} is older than {least}"
            yield Finding(text, f"pip install --upgrade '{name}>={least}'", fatal=True)
        else:
            held.append(f"{name} {installed}")
    if held:
        yield Finding(", ".join(held))


def requirements() -> list[tuple[str, str]]:
    """Return what the harness needs, by name, with the least version.

    Nothing where it runs from a folder without having been installed.
    """
    try:
        lines = metadata.requires(PACKAGE) or []
    except metadata.PackageNotFoundError:
        return []
    needed = [_REQUIREMENT.fullmatch(line) for line in lines if ";" not in line]  # no extras
    return [(match[1], match[2]) for match in needed if match]


def numbers(text: str) -> tuple[int, ...]:
    """Return the numbers of a version, of which a local part such as +cpu has none."""
    return tuple(int(one) for one in re.findall(r"\d+", text.partition("+")[0])[:3])


def devices() -> Iterator[Finding]:
    """Yield the devices that torch can compute on."""
    try:
        import torch
    except Exception as error:  # a library that it needs, for one
        text = f"torch cannot be imported: {' '.join(str(error).split())}"
        yield Finding(text, "pip install --force-reinstall torch", fatal=True)
        return
    yield Finding(f"cpu: {cores()} cores, {torch.get_num_threads()} threads of torch")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of drivers that are too old
        cuda = torch.cuda.is_available()
    for number in range(torch.cuda.device_count() if cuda else 0):
        known = torch.cuda.get_device_properties(number)
        yield Finding(f"cuda:{number}: {known.name}, {known.total_memory / 2**30:.0f} GiB")
    if not cuda:
        yield Finding("cuda: none")
    yield Finding(f"mps: {'there' if torch.backends.mps.is_available() else 'none'}")


def plugins(files: Sequence[Path]) -> Iterator[Finding]:
    """Yield what is registered, and which plugins are not."""
    proxies = importlib.import_module("proxies")
    try:
        entries = proxies.registered()
    except InputError as error:
        yield Finding(str(error), "mend or uninstall it", fatal=True)
        return
    others = [name for name, entry in entries.items() if not entry.own]
    own = f"{len(entries) - len(others)} proxies of the harness"
    yield Finding(f"{own}; of installed plugins: {', '.join(others) or 'none'}")
    for problem in proxies.problems():
        yield Finding(problem, "mend the plugin, or uninstall its package")
    for file in files:
        try:
            proxies.load_plugin(file.resolve())
            yield Finding(f"--plugin {file}: loaded")
        except InputError as error:
            yield Finding(str(error), "mend the file, or leave --plugin out", fatal=True)
