"""``harness.scores pack``: the scores of stores, written into the files that come with the harness.

Packed are the scores that a run by default looks for: in float32, from the default inputs or none,
of proxies and benchmarks of the harness, of the revision that the code has. Failures are left out.
What comes with the harness already stays, if it is still of the code's revision.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import benchmarks_data
import proxies
from benchmarks_data.command import Parser, given_path, writable_folder
from benchmarks_data.errors import InputError
from benchmarks_data.listed import ListedBenchmark
from harness.files.provenance import with_versions
from harness.files.records import record_text
from harness.files.scores_record import FORMAT, ScoresIndex
from harness.files.whole import write_text
from harness.leaderboard.plan import default_inputs
from harness.leaderboard.spread import TOLERANCE, Spread, allowed, spread_of
from harness.scoring.job import Job, Key, Score
from harness.scoring.shipped_scores import (
    COLUMNS,
    FOLDER,
    INDEX,
    ShippedScores,
    file_of,
    is_place,
    line_of,
    of_harness,
    parts_of,
)
from harness.scoring.store import Store
from proxies.status import ERROR, OK

#: Inputs, precision, proxy, revision, seed and architecture of a score: the order of the rows.
Place = tuple[str, str, str, int, int, int]


class Kept(NamedTuple):
    """What a file says of a score, as text that reads back the same."""

    score: str
    seconds: str
    status: str


class Scores:
    """Scores by file and place. The first under a key stays."""

    def __init__(self) -> None:
        self.files: defaultdict[str, dict[Place, Kept]] = defaultdict(dict)
        self.left_out: Counter[str] = Counter()
        self.apart: list[tuple[str, Place, Kept]] = []
        self._why_not = cache(why_not)
        self._spread = cache(self._spread_of)

    def add_store(self, path: Path) -> None:
        """Take what is to be packed of a store.

        Raises:
            InputError: there is none, or it cannot be read.
        """
        if not path.exists():
            raise InputError(f"--store {path}: there is no such file")
        with Store(path) as store:
            for key, score in store.everything():
                reason = "failures" if score.status.startswith(ERROR) else self._why_not(key)
                if reason:
                    self.left_out[reason] += 1
                else:
                    place: Place = (*key[2:], score.index)
                    self._add(file_of(key.benchmark, key.dataset), place, _kept(score))

    def add_shipped(self, shipped: ShippedScores) -> None:
        """Take what comes with the harness already.

        Raises:
            InputError: a file is damaged, whose scores would be lost.
        """
        for name in shipped.index:
            architectures, dataset = parts_of(name)
            for inputs, dtype, proxy, revision, seed, arch, *kept in shipped.rows(name):
                place = (inputs, dtype, proxy, int(revision), int(seed), int(arch))
                key = Key(architectures, dataset, *place[:5])
                if reason := self._why_not(key):
                    self.left_out[reason] += 1
                else:
                    self._add(name, place, Kept(*kept))
        if shipped.problems:
            raise InputError(
                f"{shipped.problems[0]}; nothing was written. Restore the file from the release, "
                "or remove its entry in index.json to lose its scores alone"
            )

    def _add(self, name: str, place: Place, kept: Kept) -> None:
        first = self.files[name].setdefault(place, kept)
        if (first.score, first.status) != (kept.score, kept.status):
            self.apart.append((name, place, kept))

    def check(self) -> float:
        """Return the largest distance between two scores under one key, as
        :mod:`harness.leaderboard.spread` measures it.

        Raises:
            InputError: they lie further apart than TOLERANCE allows.
        """
        worst = 0.0
        for name, place, other in self.apart:
            first = self.files[name][place]
            apart = self._spread(name, place[2]).distance(_value(first), _value(other))
            worst = max(worst, apart)
            if apart > allowed(place[2], TOLERANCE) or first.status != other.status:
                raise InputError(
                    f"{name}: two scores of {place[2]}, architecture {place[5]}, seed {place[4]}: "
                    f"{first.score or first.status} and {other.score or other.status}: raise the "
                    "revision of the proxy if it has changed, else leave out the store that is "
                    "wrong; nothing was written"
                )
        return worst

    def _spread_of(self, name: str, proxy: str) -> Spread:
        """Return where a proxy's scores in a file lie."""
        its = (kept for place, kept in self.files[name].items() if place[2] == proxy)
        return spread_of(map(_value, its))


def _kept(score: Score) -> Kept:
    value = repr(score.score) if score.status == OK else ""
    return Kept(value, f"{score.seconds:.3g}", " ".join(score.status.split()))


def _value(kept: Kept) -> float:
    return float(kept.score or "nan")


def why_not(key: Key) -> str:
    """Return why scores under a key are not packed; empty where they are."""
    name = key.benchmark.partition("@")[0]
    if name not in benchmarks_data.names() or not of_harness(name):
        return "of other benchmarks"
    try:
        request = proxies.request(key.proxy)
    except InputError:
        return "of other proxies"
    if not request.proxy.own or request.name != key.proxy:
        return "of other proxies"
    benchmark = benchmarks_data.get(name)
    inputs = default_inputs(benchmark)
    jobs = [Job(name, dataset, inputs) for dataset in benchmark.datasets]
    if key.revision != jobs[0].revision_of(request):
        return "of another revision"
    if key.dtype != jobs[0].dtype or key.inputs != jobs[0].inputs_of(request):
        return "from other inputs or in another precision"
    place = file_of(name, key.dataset)
    known = place in {file_of(name, job.dataset_of(request)) for job in jobs}
    listed = isinstance(benchmark, ListedBenchmark)
    if not known:
        return "of other datasets"
    right = listed == ("@" in key.benchmark) and is_place(file_of(key.benchmark, key.dataset))
    return "" if right else "of other benchmarks"


def write(scores: Scores, folder: Path) -> int:
    """Write the files that have changed, then the index; return how many scores there are now."""
    index = ShippedScores(folder).index
    made = _provenance()
    entries: dict[str, Any] = {}
    for name, rows in sorted(scores.files.items()):
        content = _packed(rows)
        checksum = hashlib.sha256(content).hexdigest()
        if name in index and index[name].sha256 == checksum:
            entries[name] = index[name]
            continue
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_name(f".{path.name}.partial")
        partial.write_bytes(content)
        partial.replace(path)
        entries[name] = {"sha256": checksum, "rows": len(rows), **made}
    write_text(folder / INDEX, _index_text(entries))
    for name in index.keys() - entries.keys():
        (folder / name).unlink(missing_ok=True)
    return sum(map(len, scores.files.values()))


def _packed(rows: dict[Place, Kept]) -> bytes:
    """Return the bytes of a file, which depend on its rows alone."""
    lines = [line_of((*place, *kept)) for place, kept in sorted(rows.items())]
    return gzip.compress("".join([line_of(COLUMNS), *lines]).encode(), mtime=0)


def _index_text(entries: dict[str, Any]) -> str:
    import msgspec

    record = {"format": FORMAT, "files": msgspec.to_builtins(entries)}
    return record_text(record, ScoresIndex, indent=1)


def _provenance() -> dict[str, Any]:
    return with_versions({"packed": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())})


def pack(stores: Iterable[Path], folder: Path) -> list[str]:
    """Pack stores into a folder, beside what it has; return what a person wants to know.

    Raises:
        InputError: a store cannot be used, a file is damaged, or two scores under one key differ;
            nothing is written then.
    """
    scores = Scores()
    scores.add_shipped(ShippedScores(folder))
    for path in stores:
        scores.add_store(path)
    apart = scores.check()
    writable_folder(folder)
    total = write(scores, folder)
    lines = [f"{count:,} scores {reason} are left out" for reason, count in scores.left_out.items()]
    if scores.apart:
        lines.append(
            f"{len(scores.apart):,} scores differ from those that stay, by {apart:.1g} of the "
            "spread at most"
        )
    return [*lines, f"{folder}: {total:,} scores in {len(scores.files)} files"]


def parser(prog: str) -> argparse.ArgumentParser:
    """Return the action's argument parser."""
    p = Parser(prog, "Write the scores of stores into the files that come with the harness.")
    p.add_argument(
        "--store",
        type=given_path,
        action="append",
        required=True,
        metavar="FILE",
        help="a store of scores; named several times for several",
    )
    p.add_argument(
        "--to",
        type=given_path,
        default=FOLDER,
        metavar="DIR",
        help=f"the folder of the files; what it has stays (default: {FOLDER})",
    )
    return p


def carry_out(prog: str, argv: Sequence[str]) -> int:
    """Pack the stores, say what was left out, and return the exit status."""
    args = parser(prog).parse_args(argv)
    for line in pack(args.store, args.to):
        print(line)
    return 0
