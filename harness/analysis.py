"""Scores joined with the table: one row of correlations per population, target and proxy."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import rankdata

import benchmarks_data
import proxies
from benchmarks_data.errors import InputError
from benchmarks_data.table import Table, is_accuracy
from harness.contrasts import size_measures
from harness.files import read_csv
from harness.metrics import BUDGETS, TOP_SHARES, partial_tau, precision_top, regret, tau_top
from harness.scoring import NAN, OK, Job, failure, seeds_of
from harness.statistics import Vector, kendall, mean_rank, pearson, spearman, tau_b
from harness.store import Store

Array = np.ndarray[Any, Any]

#: The trivial baselines that say how large a network is, and how much of it is used.
SIZES = ("params", "live_params")

SCORE_COLUMNS = ["benchmark", "index", "arch", "proxy", "seed", "score", "seconds", "status"]
CORRELATION_COLUMNS = [
    *("benchmark", "target", "population", "proxy", "n", "missing", "tau", "tau_low", "tau_high", "rho", "r"),
    *("tau_top10", "precision_top10", "precision_top1", "regret_1", "regret_10", "regret_100"),
    *("tau_params", "tau_partial_params", "excess_params", "excess_params_low", "excess_params_high"),
    *("tau_equal_live_params", "tau_equal_live_params_low", "tau_equal_live_params_high"),
    *("minus_inf", "tau_seeds_mean", "tau_seeds_sd", "r_n"),
]


def read_scores(path: Path) -> pd.DataFrame:
    """Return a run's scores.csv, a frame of SCORE_COLUMNS; raise InputError when it is none, or names a proxy that there is not."""
    scores = read_csv(path, SCORE_COLUMNS, numbers=("index", "seed", "score", "seconds"))[SCORE_COLUMNS]
    if not all(pd.api.types.is_integer_dtype(scores[column]) for column in ("index", "seed")):
        raise InputError(f"{path}: index and seed are whole numbers")
    if scores.duplicated(["index", "proxy", "seed"]).any():
        raise InputError(f"{path}: a score stands in several rows")
    if (scores["score"] == math.inf).any() or (scores["seed"] < 0).any():
        raise InputError(f"{path}: a score of infinity or a negative seed is none of a run's")
    for name in scores["proxy"].unique():
        proxies.request(str(name))
    return scores.astype({"score": float, "seconds": float, "arch": str, "status": str})


def collect(
    job: Job, requests: Sequence[proxies.Request], indices: Sequence[int], seeds: Sequence[int], store: Store
) -> pd.DataFrame:
    """Return the scores of a run as a frame of SCORE_COLUMNS, ordered by proxy, seed and index.

    Scores of proxies come from the store; aggregates are computed here, among *indices*, after their components.

    Raises:
        InputError: the store does not have them, as happens when it is damaged.
    """
    scored = proxies.expand(requests)
    frame = pd.concat([_stored(job, request, indices, seeds, store) for request in scored], ignore_index=True)
    combined = [_aggregated(frame, request, indices, seeds) for request in requests if request.components]
    frame = pd.concat([frame, *combined], ignore_index=True)
    benchmark = benchmarks_data.get(job.benchmark)
    strings = {index: benchmark.architecture(index).string for index in indices}
    return frame.assign(benchmark=job.benchmark, arch=frame["index"].map(strings))[SCORE_COLUMNS]


def _stored(job: Job, request: proxies.Request, indices: Sequence[int], seeds: Sequence[int], store: Store) -> pd.DataFrame:
    rows = []
    for seed in seeds_of(request, seeds):
        found = store.read(job, request, seed)
        if not found.keys() >= set(indices):
            raise InputError(f"the store {store.path} has lost scores of {request.name}: choose another file with --store")
        rows += [(index, request.name, seed, found[index].score, found[index].seconds, found[index].status) for index in indices]
    return pd.DataFrame(rows, columns=["index", "proxy", "seed", "score", "seconds", "status"])


def _aggregated(frame: pd.DataFrame, request: proxies.Request, indices: Sequence[int], seeds: Sequence[int]) -> pd.DataFrame:
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


def correlations(
    scores: pd.DataFrame, table: Table, targets: Sequence[str], populations: Mapping[str, Collection[int]], benchmark: str
) -> pd.DataFrame:
    """Return a frame of CORRELATION_COLUMNS: how well each proxy orders the architectures of each population by each target.

    - tau-b with its interval and rho rank by :func:`combined`. r is that of the scores, averaged over seeds, where they are finite;
      these are ``r_n``.
    - ``n`` counts the architectures with a score and a target, ``missing`` those with a target but no score, and
      ``minus_inf`` the scores of -inf among the first.
    - ``tau_top10``, ``precision_top*`` and ``regret_*`` are those of :mod:`harness.metrics`; they are blank for a target that is
      no accuracy, whose highest nobody looks for.
    - ``tau_params`` is the tau with the number of parameters, ``tau_partial_params`` the partial tau with the target given it,
      ``excess_params`` the tau with parameters less that of the target with them (above 0 where the score favours large networks
      more than the target does), and ``tau_equal_live_params`` the tau over pairs of architectures with as many live parameters as
      one another. The intervals are simultaneous for the rows of a target and population
      (:func:`harness.contrasts.size_measures`).
    - ``tau_seeds_*`` are mean and standard deviation of the taus of single seeds.

    Beside the proxies stand the table's :func:`partial_trainings`.
    """
    rows: list[dict[str, Any]] = []
    for population, members in populations.items():
        part = scores[scores["index"].isin(list(members))]
        indices = sorted(set(part["index"]))
        orders = {str(proxy): combined(part, proxy).reindex(indices) for proxy in part["proxy"].unique()}
        seeds = {proxy: direction(proxy) * by_seed(part, proxy).reindex(indices) for proxy in orders}
        sizes = pd.DataFrame({name: orders[name] for name in SIZES if name in orders}, index=indices)
        for target in targets:
            trained = {name: table.values[column].reindex(indices) for name, column in partial_trainings(table, target).items()}
            values = table.values[target].reindex(indices)
            tied_to_size = size_measures({**orders, **trained}, values, sizes)
            for proxy, order in {**orders, **trained}.items():
                row = {"benchmark": benchmark, "target": target, "population": population, "proxy": proxy}
                measures = _measures(order, values, sizes, seeds.get(proxy, order.to_frame()))
                rows.append(row | measures | tied_to_size[proxy])
    return pd.DataFrame(rows, columns=CORRELATION_COLUMNS)


def _measures(order: pd.Series, values: pd.Series, sizes: pd.DataFrame, seeds: pd.DataFrame) -> dict[str, float]:
    """Return the numbers of a row of correlations, for a target's *values*."""
    used = values.notna() & order.notna()
    x, y = order[used].to_numpy(float), values[used].to_numpy(float)
    tau = kendall(x, y)
    found: dict[str, float] = {"n": len(x), "missing": int((values.notna() & order.isna()).sum())}
    found |= {"tau": tau.value, "tau_low": tau.low, "tau_high": tau.high, "rho": spearman(x, y)}
    means = seeds.mean(axis=1, skipna=False)[used].to_numpy(float)
    found |= {"r": pearson(means, y), "r_n": int(np.isfinite(means).sum())}
    if is_accuracy(str(values.name)):
        found |= {"tau_top10": tau_top(x, y)}
        found |= {f"precision_top{round(100 * share)}": precision_top(x, y, share) for share in TOP_SHARES}
        found |= {f"regret_{budget}": regret(x, y, budget) for budget in BUDGETS}
    found |= _size_measures(x, y, sizes[used])
    found |= {"minus_inf": int(np.isneginf(seeds[used].to_numpy(float)).any(axis=1).sum())}
    single = [tau_b(*joined(seeds[seed], values)) for seed in seeds]
    several = len(single) > 1 and not np.isnan(single).any()
    return found | {
        "tau_seeds_mean": float(np.mean(single)),
        "tau_seeds_sd": float(np.std(single, ddof=1)) if several else math.nan,
    }


def _size_measures(x: Vector, y: Vector, sizes: pd.DataFrame) -> dict[str, float]:
    """Return what the sizes of the networks have to do with an order *x* (n,) and a target *y* (n,); nothing of unknown sizes."""
    found: dict[str, float] = {}
    if "params" in sizes and sizes["params"].notna().all():
        params = sizes["params"].to_numpy(float)
        found |= {"tau_params": tau_b(x, params), "tau_partial_params": partial_tau(x, y, params)}
    return found


def joined(x: pd.Series, y: pd.Series) -> tuple[Vector, Vector]:
    """Return the values of two series at the indices where both are known."""
    both = pd.DataFrame({"x": x, "y": y}).dropna()
    return both["x"].to_numpy(float), both["y"].to_numpy(float)
