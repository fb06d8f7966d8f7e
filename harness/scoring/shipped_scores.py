"""The scores that come with the harness: files of them, read but never written by a run.

A file holds the scores of the architectures of one benchmark on one dataset, as the key of a score
names both: ``reports/scores/nb201/cifar10.csv.gz``, or ``nb201/32_pixels.csv.gz`` of the scores
that read no logits. Its rows are COLUMNS, sorted, so that those under one key stand together.
``index.json`` beside the files says how many rows each has, and the checksum of its bytes.
"""

from __future__ import annotations

import csv
import gc
import gzip
import hashlib
import io
import math
import os
import re
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import benchmarks_data
import proxies
from harness.files.records import DAMAGED, read_record
from harness.files.scores_record import FORMAT, ScoresFile, ScoresIndex
from harness.files.shipped import shipped
from harness.scoring.job import Job, Key, Score
from proxies.status import ERROR, OK

COLUMNS = ("inputs", "dtype", "proxy", "revision", "seed", "arch", "score", "seconds", "status")
#: Where a file may lie in the folder: ARCHITECTURES/DATASET.csv.gz.
PLACE = re.compile(r"[a-z0-9_]+(@[0-9a-f]{16})?/[A-Za-z0-9_.-]+\.csv\.gz")
#: Bytes that a row of a file has at most, on average: what is unpacked is limited by it.
LONGEST = 4096
#: What reading a file of scores raises when it is damaged.
_BROKEN = (OSError, ValueError, EOFError, zlib.error, csv.Error)
#: Where they lie in a checkout.
FOLDER = Path("reports/scores")
INDEX = "index.json"
#: The environment variable that names another folder; an empty folder has no scores.
VARIABLE = "NAS_SCORES"


def scores_folder() -> Path:
    """Return the folder of the scores that come with the harness, or that of NAS_SCORES."""
    named = os.environ.get(VARIABLE)
    return Path(named) if named else shipped(FOLDER)


def file_of(architectures: str, dataset: str) -> str:
    """Return the place of a file of scores in the folder."""
    return f"{architectures}/{dataset.replace(' ', '_')}.csv.gz"


def parts_of(name: str) -> tuple[str, str]:
    """Return the architectures and the dataset, with _ for spaces, that a file's place names."""
    architectures, _, dataset = name.removesuffix(".csv.gz").partition("/")
    return architectures, dataset


def is_place(name: str) -> bool:
    """Return whether a file of scores may lie at this place of the folder, and is in it."""
    return bool(PLACE.fullmatch(name)) and ".." not in name


def line_of(values: Iterable[object]) -> str:
    """Return values as a line of a file of scores, with its end."""
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(values)
    return line.getvalue()


class ShippedScores:
    """The scores in a folder. A file is read when a score of it is first asked for.

    Attributes:
        folder: where they lie.
        index: the files, as index.json names them.
        problems: one line for each file, or proxy of it, that cannot be used; its scores count as
            absent.
        older: names of proxies that were asked for and have scores of other revisions here.
    """

    def __init__(self, folder: Path | None = None) -> None:
        """Take the folder of :func:`scores_folder` where none is given."""
        self.folder = scores_folder() if folder is None else folder
        self.problems: list[str] = []
        if folder is None and not self.folder.is_dir():
            self.problems.append(f"{self.folder} holds no scores: there is no such folder")
        self.older: set[str] = set()
        self._texts: dict[str, str] = {}
        self._known: dict[Key, dict[int, Score]] = {}
        self.index = self._read_index()

    def read(self, job: Job, request: proxies.Request, seed: int) -> dict[int, Score]:
        """Return the scores of a request under a seed, by architecture."""
        if not (self.index and request.proxy.own and of_harness(job.benchmark)):
            return {}  # none of what a plugin defines, whatever it is called
        key = job.key_of(request, seed)
        if key not in self._known:
            self._known[key] = self._parsed(key)
        return self._known[key]

    def architectures(self, job: Job, request: proxies.Request, seed: int) -> set[int]:
        """Return the architectures that :meth:`read` has scores of."""
        return set(self.read(job, request, seed))

    def rows(self, name: str) -> list[list[str]]:
        """Return the rows of a file, each the texts of COLUMNS; none where it cannot be used."""
        try:
            rows = list(csv.reader(self._text(name).splitlines()[1:]))
            _scores(rows)
        except _BROKEN as error:
            self._texts[name] = ""
            self._tell(name, error)
            return []
        return rows

    @property
    def notes(self) -> list[str]:
        """What a person should know of the scores that were asked for, a line each."""
        if not self.older:
            return self.problems
        names = ", ".join(sorted(self.older))
        return [*self.problems, f"scores of {names} that come with the harness are not used: they "
                "are of an older revision"]  # fmt: skip

    def _parsed(self, key: Key) -> dict[int, Score]:
        """Return the scores under a key; none, which is told, where pack has not written them."""
        try:
            with _uncollected():
                every = _scores(list(csv.reader(self._lines(key))))
        except _BROKEN as error:
            what = f"scores of {key.proxy} in "
            self._tell(file_of(key.benchmark, key.dataset), error, what)
            return {}
        return {score.index: score for score in every}

    def _lines(self, key: Key) -> list[str]:
        """Return the lines under a key, and note where there are some of an older revision."""
        text = self._text(file_of(key.benchmark, key.dataset))
        lines = _block(text, key[2:])
        if not lines and _block(text, key[2:5]) and not _block(text, key[2:6]):
            self.older.add(key.proxy)
        return lines

    def _text(self, name: str) -> str:
        """Return the text of a file; empty where there is none, or it cannot be used."""
        if name not in self._texts:
            self._texts[name] = self._read(name) if name in self.index else ""
        return self._texts[name]

    def _read(self, name: str) -> str:
        try:
            content = (self.folder / name).read_bytes()
            if hashlib.sha256(content).hexdigest() != self.index[name].sha256:
                raise ValueError("its checksum is not that of index.json")
            text = _unpacked(content, LONGEST * (self.index[name].rows + 1)).decode()
            _check(text, self.index[name].rows)
        except _BROKEN as error:
            self._tell(name, error)
            return ""
        return text

    def _read_index(self) -> dict[str, ScoresFile]:
        if not (self.folder / INDEX).exists():
            return {}
        try:
            index = read_record(self.folder / INDEX, ScoresIndex)
            if index.format != FORMAT:
                raise ValueError(f"it is of format {index.format}, not {FORMAT}")
            if wrong := [name for name in index.files if not is_place(name)]:
                raise ValueError(f"{wrong[0]!r} is not the place of a file of scores")
        except DAMAGED as error:
            self._tell(INDEX, error)
            return {}
        return index.files

    def _tell(self, name: str, error: BaseException, what: str = "") -> None:
        why = getattr(error, "strerror", None) or error
        are = "are" if what else "is"
        self.problems.append(f"{what}{self.folder / name} {are} not used ({why})")


@contextmanager
def _uncollected() -> Iterator[None]:
    """Look for no garbage inside: it takes half of the time where many objects are made that stay,
    none of which is part of a circle.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _scores(rows: Sequence[Sequence[str]]) -> list[Score]:
    """Return the scores of rows; raise ValueError where pack has not written one.

    Column by column, as there may be hundreds of thousands of rows.
    """
    if not rows:
        return []
    for row in rows:
        if len(row) != len(COLUMNS):
            raise ValueError(f"a row has {len(row)} columns, not {len(COLUMNS)}")
    _, _, names, revisions, seeds, archs, texts, seconds, statuses = zip(*rows, strict=True)
    values = [float(text) if text else math.nan for text in texts]
    failed = {status for status in {*statuses} if not status or status.startswith(ERROR)}
    for value, text, status in zip(values, texts, statuses, strict=True):
        if math.isnan(value) == (status == OK) or status in failed:
            raise ValueError(f"a row has the score {text!r} and the status {status!r}")
    for text in {*revisions}:
        int(text)
    whole = {text: int(text) for text in {*seeds}}
    columns = (map(int, archs), names, map(whole.__getitem__, seeds), values, map(float, seconds))
    return list(map(Score, *columns, statuses))


def _unpacked(content: bytes, limit: int) -> bytes:
    """Return what was packed with gzip; raise ValueError where it has more bytes than *limit*."""
    with gzip.open(io.BytesIO(content)) as file:
        unpacked = file.read(limit + 1)
    if len(unpacked) > limit:
        raise ValueError(f"it unpacks to more than {limit:,} bytes")
    return unpacked


def of_harness(benchmark: str) -> bool:
    """Return whether a benchmark of this name is one of the harness, and no plugin's."""
    return type(benchmarks_data.get(benchmark)).__module__.startswith("benchmarks_data.")


def _start(values: Iterable[object]) -> str:
    """Return what lines with these first values begin with."""
    return line_of([*values, ""]).removesuffix("\n")


def _block(text: str, values: Iterable[object]) -> list[str]:
    """Return the lines of a text that begin with these values: they stand together."""
    start = f"\n{_start(values)}"
    first, last = text.find(start), text.rfind(start)
    return text[first + 1 : text.find("\n", last + 1)].split("\n") if first >= 0 else []


def _check(text: str, count: int) -> None:
    """Raise ValueError unless a text is a header and *count* lines."""
    lines = text.count("\n")
    if not text.startswith(line_of(COLUMNS)) or lines != count + 1 or text[-1] != "\n":
        raise ValueError(f"it does not hold the {count} rows of index.json")
