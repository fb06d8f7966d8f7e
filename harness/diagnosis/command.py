"""All checks, one after the other, as a person reads them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

from benchmarks_data.command import FAILED
from harness.diagnosis import data, software
from harness.diagnosis.finding import Finding, guarded
from harness.terminal.console import folded

Checks = dict[str, Callable[[], Iterator[Finding]]]


def checks(tables: Path | None, store: Path, out: Path, plugins: Sequence[Path]) -> Checks:
    """Return all checks by what they look at."""
    return {
        "Versions": software.versions,
        "Devices": software.devices,
        "Proxies and plugins": partial(software.plugins, plugins),
        "Benchmarks and tables": partial(data.tables, tables),
        "Store of scores": partial(data.store, store),
        "Reports": partial(data.folder, out, "--out"),
    }


def diagnose(every: Checks) -> int:
    """Print what each check says as it comes, and return the exit status.

    0 where harness.run works, 1 where something has to be mended first.
    """
    fatal = 0
    for title, check in every.items():
        print(title, flush=True)
        for one in guarded(check):
            print(folded(f"  {one.mark}  {one.text}", 6), flush=True)
            if one.mend:
                print(f"      mend: {one.mend}", flush=True)
            fatal += one.fatal
    print(
        f"harness.run does not work here until what has !! is mended: {fatal}"
        if fatal
        else "harness.run works here."
    )
    return FAILED if fatal else 0
