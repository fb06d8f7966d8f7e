"""Scores joined with the table: one row of correlations per target, population and proxy."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import rankdata

import benchmarks_data
import proxies
from benchmarks_data.table import Table
from harness.scoring import NAN, OK, Job, failure, seeds_of
from harness.statistics import Vector, kendall, mean_rank, pearson, spearman
from harness.store import Store

Array = np.ndarray[Any, Any]

SCORE_COLUMNS = ["benchmark", "index", "arch", "proxy", "seed", "score", "seconds", "status"]
CORRELATION_COLUMNS = ["benchmark", "target", "population", "proxy", "n", "missing", "tau", "tau_low", "tau_high", "rho", "r"]


def collect(job: Job, requests: Sequence[proxies.Request], indices: Sequence[int], seeds: int, store: Store) -> pd.DataFrame:
    """Return the scores of a run as a frame of SCORE_COLUMNS, ordered by proxy, seed and index.

    Scores of proxies come from the store; aggregates are computed here, among *indices*, after their components.
    """
    scored = proxies.expand(requests)
    frame = pd.concat([_stored(job, request, indices, seeds, store) for request in scored], ignore_index=True)
    combined = [_aggregated(frame, request, indices, seeds) for request in requests if request.components]
    frame = pd.concat([frame, *combined], ignore_index=True)
    benchmark = benchmarks_data.get(job.benchmark)
    strings = {index: benchmark.architecture(index).string for index in indices}
    return frame.assign(benchmark=job.benchmark, arch=frame["index"].map(strings))[SCORE_COLUMNS]


def _stored(job: Job, request: proxies.Request, indices: Sequence[int], seeds: int, store: Store) -> pd.DataFrame:
    rows = []
    for seed in seeds_of(request, seeds):
        found = store.read(job, request, seed)
        rows += [(index, request.name, seed, found[index].score, found[index].seconds, found[index].status) for index in indices]
    return pd.DataFrame(rows, columns=["index", "proxy", "seed", "score", "seconds", "status"])


def _aggregated(frame: pd.DataFrame, request: proxies.Request, indices: Sequence[int], seeds: int) -> pd.DataFrame:
    """Return an aggregate's rows: under each seed its function of the components' ranks among the complete architectures."""
    parts = [frame[frame["proxy"] == one.name].pivot(index="index", columns="seed") for one in request.components]
    rows = []
    for seed in seeds_of(request, seeds):
        # A deterministic component has the first seed only.
        found = [part.xs(seed if seed in part["score"] else 0, axis=1, level="seed").loc[list(indices)] for part in parts]
        scores = np.column_stack([direction(one.name) * part["score"] for one, part in zip(request.components, found, strict=True)])
        values, status = _combine(request, scores)
        seconds = np.sum([part["seconds"].to_numpy(float) for part in found], axis=0)
        columns = {"index": indices, "proxy": request.name, "seed": seed, "score": values, "seconds": seconds, "status": status}
        rows.append(pd.DataFrame(columns))
    return pd.concat(rows, ignore_index=True)


def _combine(request: proxies.Request, scores: Vector) -> tuple[Vector, Array]:
    """Return an aggregate's values and statuses for the components' oriented scores (architectures, components)."""
    complete = ~np.isnan(scores).any(axis=1)
    values = np.full(len(scores), np.nan)
    reason = NAN
    if complete.any():
        try:
            result = np.asarray(request.score(rankdata(scores[complete], axis=0)), dtype=float)
            if result.shape != (complete.sum(),):
                raise ValueError(f"the aggregate returned shape {result.shape}, not ({complete.sum()},)")
            values[complete] = result
        except Exception as error:  # an aggregate may come from a plugin
            reason = failure(error)
    values[np.isposinf(values)] = np.nan
    return values, np.where(complete, np.where(np.isnan(values), reason, OK), "undefined: a component is missing")


def partial_trainings(table: Table, target: str) -> dict[str, str]:
    """Return the table's columns for the target's dataset after fewer epochs, by short names such as ``val12``.

    They are no training-free scores: they say what a little training would have told.
    """
    parsed = {name: match for name in table.values.columns if (match := re.fullmatch(r"(.+)_(train|valid|test)_(\d+)ep", name))}
    this = re.match(r"(.+)_(?:train|valid|test)_(\d+)ep", target)
    return {
        f"{match[2].replace('valid', 'val')}{match[3]}": name
        for name, match in parsed.items()
        if this and match[1] == this[1] and int(match[3]) < int(this[2])
    }


def by_seed(scores: pd.DataFrame, proxy: str) -> pd.DataFrame:
    """Return a proxy's scores as a frame with one row per index and one column per seed."""
    return scores[scores["proxy"] == proxy].pivot(index="index", columns="seed", values="score")


def direction(proxy: str) -> float:
    """Return 1 for a proxy whose higher scores predict higher accuracies, -1 for the others."""
    return 1.0 if proxies.request(proxy).proxy.higher_is_better else -1.0


def combined(scores: pd.DataFrame, proxy: str) -> pd.Series:
    """Return one number per index that orders architectures, higher being better.

    With one seed it is the score, with several the mean rank over seeds, negated when lower is better. NaN is missing.
    """
    values = by_seed(scores, proxy)
    oriented = direction(proxy) * values.to_numpy(float)
    numbers = oriented[:, 0] if oriented.shape[1] == 1 else mean_rank(oriented)
    return pd.Series(numbers, index=values.index, name=proxy)


def correlations(scores: pd.DataFrame, table: Table, targets: Sequence[str], population: str, benchmark: str) -> pd.DataFrame:
    """Return a frame of CORRELATION_COLUMNS: tau-b with its interval, Spearman's rho and Pearson's r with each target.

    Tau and rho rank by :func:`combined`. r is that of the scores, averaged over seeds, where they are finite. ``n`` counts the
    architectures with a score and an accuracy, ``missing`` those with an accuracy whose score is missing. Beside the proxies stand
    the table's :func:`partial_trainings`.
    """
    orders = {proxy: combined(scores, proxy) for proxy in scores["proxy"].unique()}
    means = {proxy: direction(proxy) * by_seed(scores, proxy).mean(axis=1) for proxy in orders}
    indices = next(iter(orders.values())).index
    rows = []
    for target in targets:
        trained = {name: table.values[column].reindex(indices) for name, column in partial_trainings(table, target).items()}
        for proxy, order in {**orders, **trained}.items():
            accuracy = table.values[target].reindex(order.index)
            known = accuracy.notna()
            used = known & order.notna()
            x, y = order[used].to_numpy(float), accuracy[used].to_numpy(float)
            tau = kendall(x, y)
            score = means.get(proxy, order)[used].to_numpy(float)
            rows.append(
                (benchmark, target, population, proxy, int(used.sum()), int((known & ~used).sum()))
                + (tau.value, tau.low, tau.high, spearman(x, y), pearson(score, y))
            )
    return pd.DataFrame(rows, columns=CORRELATION_COLUMNS)
