"""The score store: one SQLite file, one row per score under the key that determines it."""

from __future__ import annotations

import math
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import proxies
from benchmarks_data.errors import InputError
from harness.scoring.job import Job, Key, Score, Task, seeds_of
from proxies.status import ERROR, OK

if TYPE_CHECKING:
    from harness.scoring.shipped_scores import ShippedScores

APPLICATION_ID = 0x5A45524F  # "ZERO" in ASCII
VERSION = 1
_SCHEMA = (
    """CREATE TABLE scores (
        benchmark TEXT NOT NULL, dataset TEXT NOT NULL, inputs TEXT NOT NULL, dtype TEXT NOT NULL,
        proxy TEXT NOT NULL, revision INTEGER NOT NULL, seed INTEGER NOT NULL,
        arch INTEGER NOT NULL,
        score REAL, seconds REAL NOT NULL, status TEXT NOT NULL,
        PRIMARY KEY (benchmark, dataset, inputs, dtype, proxy, revision, seed, arch)
    ) WITHOUT ROWID""",
    f"PRAGMA application_id = {APPLICATION_ID}",
    f"PRAGMA user_version = {VERSION}",
)
_INSERT = f"""INSERT INTO scores VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET
        score = excluded.score, seconds = excluded.seconds, status = excluded.status
    WHERE NOT (scores.status = '{OK}' AND excluded.status LIKE '{ERROR}%')"""
_KEY = (
    "benchmark = ? AND dataset = ? AND inputs = ? AND dtype = ? AND proxy = ? AND revision = "
    "? AND seed = ?"
)


class Store:
    """Scores in a file. Every write is a transaction, so a run killed at any moment loses at most
    what was in flight.

    Scores that come with the harness may lie below it: they are read where the file has none of its
    own, and never copied into it.
    """

    def __init__(self, path: Path, below: ShippedScores | None = None) -> None:
        """Open or create the store at *path*, over the scores *below* it.

        Raises:
            InputError: it cannot be used or is something else.
        """
        self.path, self.below = path, below
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._connection = sqlite3.connect(path, timeout=60, isolation_level=None)
        except (OSError, sqlite3.Error) as error:
            raise InputError(
                f"cannot open the store {path}: {error}; choose another file with --store"
            ) from error
        try:
            with self._explained(), self._transaction():
                self._prepare()
            with self._explained():
                self._connection.execute("PRAGMA journal_mode = WAL")
                self._connection.execute("PRAGMA synchronous = NORMAL")
        except BaseException:
            self._connection.close()
            raise

    def _prepare(self) -> None:
        """Create the schema in an empty file; refuse a file that is something else."""
        application, version, tables = (
            self._connection.execute(query).fetchone()[0]
            for query in (
                "PRAGMA application_id",
                "PRAGMA user_version",
                "SELECT count(*) FROM sqlite_master",
            )
        )
        if tables == 0 and application == 0:
            for statement in _SCHEMA:
                self._connection.execute(statement)
        elif application != APPLICATION_ID:
            raise InputError(
                f"{self.path} is not a store of scores: choose another file with --store"
            )
        elif version != VERSION:
            raise InputError(
                f"store {self.path} has format {version}, not {VERSION}: choose another file "
                "with --store"
            )

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise InputError(
                f"cannot use the store {self.path}: {error}; choose another file with --store"
            ) from error

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def write(self, job: Job, scores: Iterable[Score]) -> None:
        """Save scores in one transaction.

        A score replaces the one under its key, but a failure does not replace a score.
        """
        key = cache(lambda proxy, seed: job.key_of(proxies.request(proxy), seed))
        rows = [
            (
                *key(score.proxy, score.seed),
                score.index,
                None if math.isnan(score.score) else score.score,
                score.seconds,
                score.status,
            )
            for score in scores
        ]
        with self._explained(), self._transaction():
            self._connection.executemany(_INSERT, rows)

    def read(self, job: Job, request: proxies.Request, seed: int) -> dict[int, Score]:
        """Return the scores of a request under a seed, by architecture.

        A failure of the file's own does not hide a score that comes with the harness.

        Raises:
            InputError: for rows that no run has written.
        """
        own = self._own(job, request, seed)
        below = self.below.read(job, request, seed) if self.below else {}
        return own | {arch: score for arch, score in below.items() if not _final(own.get(arch))}

    def _own(self, job: Job, request: proxies.Request, seed: int) -> dict[int, Score]:
        """Return the scores that the file itself has, as :meth:`read` does."""
        query = f"SELECT arch, score, seconds, status FROM scores WHERE {_KEY}"
        with self._explained():
            rows = self._connection.execute(query, job.key_of(request, seed)).fetchall()
        self._check(rows)
        return {
            arch: Score(
                arch, request.name, seed, math.nan if score is None else score, seconds, status
            )
            for arch, score, seconds, status in rows
        }

    def _check(self, rows: Iterable[tuple[object, ...]]) -> None:
        """Raise InputError for rows that no run has written."""
        if not all(map(_plausible, rows)):
            raise InputError(
                f"the store {self.path} holds values that no run has written: choose another "
                "file with --store"
            )

    def everything(self) -> Iterator[tuple[Key, Score]]:
        """Yield all scores that the file itself has, each with its key.

        Raises:
            InputError: for rows that no run has written.
        """
        names = ", ".join(Key._fields)
        query = f"SELECT arch, score, seconds, status, {names} FROM scores"
        with self._explained():
            for arch, score, seconds, status, *key in self._connection.execute(query):
                self._check([(arch, score, seconds, status)])
                its = Key(*key)
                value = math.nan if score is None else score
                yield its, Score(arch, its.proxy, its.seed, value, seconds, status)

    def tasks_due(
        self,
        job: Job,
        requests: Iterable[proxies.Request],
        indices: Sequence[int],
        seeds: Sequence[int],
        *,
        force: bool = False,
    ) -> list[Task]:
        """Return one task per architecture and seed that lacks a score here (every one with
        *force*).
        """
        due: dict[tuple[int, int], list[str]] = {}
        for request in proxies.expand(requests):
            for seed in seeds_of(request, seeds):
                done = set() if force else self.finished(job, request, seed)
                for index in indices:
                    if index not in done:
                        due.setdefault((index, seed), []).append(request.name)
        same: dict[tuple[str, ...], tuple[str, ...]] = {}  # one tuple for all tasks that have it
        return [
            Task(index, seed, same.setdefault(tuple(names), tuple(names)))
            for (index, seed), names in sorted(due.items())
        ]

    def finished(self, job: Job, request: proxies.Request, seed: int) -> set[int]:
        """Return the architectures that need no further attempt.

        Scored, or missing for a reason that will not change.
        """
        below = self.below.architectures(job, request, seed) if self.below else set()
        return below | self._finished(job, request, seed)

    def shipped(self, job: Job, request: proxies.Request, seed: int) -> set[int]:
        """Return the architectures whose scores are those that come with the harness."""
        below = self.below.architectures(job, request, seed) if self.below else set()
        return below - self._finished(job, request, seed) if below else set()

    def _finished(self, job: Job, request: proxies.Request, seed: int) -> set[int]:
        """Return the architectures that the file itself has all there is to know of."""
        own = self._own(job, request, seed)
        return {arch for arch, score in own.items() if _final(score)}

    def kept(self, job: Job, failed: Iterable[Score]) -> int:
        """Return how many failures have an earlier score in the file itself, which they did not
        replace.
        """
        seen: defaultdict[tuple[str, int], set[int]] = defaultdict(set)
        for score in failed:
            seen[score.proxy, score.seed].add(score.index)
        return sum(
            stored.status == OK
            for (proxy, seed), indices in seen.items()
            for index, stored in self._own(job, proxies.request(proxy), seed).items()
            if index in indices
        )


def _final(score: Score | None) -> bool:
    """Return whether there is a score, or the reason why there never will be one."""
    return score is not None and not score.status.startswith(ERROR)


def _plausible(row: tuple[object, ...]) -> bool:
    """Return whether a row's architecture, score, seconds and status can be what
    :meth:`Store.write` wrote.
    """
    arch, score, seconds, status = row
    typed = type(arch) is int and type(seconds) is float and type(status) is str
    return typed and (type(score) is float if status == OK else score is None)
