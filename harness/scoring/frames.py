"""Scores as frames: those of a run from the store, and those that a run has written."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

import pandas as pd

import benchmarks_data
import proxies
from benchmarks_data.errors import InputError
from harness.files.whole import read_csv
from harness.scoring.job import Job, Score, draws_of
from harness.scoring.store import Store

#: What a file of scores must have. Beside these ``batch`` is the seed of images and labels; without
#: it that is ``seed``.
SCORE_COLUMNS = ["benchmark", "index", "arch", "proxy", "seed", "score", "seconds", "status"]


def read_scores(path: Path) -> pd.DataFrame:
    """Return a run's scores.csv, a frame of SCORE_COLUMNS.

    Raises:
        InputError: the file is no such frame, or names an unknown proxy.
    """
    scores = with_batch(
        read_csv(path, SCORE_COLUMNS, numbers=("index", "seed", "score", "seconds", "batch"))
    )
    scores = scores[[*SCORE_COLUMNS, "batch"]]
    if not all(
        pd.api.types.is_integer_dtype(scores[column]) for column in ("index", "seed", "batch")
    ):
        raise InputError(f"{path}: index, seed and batch are whole numbers")
    if scores.duplicated(["index", "proxy", "seed", "batch"]).any():
        raise InputError(f"{path}: a score stands in several rows")
    if (scores["score"] == math.inf).any() or (scores[["seed", "batch"]] < 0).any(axis=None):
        raise InputError(f"{path}: a score of infinity or a negative seed is none of a run's")
    for name in scores["proxy"].unique():
        try:
            proxies.request(str(name))
        except InputError as error:
            raise InputError(
                f"{path}: {error}; if it is a plugin's, name the plugin with --plugin"
            ) from error
    return scores.astype({"score": float, "seconds": float, "arch": str, "status": str})


def collect(
    job: Job,
    requests: Sequence[proxies.Request],
    indices: Sequence[int],
    seeds: Sequence[int],
    store: Store,
    batches: Sequence[int] | None = None,
    failed: Sequence[tuple[Job, Score]] = (),
) -> pd.DataFrame:
    """Return the scores of a run as a frame of SCORE_COLUMNS and ``batch``, ordered by proxy, seed,
    batch and index.

    They come from the store; an aggregate has those of its components. What *failed* when it was
    computed anew is shown as failed, though the store keeps the earlier score.

    Raises:
        InputError: the store does not have them, as happens when it is damaged.
    """
    scored = proxies.expand(requests)
    frames = [
        _stored(job, request, indices, draws_of(request, seeds, batches), store)
        for request in scored
    ]
    frame = _with_failures(pd.concat(frames, ignore_index=True), failed)
    benchmark = benchmarks_data.get(job.benchmark)
    strings = {index: benchmark.architecture(index).string for index in indices}
    frame = frame.assign(benchmark=job.benchmark, arch=frame["index"].map(strings))
    return frame[[*SCORE_COLUMNS, "batch"]]


def _stored(
    job: Job,
    request: proxies.Request,
    indices: Sequence[int],
    draws: Sequence[tuple[int, int]],
    store: Store,
) -> pd.DataFrame:
    frames = []
    for seed, batch in draws:
        known = store.read(replace(job, batch=batch), request, seed)
        if not known.keys() >= set(indices):
            raise InputError(
                f"the store {store.path} has lost scores of {request.name}: choose another file "
                "with --store"
            )
        rows = [
            (index, known[index].score, known[index].seconds, known[index].status)
            for index in indices
        ]
        frame = pd.DataFrame(rows, columns=["index", "score", "seconds", "status"])
        frames.append(frame.assign(proxy=request.name, seed=seed, batch=batch))
    return pd.concat(frames, ignore_index=True)


def _with_failures(frame: pd.DataFrame, failed: Sequence[tuple[Job, Score]]) -> pd.DataFrame:
    """Return the frame with the rows of *failed* in place of those that it has."""
    if not failed:
        return frame
    key = ["index", "proxy", "seed", "batch"]
    anew = pd.DataFrame(
        [{**asdict(score), "batch": job.batch_of(score)} for job, score in failed]
    ).set_index(key)
    rows = frame.set_index(key)
    rows.loc[anew.index, anew.columns] = anew
    return rows.reset_index()


def with_batch(scores: pd.DataFrame) -> pd.DataFrame:
    """Return scores with the column ``batch``, which is the seed where there was none."""
    return scores if "batch" in scores else scores.assign(batch=scores["seed"])
