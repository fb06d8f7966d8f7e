"""``harness.scores verify``: some of the scores that come with the harness, computed anew."""

from __future__ import annotations

import argparse
import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from statistics import median
from typing import NamedTuple

import benchmarks_data
import proxies
from benchmarks_data.benchmark import Benchmark
from benchmarks_data.command import FAILED, Parser
from benchmarks_data.errors import InputError, NoTable
from benchmarks_data.listed import ListedBenchmark, listing_of
from harness.computing.contract import Executor
from harness.leaderboard.packing import TOLERANCE, why_not
from harness.leaderboard.plan import default_inputs
from harness.regression.verdicts import distance
from harness.scoring.execution import run
from harness.scoring.job import Job, Key, Task
from harness.scoring.shipped_scores import ShippedScores, file_of
from harness.terminal.checks import tables_folder
from harness.terminal.executor_options import add_options, executor_of
from harness.terminal.options import add_tables, natural, positive

SAMPLE = 20


class Known(NamedTuple):
    """A score of a file."""

    proxy: str
    seed: int
    arch: int
    score: float


@dataclass(frozen=True)
class Compared:
    """What computing scores of a file anew came to: each with the score now and their distance."""

    scores: list[tuple[Known, float, float]]

    @property
    def worst(self) -> tuple[Known, float, float]:
        """The score that moved most."""
        return max(self.scores, key=lambda one: one[2])

    def moved(self, tolerance: float) -> int:
        """Return how many scores moved by more than *tolerance*."""
        return sum(apart > tolerance for *_, apart in self.scores)


def known_scores(scores: ShippedScores, name: str) -> list[Known]:
    """Return the scores of a file that this version computes."""
    folder, dataset = name.removesuffix(".csv.gz").split("/")
    known, left_out = [], cache(why_not)
    for row in scores.rows(name):
        inputs, dtype, proxy, revision, seed, arch, score, *_ = row
        if not left_out(Key(folder, dataset, inputs, dtype, proxy, int(revision), int(seed))):
            known.append(Known(proxy, int(seed), int(arch), float(score or "nan")))
    return known


def compared(
    name: str, known: Sequence[Known], drawn: Sequence[Known], executor: Executor
) -> Compared:
    """Compute the *drawn* scores of a file anew, and return how far each has moved.

    Distances are relative to the larger of a score's size and the median size of the proxy's
    scores among those that are *known*, as the regression measures them.
    """
    now = {
        (one.proxy, one.seed, one.index): one.score
        for job, tasks in _tasks(name, drawn)
        for scores in run(job, tasks, executor)
        for one in scores
    }
    sizes: defaultdict[str, list[float]] = defaultdict(list)
    for one in known:
        if abs(one.score) < float("inf"):
            sizes[one.proxy].append(abs(one.score))
    typical = {proxy: median(its) for proxy, its in sizes.items()}
    values = [(one, now[one.proxy, one.seed, one.arch]) for one in drawn]
    return Compared(
        [(one, new, distance(one.score, new, typical.get(one.proxy, 0.0))) for one, new in values]
    )


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
    return name.partition("/")[0].partition("@")[0]


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
        help="how far a score may move, relative (default: %(default)s)",
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
            moved += result.moved(args.tolerance)
    if shipped.problems or not named:
        raise InputError("; ".join(shipped.problems) or f"{shipped.folder} has no such scores")
    return FAILED if moved else 0


def _said(result: Compared, count: int, tolerance: float) -> str:
    (known, now, apart), moved = result.worst, result.moved(tolerance)
    verdict = f"{moved} moved by more than {tolerance:g}" if moved else "all hold"
    if not apart:
        return f"{len(result.scores):,} of {count:,} scores computed anew, all equal to the bit"
    return (
        f"{len(result.scores):,} of {count:,} scores computed anew, {verdict}; largest relative "
        f"difference {apart:.1e} ({known.proxy}, architecture {known.arch}, seed {known.seed}: "
        f"{known.score!r}, now {now!r})"
    )
