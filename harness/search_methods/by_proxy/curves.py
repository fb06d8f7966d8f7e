"""Frames of searches: their courses, what each found, and the curve over all of them."""

from __future__ import annotations

from bisect import insort
from collections.abc import Sequence

import numpy as np
import pandas as pd

from benchmarks_data.benchmark import Benchmark
from harness.analysis.statistics import Vector
from harness.search_methods.by_proxy.chance import draws_needed, expected_best
from harness.search_methods.by_proxy.course import Course

#: What a point of the curve counts.
TRAINED, SCORED = "trained", "scored"


def course_rows(courses: Sequence[Course], benchmark: Benchmark) -> pd.DataFrame:
    """Return a row for each architecture that a search scored or trained, in its order.

    ``value`` is the score, higher being better, or the accuracy.
    """
    rows = [
        (one.seed, event, number, index, value)
        for one in courses
        for event, asked in ((SCORED, one.scored), (TRAINED, one.trained))
        for number, (index, value) in enumerate(asked.items(), 1)
    ]
    frame = pd.DataFrame(rows, columns=["seed", "event", "number", "index", "value"])
    strings = {index: benchmark.architecture(index).string for index in frame["index"].unique()}
    return frame.assign(arch=frame["index"].map(strings))


def search_rows(courses: Sequence[Course], benchmark: Benchmark, optimum: float) -> pd.DataFrame:
    """Return a row for each search: how much it scored and trained, and the best that it found."""
    rows = []
    for one in courses:
        best = max(one.trained, key=lambda index: one.trained[index])
        rows.append({
            "seed": one.seed,
            "scored": len(one.scored),
            "missing": sum(score == -np.inf for score in one.scored.values()),
            "trained": len(one.trained),
            "index": best,
            "arch": benchmark.architecture(best).string,
            "best": one.trained[best],
            "regret": optimum - one.trained[best],
            "drawn": one.drawn,
            "stopped": one.stopped,
            "seconds": one.seconds,
        })  # fmt: skip
    return pd.DataFrame(rows)


def curve_of(courses: Sequence[Course], candidates: Vector, *, by_score: bool) -> pd.DataFrame:
    """Return the curve of the best accuracy over searches, with random search beside it.

    A point ``by`` trained has the best of so many trained architectures, after all scoring; one
    ``by`` scored has the best of the ``trained`` highest when so many are scored. A search that has
    ended keeps what it found.

    Args:
        courses: of all searches.
        candidates: the accuracies (n,) of all that could be trained.
        by_score: whether what is trained are the highest scores, so that there are points by
            scored.

    Returns:
        Columns by, scored, trained, mean and quartiles (low, high) over searches, ``random``, the
        exact expectation of random search with as many trained, and ``optimum``.
    """
    budget = max(len(one.scored) for one in courses)
    most = max(len(one.trained) for one in courses)
    curves = {(TRAINED, budget, most): [_running(list(one.trained.values())) for one in courses]}
    if by_score:
        for kept in dict.fromkeys((1, most)):
            curves[SCORED, budget, kept] = [_of_highest(one, kept) for one in courses]
    parts = []
    for (by, scored, trained), by_seed in curves.items():
        values = _together(by_seed)
        numbers = np.arange(1, values.shape[1] + 1)
        parts.append(
            pd.DataFrame({
                "by": by,
                "scored": scored if by == TRAINED else numbers,
                "trained": numbers if by == TRAINED else np.minimum(numbers, trained),
                "highest": trained,
                "mean": values.mean(axis=0),
                "low": np.quantile(values, 0.25, axis=0),
                "high": np.quantile(values, 0.75, axis=0),
            })
        )  # fmt: skip
    return _beside_random(pd.concat(parts, ignore_index=True), candidates)


def _beside_random(curve: pd.DataFrame, candidates: Vector) -> pd.DataFrame:
    expected = {count: expected_best(candidates, count) for count in curve["trained"].unique()}
    return curve.assign(random=curve["trained"].map(expected), optimum=candidates.max())


def needed_rows(curve: pd.DataFrame, candidates: Vector) -> pd.DataFrame:
    """Return some points of the curve by trained, the last among them, each with how many random
    search needs to train to expect as much (``needed``).
    """
    points = curve[curve["by"] == TRAINED]
    last = int(points["trained"].max())
    shown = {one for one in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000) if one < last} | {last}
    rows = points[points["trained"].isin(shown)]
    return rows.assign(needed=[draws_needed(candidates, mean) for mean in rows["mean"]])


def _running(values: Sequence[float]) -> Vector:
    return np.maximum.accumulate(np.asarray(values, dtype=float))


def _of_highest(course: Course, count: int) -> Vector:
    """Return after each scored architecture the best accuracy of the *count* highest so far."""
    highest: list[tuple[float, int, int]] = []  # the highest first, of equal ones the earliest
    best = []
    for number, (index, score) in enumerate(course.scored.items()):
        insort(highest, (-score, number, index))
        del highest[count:]
        best.append(max(course.table[index] for _, _, index in highest))
    return np.array(best)


def _together(curves: Sequence[Vector]) -> Vector:
    """Return curves of several lengths as rows of one array, each kept at its last value."""
    longest = max(map(len, curves))
    return np.stack([np.pad(one, (0, longest - len(one)), mode="edge") for one in curves])
