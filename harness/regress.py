"""The regression of correlations: score pinned architectures again and compare with a committed baseline.

``python -m harness.regress`` exits with 0 (holds), 1 (drifted) or 2 (could not run); ``--update`` writes the baseline anew, for
review as a diff.

A baseline is in float64 by default: batch normalisation amplifies the rounding of float32 to as much as 1e-3 of a gradient's
score, which differs between processors.

It computes on the table that installs with the harness, whatever NAS_TABLES says, so that it runs on any machine.
"""

from __future__ import annotations

import argparse
import math
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from statistics import median

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
#: Allowed change of a score, relative to the larger of its size and the proxy's median size, and of tau. A median is needed where
#: terms cancel to a score near 0. Deterministic proxies may not change at all.
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
        "--tolerance", type=_tolerance, default=SCORE_TOLERANCE, metavar="X", help="of scores, relative (default: %(default)s)"
    )
    p.add_argument("--update", action="store_true", help="write the baseline anew, with all proxies, instead of comparing")
    p.add_argument("--archs", default="24", metavar="N", help="with --update: number of architectures to pin (default: 24)")
    p.add_argument("--seeds", type=positive, default=1, metavar="N", help="with --update: number of seeds (default: 1)")
    p.add_argument(
        "--dataset", choices=DATASETS, default="imagenet16-120", help="with --update: whose networks (default: %(default)s)"
    )
    p.add_argument("--dtype", choices=DTYPES, default="float64", help="with --update: precision (default: %(default)s)")
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
        measured = measure(job, TARGET, every_request(), indices, args.seeds, workers)
        write(keep_what_holds(args.baseline, measured, args.tolerance), args.baseline)
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


def keep_what_holds(path: Path, measured: Baseline, tolerance: float) -> Baseline:
    """Return *measured*, with the values of the baseline at *path*, if any, for proxies that hold: a diff shows changes alone."""
    if not path.exists():
        return measured
    before = _parse(path)
    same = [before.benchmark, before.dataset, before.target, before.dtype, before.indices, before.seeds]
    if same != [measured.benchmark, measured.dataset, measured.target, measured.dtype, measured.indices, measured.seeds]:
        return measured
    kept = {name for name in before.taus if name in measured.taus and not _drifts(before, measured, name, tolerance)}
    scores = measured.scores | {key: value for key, value in before.scores.items() if key[0] in kept}
    return replace(measured, scores=scores, taus=measured.taus | {name: before.taus[name] for name in kept})


def compare(expected: Baseline, found: Baseline, tolerance: float = SCORE_TOLERANCE) -> list[str]:
    """Return one line for each proxy whose scores, and one for each whose tau, moved further than the tolerance."""
    return [line for name in expected.taus for line in _drifts(expected, found, name, tolerance)]


def _drifts(expected: Baseline, found: Baseline, proxy: str, tolerance: float) -> list[str]:
    lines, tau = [], expected.taus[proxy]
    allowed = tolerance if proxies.request(proxy).needs else 0.0
    pairs = {key: (value, found.scores.get(key, math.nan)) for key, value in expected.scores.items() if key[0] == proxy}
    sizes = [abs(before) for before, _ in pairs.values() if math.isfinite(before)]
    floor = median(sizes) if sizes else 0.0
    distances = {key: _distance(*pair, floor) for key, pair in pairs.items()}
    moved = [key for key, distance in distances.items() if distance > allowed]
    if moved:
        worst = max(moved, key=distances.__getitem__)
        before, after = pairs[worst]
        lines.append(f"{proxy}: {len(moved)} scores moved, most at index {worst[1]}, seed {worst[2]}: from {before!r} to {after!r}")
    if _distance(tau, found.taus.get(proxy, math.nan), 1.0) > TAU_TOLERANCE:
        lines.append(f"{proxy}: tau with {expected.target} moved from {tau:.4f} to {found.taus.get(proxy, math.nan):.4f}")
    return lines


def _distance(before: float, after: float, floor: float) -> float:
    """Return the change relative to the larger of *floor* and the value before; infinite between a number, NaN and infinity."""
    if before == after or (math.isnan(before) and math.isnan(after)):
        return 0.0
    size = max(floor, abs(before))
    change = abs(after - before) / size if size > 0 else math.inf
    return change if math.isfinite(change) else math.inf


def _tolerance(text: str) -> float:
    value = float(text)
    if not 0 <= value < 1:
        raise argparse.ArgumentTypeError(f"expected a number from 0 to 1, not {text!r}")
    return value


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
    """Read a baseline; raise InputError with the line when it cannot be used, or names a proxy that there is not."""
    baseline = _parse(path)
    for name in baseline.taus:
        if proxies.request(name).name != name:
            raise InputError(f"{path}: {name!r} is written {proxies.request(name).name!r}: make a baseline with --update")
    return baseline


def _parse(path: Path) -> Baseline:
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
    return Baseline(*kinds.pop(), scores, taus)


if __name__ == "__main__":
    sys.exit(main())
