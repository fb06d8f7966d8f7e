"""Baselines of the regression.

Scores of pinned architectures and their correlations, as a CSV that reads well as a diff.
"""

from __future__ import annotations

import csv
import io
import math
import tempfile
from collections import deque
from collections.abc import Sequence
from dataclasses import astuple, dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

import benchmarks_data
import proxies
from benchmarks_data.errors import InputError
from benchmarks_data.reading import read_text
from harness.analysis.aggregates import with_aggregates
from harness.analysis.correlations import correlations
from harness.analysis.statistics import Tau
from harness.computing.local import Local
from harness.files.whole import write_csv
from harness.regression.every import every_request as every_request
from harness.scoring.execution import amount, score_and_store
from harness.scoring.frames import collect
from harness.scoring.inputs import Images, key_of
from harness.scoring.job import DTYPES, Job
from harness.scoring.natural import CURRENT, NOISE
from harness.scoring.store import Store
from harness.terminal.checks import benchmark_of_run
from harness.terminal.progress import tracked
from proxies.status import OK

COLUMNS = [
    "benchmark",
    "dataset",
    "target",
    "dtype",
    "proxy",
    "quantity",
    "index",
    "seed",
    "value",
    "input",
]
SCORE, TAUS = "score", ("tau", "tau_low", "tau_high")
#: Metrics of the top that stand beside tau; older baselines have none.
METRICS = ("ndcg", "regret_mean")


@dataclass(frozen=True)
class Baseline:
    """Scores by (proxy, index, seed) on a dataset's networks, and tau with one target by proxy.

    NaN is a missing score.

    ``metrics`` are METRICS by (proxy, name), of :mod:`harness.analysis.metrics`; those of an older
    file are unknown, and left out.
    ``images`` is what proxies that read images were fed. ``reasons`` says of scores that were
    measured why they are missing; a file has none.
    """

    benchmark: str
    dataset: str
    target: str
    dtype: str
    scores: dict[tuple[str, int, int], float]
    taus: dict[str, Tau]
    images: Images = CURRENT
    metrics: dict[tuple[str, str], float] = field(default_factory=dict)
    reasons: dict[tuple[str, int, int], str] = field(default_factory=dict, compare=False)

    @property
    def indices(self) -> list[int]:
        """The pinned architectures."""
        return sorted({index for _, index, _ in self.scores})

    @property
    def seeds(self) -> list[int]:
        """The pinned seeds."""
        return sorted({seed for _, _, seed in self.scores})


def measure(
    job: Job,
    target: str,
    requests: Sequence[proxies.Request],
    indices: Sequence[int],
    seeds: Sequence[int],
    workers: int,
) -> Baseline:
    """Score *indices* anew, without the user's store, and correlate with *target* of the embedded
    table.
    """
    table = benchmarks_data.get(job.benchmark).table()
    table.target(target)
    with tempfile.TemporaryDirectory() as folder, Store(Path(folder) / "scores.sqlite") as store:
        tasks = store.tasks_due(job, requests, indices, seeds)
        total, of = amount(tasks)
        batches = score_and_store(job, tasks, store, Local(workers))
        deque(tracked("scoring", total, of, batches), maxlen=0)
        frame = with_aggregates(collect(job, requests, indices, seeds, store), requests)
    rows = correlations(frame, table, [target], {"all": indices}, job.benchmark)
    keys = list(zip(frame["proxy"], frame["index"], frame["seed"], strict=True))
    scores = dict(zip(keys, frame["score"], strict=True))
    reasons = {
        key: status for key, status in zip(keys, frame["status"], strict=True) if status != OK
    }
    taus = {
        str(row["proxy"]): Tau(row["tau"], row["tau_low"], row["tau_high"])
        for row in rows.to_dict("records")
    }
    tops = {
        (str(row["proxy"]), name): float(row[name])
        for row in rows.to_dict("records")
        for name in METRICS
    }
    return Baseline(
        job.benchmark, job.dataset, target, job.dtype, scores, taus, job.images, tops, reasons
    )


def _natural(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise ValueError(f"{text!r} is no whole number")
    return int(text)


def write(baseline: Baseline, path: Path) -> None:
    """Write a baseline as CSV, ordered so that a change reads well as a diff."""
    kind = (baseline.benchmark, baseline.dataset, baseline.target, baseline.dtype)
    rows: list[tuple[str | int | float, ...]] = [
        (*kind, proxy, quantity, "", "", value)
        for proxy, tau in sorted(baseline.taus.items())
        for quantity, value in zip(TAUS, astuple(tau), strict=True)
    ]
    rows += [
        (*kind, proxy, name, "", "", value)
        for (proxy, name), value in sorted(baseline.metrics.items())
    ]
    rows += [
        (*kind, proxy, SCORE, index, seed, value)
        for (proxy, index, seed), value in sorted(baseline.scores.items())
    ]
    write_csv(pd.DataFrame(rows, columns=COLUMNS[:-1]).assign(input=key_of(baseline.images)), path)


def read(path: Path) -> Baseline:
    """Read a baseline; raise InputError with the line when it cannot be used.

    One without the column input was fed noise.
    """
    rows = _read_rows(path)
    scores: dict[tuple[str, int, int], float] = {}
    ends: dict[tuple[str, str], float] = {}
    metrics: dict[tuple[str, str], float] = {}
    for line, row in enumerate(rows, 2):
        try:
            _take(row, scores, ends, metrics)
        except (ValueError, TypeError) as error:
            raise InputError(
                f"{path}, line {line}: not a row of a baseline ({error}): make one with --update"
            ) from error
    names = {proxy for proxy, _ in ends}
    pinned = {
        name: {index for proxy, index, _ in scores if proxy == name}
        for name in names | {proxy for proxy, _, _ in scores}
    }
    alike = len(set(map(frozenset, pinned.values()))) == 1
    whole = len(ends) == len(TAUS) * len(names) and set(pinned) == names and alike
    whole = whole and {proxy for proxy, _ in metrics} <= names
    kinds = {
        (row["benchmark"], row["dataset"], row["target"], row["dtype"], row["input"])
        for row in rows
    }
    if len(kinds) != 1 or not names or not scores or not whole:
        raise InputError(
            f"{path}: a baseline has one target, and for each proxy scores of the same "
            "architectures and a tau with its interval: "
            "make one with --update"
        )
    taus = {name: Tau(*(ends[name, quantity] for quantity in TAUS)) for name in sorted(names)}
    benchmark, dataset, target, dtype, key = kinds.pop()
    baseline = Baseline(
        benchmark, dataset, target, dtype, scores, taus, _images(path, key), metrics
    )
    _check(path, baseline)
    return baseline


def _read_rows(path: Path) -> list[dict[str, Any]]:
    """Return a file's rows as text by column.

    Raises:
        InputError: it cannot be read or has other columns.
    """
    try:
        reader = csv.DictReader(io.StringIO(read_text(path), newline=""), restkey="excess")
        header, rows = reader.fieldnames, list(reader)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise InputError(
            f"cannot read the baseline {path} ({reason}): name one with --baseline, or make it "
            "with --update"
        ) from error
    if header == COLUMNS[:-1]:
        return [{**row, "input": NOISE} for row in rows]
    if header != COLUMNS:
        raise InputError(
            f"{path}, line 1: a baseline's columns are {', '.join(COLUMNS)}: make one with --update"
        )
    return rows


def _take(
    row: dict[str, Any],
    scores: dict[tuple[str, int, int], float],
    ends: dict[tuple[str, str], float],
    metrics: dict[tuple[str, str], float],
) -> None:
    """Add what a row says to the *scores*, to the *ends* of intervals and the taus, or to the
    *metrics*.

    Raises:
        ValueError: it is none.
    """
    if "excess" in row or None in row.values():
        raise ValueError(f"not {len(COLUMNS)} values")
    if not row["proxy"].isprintable():
        raise ValueError(f"proxy {row['proxy']!r}")
    value = float(row["value"]) if row["value"] else math.nan
    if row["quantity"] in TAUS:
        _add(ends, (row["proxy"], row["quantity"]), value)
    elif row["quantity"] in METRICS:
        _add(metrics, (row["proxy"], row["quantity"]), value)
    elif row["quantity"] == SCORE:
        _add(scores, (row["proxy"], _natural(row["index"]), _natural(row["seed"])), value)
    else:
        raise ValueError(f"quantity {row['quantity']!r}")


def _images(path: Path, key: str) -> Images:
    """Return the source of images that a baseline was fed.

    Raises:
        InputError: this version cannot draw it.
    """
    known = {key_of(images): images for images in (CURRENT, None)}
    if key not in known:
        drawn = " and ".join(known)
        raise InputError(
            f"{path} was made with input {key!r}, and this version draws {drawn}: make one with "
            "--update"
        )
    return known[key]


def _add(values: dict[Any, float], key: object, value: float) -> None:
    if key in values:
        raise ValueError("it stands there twice")
    values[key] = value


def _check(path: Path, baseline: Baseline) -> None:
    """Raise InputError for an unknown benchmark, dataset, precision or architecture."""
    benchmark = benchmark_of_run(baseline.benchmark)
    if (
        baseline.dataset not in benchmark.datasets
        or baseline.dtype not in DTYPES
        or max(baseline.indices) >= benchmark.size
    ):
        raise InputError(
            f"{path}: there is no such dataset, precision or architecture of {benchmark.name}: "
            "make one with --update"
        )
