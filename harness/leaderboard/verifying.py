"""``harness.scores verify``: some of the scores that come with the harness, computed anew."""

from __future__ import annotations

import argparse
import math
import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NamedTuple

import benchmarks_data
import proxies
from benchmarks_data.benchmark import Benchmark
from benchmarks_data.command import FAILED, Parser
from benchmarks_data.errors import InputError, NoTable
from benchmarks_data.listed import ListedBenchmark, listing_of
from harness.computing.contract import Executor
from harness.leaderboard.packing import why_not
from harness.leaderboard.plan import default_inputs
from harness.leaderboard.spread import TOLERANCE, allowed, spread_of
from harness.scoring.execution import amount, run
from harness.scoring.job import Job, Key, Score, Task
from harness.scoring.shipped_scores import ShippedScores, file_of, parts_of
from harness.terminal.checks import tables_folder
from harness.terminal.executor_options import add_options, executor_of
from harness.terminal.options import add_tables, natural, positive
from harness.terminal.progress import tracked
from proxies.status import OK

SAMPLE = 20


class Known(NamedTuple):
    """A score of a file."""

    proxy: str
    seed: int
    arch: int
    score: float
    status: str

    @property
    def text(self) -> str:
        """The score, or why there is none."""
        return repr(self.score) if self.status == OK else self.status


class Again(NamedTuple):
    """A score of a file, what it is now, and how far apart the two lie: inf where one of them is
    missing, or both are for different reasons.
    """

    before: Known
    now: Known
    apart: float


@dataclass(frozen=True)
class Compared:
    """What computing scores of a file anew came to."""

    scores: list[Again]

    def moved(self, tolerance: float) -> list[Again]:
        """Return the scores that moved by more than *tolerance* allows, the furthest first."""
        far = [one for one in self.scores if one.apart > allowed(one.before.proxy, tolerance)]
        return sorted(far, key=lambda one: -one.apart)


def known_scores(scores: ShippedScores, name: str) -> list[Known]:
    """Return the scores of a file that this version computes."""
    folder, dataset = parts_of(name)
    known, left_out = [], cache(why_not)
    for row in scores.rows(name):
        inputs, dtype, proxy, revision, seed, arch, score, _, status = row
        if not left_out(Key(folder, dataset, inputs, dtype, proxy, int(revision), int(seed))):
            known.append(Known(proxy, int(seed), int(arch), float(score or "nan"), status))
    return known


def compared(
    name: str, known: Sequence[Known], drawn: Sequence[Known], executor: Executor
) -> Compared:
    """Compute the *drawn* scores of a file anew, and return how far each has moved.

    Distances are in spreads of the proxy's scores among those that are *known*.
    """
    now = {
        (one.proxy, one.seed, one.index): Known(
            one.proxy, one.seed, one.index, one.score, " ".join(one.status.split())
        )
        for job, tasks in _tasks(name, drawn)
        for scores in _shown(name, job, tasks, executor)
        for one in scores
    }
    values: defaultdict[str, list[float]] = defaultdict(list)
    for one in known:
        values[one.proxy].append(one.score)
    spreads = {proxy: spread_of(its) for proxy, its in values.items()}
    pairs = [(one, now[one[:3]]) for one in drawn]
    return Compared(
        [
            Again(
                one,
                new,
                spreads[one.proxy].distance(one.score, new.score)
                if one.status == new.status
                else math.inf,
            )
            for one, new in pairs
        ]
    )


def _shown(name: str, job: Job, tasks: Sequence[Task], executor: Executor) -> Iterator[list[Score]]:
    """Yield the scores of tasks, and show how far they are."""
    count, what = amount(tasks)
    return tracked("verifying", count, f"{what} of {name}", run(job, tasks, executor))


def _tasks(name: str, drawn: Sequence[Known]) -> Iterator[tuple[Job, list[Task]]]:
    """Yield the work that computes scores, by the dataset whose networks they are of."""
    benchmark = benchmarks_data.get(_benchmark(name))
    inputs = default_inputs(benchmark)
    jobs = [
        Job(benchmark.name, dataset, inputs, listing=listing_of(benchmark))
        for dataset in benchmark.datasets
    ]
    due: defaultdict[Job, defaultdict[tuple[int, int], list[str]]]
    due = defaultdict(lambda: defaultdict(list))
    for one in drawn:
        request = proxies.request(one.proxy)
        job = next(
            its for its in jobs if file_of(its.architectures, its.dataset_of(request)) == name
        )
        due[job][one.arch, one.seed].append(one.proxy)
    for job, by_task in due.items():
        yield job, [Task(*place, tuple(names)) for place, names in sorted(by_task.items())]


def _benchmark(name: str) -> str:
    """Return the benchmark of a file."""
    return parts_of(name)[0].partition("@")[0]


def why_skipped(name: str, tables: Path | None) -> str:
    """Return why no score of a file can be computed: its list of architectures is not there. Empty
    where they can.
    """
    benchmark: Benchmark = benchmarks_data.get(_benchmark(name))
    if not isinstance(benchmark, ListedBenchmark):
        return ""
    try:
        benchmark.table(tables)
    except NoTable:
        return "the list of its architectures is in a table: name the folder with NAS_TABLES"
    same = Job(benchmark.name, "", listing=listing_of(benchmark)).architectures
    return "" if name.startswith(f"{same}/") else "the table lists other architectures"


def parser(prog: str) -> argparse.ArgumentParser:
    """Return the action's argument parser."""
    p = Parser(prog, "Compute some of the scores that come with the harness anew, and compare.")
    p.add_argument(
        "--sample",
        type=positive,
        default=SAMPLE,
        metavar="N",
        help=f"random scores of each file (default: {SAMPLE})",
    )
    p.add_argument("--benchmark", nargs="+", metavar="NAME", help="of these alone (default: all)")
    p.add_argument(
        "--seed", type=natural, default=0, metavar="SEED", help="draws the scores (default: 0)"
    )
    p.add_argument(
        "--tolerance",
        type=_tolerance,
        default=TOLERANCE,
        metavar="X",
        help="how far a score may move, in spreads of its proxy's scores (default: %(default)s)",
    )
    add_tables(p)
    add_options(p)
    return p


def _tolerance(text: str) -> float:
    value = float(text)
    if not 0 <= value < 1:
        raise argparse.ArgumentTypeError(f"expected a number from 0 to 1, not {text!r}")
    return value


def carry_out(prog: str, argv: Sequence[str]) -> int:
    """Print a line for each file; return 1 where a score moved."""
    args = parser(prog).parse_args(argv)
    executor, shipped = executor_of(args), ShippedScores()
    for name in args.benchmark or ():
        benchmarks_data.get(name)
    named = [
        one for one in shipped.index if not args.benchmark or _benchmark(one) in args.benchmark
    ]
    moved = 0
    for name in sorted(named):
        known = known_scores(shipped, name)
        if why := why_skipped(name, tables_folder(args.tables)):
            print(f"{name}: skipped: {why}", flush=True)
        elif known:
            drawn = random.Random(args.seed).sample(known, min(args.sample, len(known)))
            result = compared(name, known, drawn, executor)
            print(f"{name}: {_said(result, len(known), args.tolerance)}", flush=True)
            moved += len(result.moved(args.tolerance))
    if shipped.problems or not named:
        raise InputError("; ".join(shipped.problems) or f"{shipped.folder} has no such scores")
    return FAILED if moved else 0


def _said(result: Compared, count: int, tolerance: float) -> str:
    moved = result.moved(tolerance)
    worst = moved[0] if moved else max(result.scores, key=lambda one: one.apart)
    verdict = f"{len(moved)} moved by more than is allowed" if moved else "all hold"
    if not worst.apart:
        return f"{len(result.scores):,} of {count:,} scores computed anew, all equal to the bit"
    before = worst.before
    return (
        f"{len(result.scores):,} of {count:,} scores computed anew, "
        f"{verdict}; largest difference {worst.apart:.1e} of the spread "
        f"({before.proxy}, architecture {before.arch}, seed {before.seed}: {before.text}, "
        f"now {worst.now.text})"
    )
