"""Scores joined with the table: one row of correlations per target, population and proxy."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

import benchmarks_data
import proxies
from benchmarks_data.table import Table
from harness.scoring import Job, seeds_of
from harness.statistics import kendall, mean_rank, pearson, spearman
from harness.store import Store

SCORE_COLUMNS = ["benchmark", "index", "arch", "proxy", "seed", "score", "seconds", "status"]
CORRELATION_COLUMNS = ["benchmark", "target", "population", "proxy", "n", "missing", "tau", "tau_low", "tau_high", "rho", "r"]


def collect(job: Job, requests: Sequence[proxies.Request], indices: Sequence[int], seeds: int, store: Store) -> pd.DataFrame:
    """Return the stored scores of a run as a frame of SCORE_COLUMNS, ordered by proxy as requested, seed and index."""
    benchmark = benchmarks_data.get(job.benchmark)
    strings = {index: benchmark.architecture(index).string for index in indices}
    rows = []
    for request in requests:
        for seed in seeds_of(request, seeds):
            stored = store.read(job, request, seed)
            for index in indices:
                score = stored[index]
                rows.append((job.benchmark, index, strings[index], request.name, seed, score.score, score.seconds, score.status))
    return pd.DataFrame(rows, columns=SCORE_COLUMNS)


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
    architectures with a score and an accuracy, ``missing`` those with an accuracy whose score is missing.
    """
    orders = {proxy: combined(scores, proxy) for proxy in scores["proxy"].unique()}
    means = {proxy: direction(proxy) * by_seed(scores, proxy).mean(axis=1) for proxy in orders}
    rows = []
    for target in targets:
        for proxy, order in orders.items():
            accuracy = table.values[target].reindex(order.index)
            known = accuracy.notna()
            used = known & order.notna()
            x, y = order[used].to_numpy(float), accuracy[used].to_numpy(float)
            tau = kendall(x, y)
            rows.append(
                (benchmark, target, population, proxy, int(used.sum()), int((known & ~used).sum()))
                + (tau.value, tau.low, tau.high, spearman(x, y), pearson(means[proxy][used].to_numpy(float), y))
            )
    return pd.DataFrame(rows, columns=CORRELATION_COLUMNS)
