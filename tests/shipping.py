"""Scores that come with the harness, as a test wants them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path

from harness.leaderboard.packing import pack
from harness.scoring.job import Job, Score
from harness.scoring.store import Store

JOB = Job("nb201", "cifar10")


def store_of(path: Path, scores: Mapping[str, Mapping[int, float]], job: Job = JOB) -> Path:
    """Return a store of scores by proxy and architecture under seed 0; NaN is a failure."""
    rows = [
        Score(arch, proxy, 0, value, 0.5, "error: x" if math.isnan(value) else "ok")
        for proxy, its in scores.items()
        for arch, value in its.items()
    ]
    with Store(path) as store:
        store.write(job, rows)
    return path


def shipped_in(folder: Path, scores: Mapping[str, Mapping[int, float]], job: Job = JOB) -> Path:
    """Return a folder of files with these scores."""
    folder.mkdir(parents=True, exist_ok=True)
    pack([store_of(folder / "packed.sqlite", scores, job)], folder / "scores")
    return folder / "scores"
