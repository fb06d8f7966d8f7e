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
from pathlib import Path

import benchmarks_data
import proxies
from benchmarks_data.errors import InputError
from harness.command import FAILED, Parser, default_workers, guarded, positive, writable_folder
from harness.scoring import Job, canonical_requests
from harness.selection import select

PROG = "python -m harness.regress"
BASELINE = Path("reports/baselines/nb201.csv")
COLUMNS = ["benchmark", "target", "proxy", "quantity", "index", "seed", "value"]
SCORE, TAU = "score", "tau"
#: Allowed change of a score relative to the larger of 1 and its size, and of tau.
SCORE_TOLERANCE, TAU_TOLERANCE = 1e-5, 0.01


@dataclass(frozen=True)
class Baseline:
    """Scores by (proxy, index, seed) and tau by proxy, for one target of one benchmark. NaN is a missing score."""

    benchmark: str
    target: str
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


def parser() -> argparse.ArgumentParser:
    """Return the command's argument parser."""
    p = Parser(prog=PROG, description="Score the pinned architectures of a baseline again, and compare scores and tau.")
    p.add_argument("--baseline", type=Path, default=BASELINE, metavar="FILE", help=f"the baseline (default: {BASELINE})")
    p.add_argument("--update", action="store_true", help="write the baseline anew, with all proxies, instead of comparing")
    p.add_argument("--archs", default="100", metavar="N", help="with --update: number of architectures to pin (default: 100)")
    p.add_argument("--seeds", type=positive, default=1, metavar="N", help="with --update: number of seeds (default: 1)")
    p.add_argument("--workers", type=positive, metavar="N", help="processes that score (default: the machine's cores)")
    return p


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status: 0 holds or updated, 1 drifted, 2 could not run."""
    return guarded(PROG, _run, argv)


def _run(argv: Sequence[str] | None) -> int:
    args = parser().parse_args(argv)
    workers = args.workers or default_workers()
    if args.update:
        benchmark = benchmarks_data.get("nb201")
        indices = select(benchmark, args.archs, "all", 0)
        writable_folder(args.baseline.parent)
        write(measure("nb201", "cifar10_test", canonical_requests(["all"]), indices, args.seeds, workers), args.baseline)
        print(f"wrote {args.baseline}: {len(indices)} architectures; review the change and commit it")
        return 0
    expected = read(args.baseline)
    requests = canonical_requests(expected.taus)
    found = measure(expected.benchmark, expected.target, requests, expected.indices, expected.seeds, workers)
    drifts = compare(expected, found)
    for line in drifts:
        print(f"drift: {line}")
    print(f"{len(drifts)} drifts" if drifts else f"holds: {len(expected.taus)} proxies, {len(expected.indices)} architectures")
    return FAILED if drifts else 0


def measure(
    benchmark: str, target: str, requests: Sequence[proxies.Request], indices: Sequence[int], seeds: int, workers: int
) -> Baseline:
    """Score *indices* anew, without the user's store, and correlate with *target* of the embedded table."""
    from benchmarks_data.table import dataset_of
    from harness.analysis import collect, correlations
    from harness.progress import score_tasks
    from harness.scoring import tasks_due
    from harness.store import Store

    source = benchmarks_data.get(benchmark)
    table = source.table()
    job = Job(benchmark, dataset_of(table.target(target), source.datasets) or next(iter(source.datasets)))
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder) / "scores.sqlite")
        score_tasks(job, tasks_due(job, requests, indices, seeds, store), store, workers)
        frame = collect(job, requests, indices, seeds, store)
        store.close()
    rows = correlations(frame, table, [target], "all", benchmark)
    keys = zip(frame["proxy"], frame["index"], frame["seed"], strict=True)
    return Baseline(
        benchmark, target, dict(zip(keys, frame["score"], strict=True)), dict(zip(rows["proxy"], rows["tau"], strict=True))
    )


def compare(expected: Baseline, found: Baseline) -> list[str]:
    """Return one line for each proxy whose scores, and one for each whose tau, moved further than the tolerance."""
    lines = []
    for proxy, tau in expected.taus.items():
        moved = [
            (index, seed, value, found.scores.get((name, index, seed), math.nan))
            for (name, index, seed), value in expected.scores.items()
            if name == proxy and not _holds(value, found.scores.get((name, index, seed), math.nan), SCORE_TOLERANCE)
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


def write(baseline: Baseline, path: Path) -> None:
    """Write a baseline as CSV, ordered so that a change reads well as a diff."""
    import pandas as pd

    from harness.report import write_csv

    rows = [(baseline.benchmark, baseline.target, proxy, TAU, "", "", tau) for proxy, tau in sorted(baseline.taus.items())] + [
        (baseline.benchmark, baseline.target, proxy, SCORE, index, seed, value)
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
        raise InputError(f"cannot read the baseline {path} ({error}): make one with --update") from error
    if reader.fieldnames != COLUMNS:
        raise InputError(f"{path}, line 1: a baseline's columns are {', '.join(COLUMNS)}: make one with --update")
    scores, taus = {}, {}
    for line, row in enumerate(rows, 2):
        try:
            value = float(row["value"]) if row["value"] else math.nan
            if row["quantity"] == TAU:
                taus[row["proxy"]] = value
            elif row["quantity"] == SCORE:
                scores[row["proxy"], int(row["index"]), int(row["seed"])] = value
            else:
                raise ValueError(f"quantity {row['quantity']!r}")
        except (ValueError, TypeError) as error:
            raise InputError(f"{path}, line {line}: not a row of a baseline ({error}): make one with --update") from error
    kinds = {(row["benchmark"], row["target"]) for row in rows}
    if len(kinds) != 1 or not taus or {proxy for proxy, _, _ in scores} != set(taus):
        raise InputError(f"{path}: a baseline has one target, and scores and a tau for each proxy: make one with --update")
    return Baseline(*kinds.pop(), scores, taus)


if __name__ == "__main__":
    sys.exit(main())
