"""The regression of correlations: score pinned architectures again and compare with a committed baseline.

``python -m harness.regress`` exits with 0 (holds), 1 (drifted) or 2 (could not run); ``--update`` writes the baseline anew, for
review as a diff.

It computes on the table that installs with the harness, whatever NAS_TABLES says, so that it runs on any machine.
"""

from __future__ import annotations

import argparse
import math
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import benchmarks_data
import proxies
from benchmarks_data.errors import InputError
from harness.command import FAILED, Parser, default_workers, guarded, positive, writable_folder
from harness.scoring import DTYPES, Job
from harness.selection import select

PROG = "python -m harness.regress"
BASELINE = Path("reports/baselines/nb201.csv")
TARGET = "cifar10_test"
DATASETS = ("cifar10", "cifar100", "imagenet16-120")
COLUMNS = ["benchmark", "dataset", "target", "dtype", "proxy", "quantity", "index", "seed", "value"]
SCORE, TAU = "score", "tau"
#: Allowed change of a score relative to the larger of 1 and its size, and of tau. Deterministic proxies may not change at all.
SCORE_TOLERANCE, TAU_TOLERANCE = 1e-5, 0.01


@dataclass(frozen=True)
class Baseline:
    """Scores by (proxy, index, seed) on a dataset's networks, and tau with one target by proxy. NaN is a missing score."""

    benchmark: str
    dataset: str
    target: str
    dtype: str
    scores: dict[tuple[str, int, int], float]
    taus: dict[str, float]

    @property
    def indices(self) -> list[int]:
        """The pinned architectures."""
        return sorted({index for _, index, _ in self.scores})

    @property
    def seeds(self) -> int:
        """The number of seeds."""
        return 1 + max(seed for _, _, seed in self.scores)


def parser(prog: str = PROG) -> argparse.ArgumentParser:
    """Return the command's argument parser."""
    p = Parser(prog, "Score the pinned architectures of a baseline again, and compare scores and tau.")
    p.add_argument("--baseline", type=Path, default=BASELINE, metavar="FILE", help=f"the baseline (default: {BASELINE})")
    p.add_argument(
        "--tolerance", type=float, default=SCORE_TOLERANCE, metavar="X", help="of scores, relative (default: %(default)s)"
    )
    p.add_argument("--update", action="store_true", help="write the baseline anew, with all proxies, instead of comparing")
    p.add_argument("--archs", default="24", metavar="N", help="with --update: number of architectures to pin (default: 24)")
    p.add_argument("--seeds", type=positive, default=1, metavar="N", help="with --update: number of seeds (default: 1)")
    p.add_argument("--dataset", choices=DATASETS, default="cifar10", help="with --update: whose networks (default: cifar10)")
    p.add_argument("--dtype", choices=DTYPES, default="float32", help="with --update: precision (default: float32)")
    p.add_argument("--workers", type=positive, metavar="N", help="processes that score (default: the machine's cores)")
    return p


def main(argv: Sequence[str] | None = None, prog: str = PROG) -> int:
    """Run the command and return its exit status: 0 holds or updated, 1 drifted, 2 could not run."""
    return guarded(prog, partial(_run, prog), argv, resumable=False)


def _run(prog: str, argv: Sequence[str] | None) -> int:
    args = parser(prog).parse_args(argv)
    workers = args.workers or default_workers()
    if args.update:
        if args.baseline.is_dir():
            raise InputError(f"cannot write the baseline to {args.baseline}: it is a folder")
        writable_folder(args.baseline.parent)
        indices = select(benchmarks_data.get("nb201"), args.archs, "all", 0)
        job = Job("nb201", args.dataset, dtype=args.dtype)
        write(measure(job, TARGET, every_request(), indices, args.seeds, workers), args.baseline)
        print(f"wrote {args.baseline}: {len(indices)} architectures; review the change and commit it")
        return 0
    expected = read(args.baseline)
    requests = [proxies.request(name) for name in expected.taus]
    job = Job(expected.benchmark, expected.dataset, dtype=expected.dtype)
    found = measure(job, expected.target, requests, expected.indices, expected.seeds, workers)
    drifts = compare(expected, found, args.tolerance)
    for line in drifts:
        print(f"drift: {line}")
    print(f"{len(drifts)} drifts" if drifts else f"holds: {len(expected.taus)} proxies, {len(expected.indices)} architectures")
    return FAILED if drifts else 0


def every_request() -> list[proxies.Request]:
    """Return every registered proxy with every choice of each of its options, one changed at a time."""
    names = [
        f"{name}[{key}={word}]" if word else name
        for name, entry in proxies.registered().items()
        for key, word in [
            ("", ""),
            *((key, word) for key, spec in entry.options.items() if isinstance(spec, tuple) for word in spec[1:]),
        ]
    ]
    return [proxies.request(name) for name in names]


def measure(
    job: Job, target: str, requests: Sequence[proxies.Request], indices: Sequence[int], seeds: int, workers: int
) -> Baseline:
    """Score *indices* anew, without the user's store, and correlate with *target* of the embedded table."""
    from harness.analysis import collect, correlations
    from harness.progress import score_tasks
    from harness.store import Store

    table = benchmarks_data.get(job.benchmark).table()
    table.target(target)
    with tempfile.TemporaryDirectory() as folder, Store(Path(folder) / "scores.sqlite") as store:
        score_tasks(job, store.tasks_due(job, requests, indices, seeds), store, workers)
        frame = collect(job, requests, indices, seeds, store)
    rows = correlations(frame, table, [target], "all", job.benchmark)
    keys = zip(frame["proxy"], frame["index"], frame["seed"], strict=True)
    scores = dict(zip(keys, frame["score"], strict=True))
    return Baseline(job.benchmark, job.dataset, target, job.dtype, scores, dict(zip(rows["proxy"], rows["tau"], strict=True)))


def compare(expected: Baseline, found: Baseline, tolerance: float = SCORE_TOLERANCE) -> list[str]:
    """Return one line for each proxy whose scores, and one for each whose tau, moved further than the tolerance."""
    lines = []
    for proxy, tau in expected.taus.items():
        allowed = tolerance if proxies.request(proxy).needs else 0.0
        moved = [
            (index, seed, value, found.scores.get((name, index, seed), math.nan))
            for (name, index, seed), value in expected.scores.items()
            if name == proxy and not _holds(value, found.scores.get((name, index, seed), math.nan), allowed)
        ]
        if moved:
            index, seed, before, after = max(moved, key=lambda row: _distance(row[2], row[3]))
            lines.append(f"{proxy}: {len(moved)} scores moved, most at index {index}, seed {seed}: from {before!r} to {after!r}")
        if not _holds(tau, found.taus.get(proxy, math.nan), TAU_TOLERANCE):
            lines.append(f"{proxy}: tau with {expected.target} moved from {tau:.4f} to {found.taus.get(proxy, math.nan):.4f}")
    return lines


def _distance(before: float, after: float) -> float:
    """Return the change relative to the larger of 1 and the value before; infinite between a number, NaN and infinity."""
    if before == after or (math.isnan(before) and math.isnan(after)):
        return 0.0
    change = abs(after - before) / max(1.0, abs(before))
    return change if math.isfinite(change) else math.inf


def _holds(before: float, after: float, tolerance: float) -> bool:
    return _distance(before, after) <= tolerance


def _natural(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise ValueError(f"{text!r} is no whole number")
    return int(text)


def write(baseline: Baseline, path: Path) -> None:
    """Write a baseline as CSV, ordered so that a change reads well as a diff."""
    import pandas as pd

    from harness.report import write_csv

    rows = [
        (baseline.benchmark, baseline.dataset, baseline.target, baseline.dtype, proxy, TAU, "", "", tau)
        for proxy, tau in sorted(baseline.taus.items())
    ] + [
        (baseline.benchmark, baseline.dataset, baseline.target, baseline.dtype, proxy, SCORE, index, seed, value)
        for (proxy, index, seed), value in sorted(baseline.scores.items())
    ]
    write_csv(pd.DataFrame(rows, columns=COLUMNS), path)


def read(path: Path) -> Baseline:
    """Read a baseline; raise InputError with the line when it cannot be used."""
    import csv

    try:
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file, restkey="excess")
            rows = list(reader)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise InputError(
            f"cannot read the baseline {path} ({reason}): name one with --baseline, or make it with --update"
        ) from error
    if reader.fieldnames != COLUMNS:
        raise InputError(f"{path}, line 1: a baseline's columns are {', '.join(COLUMNS)}: make one with --update")
    scores, taus = {}, {}
    for line, row in enumerate(rows, 2):
        try:
            value = float(row["value"]) if row["value"] else math.nan
            if row["quantity"] == TAU:
                taus[row["proxy"]] = value
            elif row["quantity"] == SCORE:
                scores[row["proxy"], _natural(row["index"]), _natural(row["seed"])] = value
            else:
                raise ValueError(f"quantity {row['quantity']!r}")
        except (ValueError, TypeError) as error:
            raise InputError(f"{path}, line {line}: not a row of a baseline ({error}): make one with --update") from error
    kinds = {(row["benchmark"], row["dataset"], row["target"], row["dtype"]) for row in rows}
    if len(kinds) != 1 or not taus or {proxy for proxy, _, _ in scores} != set(taus):
        raise InputError(f"{path}: a baseline has one target, and scores and a tau for each proxy: make one with --update")
    for name in taus:
        if proxies.request(name).name != name:
            raise InputError(f"{path}: {name!r} is written {proxies.request(name).name!r}: make a baseline with --update")
    return Baseline(*kinds.pop(), scores, taus)


if __name__ == "__main__":
    sys.exit(main())
