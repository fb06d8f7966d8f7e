"""What tests of the command share: its arguments, and a look into the store from outside."""

from __future__ import annotations

import signal
import sqlite3
from contextlib import closing
from pathlib import Path


def arguments(folder: Path, *more: str) -> list[str]:
    return ["--store", str(folder / "s.sqlite"), "--out", str(folder / "out"), *more]


def query_store(path: Path, query: str) -> list[tuple[int, ...]]:
    if not path.exists():
        return []
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        try:
            return connection.execute(query).fetchall()
        except sqlite3.OperationalError:  # not created yet
            return []


def stored_rows(path: Path) -> int:
    return sum(count for (count,) in query_store(path, "SELECT count(*) FROM scores"))


def hear_interrupts() -> None:
    """Let a new process hear Ctrl-C, which shells have what they start in the background ignore."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
