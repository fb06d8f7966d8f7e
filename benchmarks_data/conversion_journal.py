"""What a conversion has read so far, from which it goes on after it was stopped."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

from benchmarks_data.errors import InputError

#: Rows are on the disk after so many at the latest.
FLUSH = 200
#: Changes whenever the readers do, so that no conversion goes on with what an older one has read.
READER = 2


def signature(source: Path, pairs: Sequence[str]) -> str:
    """Return what a conversion is recognised by when it goes on.

    Its source, with every file of a folder, and its columns.
    """
    files = sorted(source.iterdir()) if source.is_dir() else [source.resolve()]
    described = [
        f"{path} {status.st_size} {status.st_mtime_ns}" for path in files if (status := path.stat())
    ]
    return "\n".join([f"reader {READER}", str(source.resolve()), *pairs, *described])


class Journal:
    """The rows that have been read so far, in a file that a conversion goes on from.

    It is begun anew for another source.
    """

    def __init__(self, path: Path, signature: str, columns: Sequence[str]) -> None:
        self.path, self.columns = path, list(columns)
        self._head = [
            ["source", hashlib.sha256(signature.encode(errors="surrogateescape")).hexdigest()],
            ["index", *columns],
        ]
        self.done: dict[int, list[str]] = {}
        self._met: set[int] = set()
        self._file: TextIO | None = None

    def __enter__(self) -> Journal:
        self._read()
        self._file = self.path.open("w", encoding="utf-8", newline="")
        writer = csv.writer(self._file)
        writer.writerows([*self._head, *([index, *cells] for index, cells in self.done.items())])
        return self

    def __exit__(self, *_: object) -> None:
        if self._file:
            self._file.close()

    def _read(self) -> None:
        try:
            with self.path.open(encoding="utf-8", newline="") as file:
                head, names, *rows = csv.reader(file)
        except (OSError, ValueError, csv.Error):
            return
        if [head, names] == self._head:
            # The last row may be torn.
            self.done = {
                int(row[0]): row[1:]
                for row in rows[:-1]
                if len(row) == len(names) and row[0].isdigit()
            }

    def add(self, index: int, values: dict[str, float]) -> None:
        """Keep a row, unless an earlier conversion has.

        Raises:
            InputError: it stands in the source twice.
        """
        if index in self._met:
            raise InputError(f"architecture {index} stands in the source twice")
        self._met.add(index)
        if index in self.done:
            return
        if unknown := set(values) - set(self.columns):
            raise InputError(
                f"the source has a column {sorted(unknown)[0]!r} that does not belong to it"
            )
        cells = [repr(values[name]) if name in values else "" for name in self.columns]
        self.done[index] = cells
        if self._file:
            csv.writer(self._file).writerow([index, *cells])
            if len(self.done) % FLUSH == 0:
                self._file.flush()
