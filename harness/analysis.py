"""Scores joined with the table: one row of correlations per population, target and proxy."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import rankdata

import benchmarks_data
import proxies
from benchmarks_data.errors import InputError
from benchmarks_data.table import Table, is_accuracy
from harness.beyond import BEYOND_COLUMNS, beyond
from harness.ceiling import Trainings
from harness.components import COMPONENT_COLUMNS, varying
from harness.contrasts import size_measures
from harness.files import read_csv
from harness.metrics import BUDGETS, TOP_SHARES, partial_tau, precision_top, regret, tau_top
from harness.scoring import NAN, OK, Job, Score, draws_of, failure
from harness.statistics import Vector, kendall, mean_rank, pearson, spearman, tau_b
from harness.store import Store
from harness.units import Units, depths, units_of

Array = np.ndarray[Any, Any]

#: The trivial baselines that say how large a network is, and how much of it is used.
SIZES = ("params", "live_params", "live_convs", "flops")

#: What a file of scores must have. Beside these ``batch`` is the seed of images and labels; without
#: it that is ``seed``.
SCORE_COLUMNS = ["benchmark", "index", "arch", "proxy", "seed", "score", "seconds", "status"]
CORRELATION_COLUMNS = [
    *(
        "benchmark",
        "target",
        "population",
        "proxy",
        "n",
        "missing",
        "tau",
        "tau_low",
        "tau_high",
        "rho",
        "r",
    ),
    *("tau_top10", "precision_top10", "precision_top1", "regret_1", "regret_10", "regret_100"),
    *(
        "tau_params",
        "tau_partial_params",
        "excess_params",
        "excess_params_low",
        "excess_params_high",
    ),
    *("tau_equal_live_params", "tau_equal_live_params_low", "tau_equal_live_params_high"),
    *("minus_inf", "tau_seeds_mean", "tau_seeds_sd", "r_n"),
    *BEYOND_COLUMNS,
    *COMPONENT_COLUMNS,
    "census",
]


def read_scores(path: Path) -> pd.DataFrame:
    """Return a run's scores.csv, a frame of SCORE_COLUMNS.

    Raise InputError when it is none, or names a proxy that there is not.
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

    Scores of proxies come from the store; aggregates are computed here, among *indices*, after
    their components. What *failed* when it was computed anew is shown as failed, though the store
    keeps the earlier score.

    Raises:
        InputError: the store does not have them, as happens when it is damaged.
    """
    scored = proxies.expand(requests)
    frames = [
        _stored(job, request, indices, draws_of(request, seeds, batches), store)
        for request in scored
    ]
    frame = _with_failures(pd.concat(frames, ignore_index=True), failed)
    combined = [
        _aggregated(frame, request, indices, draws_of(request, seeds, batches))
        for request in requests
        if request.components
    ]
    frame = pd.concat([frame, *combined], ignore_index=True)
    benchmark = benchmarks_data.get(job.benchmark)
    strings = {index: benchmark.architecture(index).string for index in indices}
    return frame.assign(benchmark=job.benchmark, arch=frame["index"].map(strings))[
        [*SCORE_COLUMNS, "batch"]
    ]


Pairs = Sequence[tuple[int, int]]


def _stored(
    job: Job, request: proxies.Request, indices: Sequence[int], draws: Pairs, store: Store
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


def _aggregated(
    frame: pd.DataFrame, request: proxies.Request, indices: Sequence[int], draws: Pairs
) -> pd.DataFrame:
    """Return an aggregate's rows.

    Under each draw its function of the components' ranks among the complete architectures.
    """
    parts = [
        dict(list(frame[frame["proxy"] == one.name].groupby(["seed", "batch"])))
        for one in request.components
    ]
    rows = []
    for seed, batch in draws:
        # A component that reads no batch has the seed's own, and a deterministic one the first seed
        # only.
        pairs = [
            next(pair for pair in ((seed, batch), (seed, seed), (0, 0)) if pair in part)
            for part in parts
        ]
        known = [
            part[pair].set_index("index").loc[list(indices)]
            for part, pair in zip(parts, pairs, strict=True)
        ]
        scores = np.column_stack(
            [
                direction(one.name) * part["score"]
                for one, part in zip(request.components, known, strict=True)
            ]
        )
        values, status = _combine(request, scores)
        seconds = np.sum([part["seconds"].to_numpy(float) for part in known], axis=0)
        columns = {"index": indices, "proxy": request.name, "seed": seed, "batch": batch}
        rows.append(
            pd.DataFrame({**columns, "score": values, "seconds": seconds, "status": status})
        )
    return pd.concat(rows, ignore_index=True)


def _combine(request: proxies.Request, scores: Vector) -> tuple[Vector, Array]:
    """Return an aggregate's values and statuses for the components' oriented scores (architectures,
    components).
    """
    complete = ~np.isnan(scores).any(axis=1)
    values = np.full(len(scores), np.nan)
    reason = NAN
    if complete.any():
        try:
            result = np.asarray(request.score(rankdata(scores[complete], axis=0)), dtype=float)
            if result.shape != (complete.sum(),):
                raise ValueError(
                    f"the aggregate returned shape {result.shape}, not ({complete.sum()},)"
                )
            values[complete] = result
        except (Exception, SystemExit) as error:  # an aggregate may come from a plugin
            reason = failure(error)
    values[np.isposinf(values)] = np.nan
    return values, np.where(
        complete, np.where(np.isnan(values), reason, OK), "undefined: a component is missing"
    )


def partial_trainings(table: Table, target: str) -> dict[str, str]:
    """Return the table's columns for the target's dataset after fewer epochs, by short names such
    as ``val12``.

    They are no training-free scores: they say what a little training would have told.
    """
    parsed = {
        name: match
        for name in table.values.columns
        if (match := re.fullmatch(r"(.+)_(train|valid|test)_(\d+)ep", name))
    }
    this = re.match(r"(.+)_(?:train|valid|test)_(\d+)ep", target)
    return {
        f"{match[2].replace('valid', 'val')}{match[3]}": name
        for name, match in parsed.items()
        if this and match[1] == this[1] and int(match[3]) < int(this[2])
    }


def with_batch(scores: pd.DataFrame) -> pd.DataFrame:
    """Return scores with the column ``batch``, which is the seed where there was none."""
    return scores if "batch" in scores else scores.assign(batch=scores["seed"])


def by_seed(scores: pd.DataFrame, proxy: str) -> pd.DataFrame:
    """Return a proxy's scores as a frame with one row per index and one column per draw.

    A seed and a batch.
    """
    return with_batch(scores[scores["proxy"] == proxy]).pivot(
        index="index", columns=["seed", "batch"], values="score"
    )


def direction(proxy: str) -> float:
    """Return 1 for a proxy whose higher scores predict higher accuracies, -1 for the others."""
    return 1.0 if proxies.request(proxy).proxy.higher_is_better else -1.0


def combined(scores: pd.DataFrame, proxy: str) -> pd.Series:
    """Return one number per index that orders architectures, higher being better.

    With one seed it is the score, with several the mean rank over seeds, negated when lower is
    better. NaN is missing.
    """
    values = by_seed(scores, proxy)
    oriented = direction(proxy) * values.to_numpy(float)
    numbers = oriented[:, 0] if oriented.shape[1] == 1 else mean_rank(oriented)
    return pd.Series(numbers, index=values.index, name=proxy)


def correlations(
    scores: pd.DataFrame,
    table: Table,
    targets: Sequence[str],
    populations: Mapping[str, Collection[int]],
    benchmark: str,
) -> pd.DataFrame:
    """Return a frame of CORRELATION_COLUMNS.

    How well each proxy orders the architectures of each population by each target.

    The first population holds all that were scored, the others parts of it.

    - tau-b with its interval and rho rank by :func:`combined`. r is that of the scores, averaged
      over seeds, where they are finite; these are ``r_n``.
    - ``n`` counts the architectures with a score and a target, ``missing`` those with a target but
      no score, and ``minus_inf`` the scores of -inf among the first.
    - ``tau_top10``, ``precision_top*`` and ``regret_*`` are those of :mod:`harness.metrics`; they
      are blank for a target that is no accuracy, whose highest nobody looks for.
    - Intervals are those of the sample of architectures. In a ``census``, where all of the
      population are scored, they are those of other classes of isomorphic architectures like these
      (:mod:`harness.units`).
    - ``tau_params`` is the tau with the number of parameters, ``excess_params`` that less the tau
      of the target with them (above 0 where the score favours large networks more than the target
      does), and ``tau_equal_live_params`` the tau over pairs of architectures with as many live
      parameters as one another. Their intervals are simultaneous for the rows of a target and
      population (:func:`harness.contrasts.size_measures`). ``tau_partial_params`` is the partial
      tau with the target given parameters, which is not 0 for a score that says nothing beyond
      them.
    - ``tau_seeds_*`` are mean and standard deviation of the taus of single seeds.
    - BEYOND_COLUMNS say what a score knows beyond size, COMPONENT_COLUMNS what its tau varies with.

    Beside the proxies stand the table's :func:`partial_trainings`.
    """
    whole, scored = next(iter(populations.items()))
    units, depth = units_of(benchmark, whole, scored), depths(benchmark, scored)
    rows = [
        {"benchmark": benchmark, "population": population, **row}
        for population, members in populations.items()
        for row in _rows(scores[scores["index"].isin(list(members))], table, targets, units, depth)
    ]
    return pd.DataFrame(rows, columns=CORRELATION_COLUMNS)


def _rows(
    scores: pd.DataFrame,
    table: Table,
    targets: Sequence[str],
    units: Units,
    depth: pd.Series | None,
) -> Iterator[dict[str, Any]]:
    """Yield the rows of correlations of one population's *scores*, by target and proxy."""
    indices = sorted(set(scores["index"]))
    orders = {
        str(proxy): combined(scores, proxy).reindex(indices) for proxy in scores["proxy"].unique()
    }
    seeds = {proxy: direction(proxy) * by_seed(scores, proxy).reindex(indices) for proxy in orders}
    sizes = pd.DataFrame({name: orders[name] for name in SIZES if name in orders}, index=indices)
    if depth is not None:
        sizes["depth"] = depth[indices]
    for target in targets:
        sample = Sample(
            table.values[target].reindex(indices),
            sizes,
            units,
            Trainings.of(table, target, indices),
        )
        trained = {
            name: table.values[column].reindex(indices)
            for name, column in partial_trainings(table, target).items()
        }
        tied_to_size = size_measures({**orders, **trained}, sample.values, sizes, units)
        for proxy, order in {**orders, **trained}.items():
            measures = _measures(proxy, order, sample, seeds.get(proxy))
            yield {"target": target, "proxy": proxy, **measures, **tied_to_size[proxy]}


@dataclass(frozen=True)
class Sample:
    """What the numbers of a population and a target are made of, beside scores; all by index.

    Attributes:
        values: of the target.
        sizes: of the networks, a column for each of SIZES that was scored, and ``depth`` where it
            is known.
        units: what intervals are about.
        trainings: the training runs behind the target.
    """

    values: pd.Series
    sizes: pd.DataFrame
    units: Units
    trainings: Trainings


def _measures(
    proxy: str, order: pd.Series, sample: Sample, seeds: pd.DataFrame | None
) -> dict[str, float]:
    """Return the numbers of a row of correlations.

    *seeds* are the draws that an order combines, None for a trained accuracy.
    """
    values, draws = sample.values, order.to_frame() if seeds is None else seeds
    used = order.index[values.notna() & order.notna()]
    classes = sample.units.of(used)
    x, y = order[used].to_numpy(float), values[used].to_numpy(float)
    tau = kendall(x, y, classes=classes)
    found: dict[str, float] = {"n": len(x), "missing": int((values.notna() & order.isna()).sum())}
    found |= {"tau": tau.value, "tau_low": tau.low, "tau_high": tau.high, "rho": spearman(x, y)}
    means = draws.loc[used].mean(axis=1, skipna=False).to_numpy(float)
    found |= {"r": pearson(means, y), "r_n": int(np.isfinite(means).sum())}
    if is_accuracy(str(values.name)):
        found |= {"tau_top10": tau_top(x, y)}
        found |= {
            f"precision_top{round(100 * share)}": precision_top(x, y, share) for share in TOP_SHARES
        }
        found |= {f"regret_{budget}": regret(x, y, budget) for budget in BUDGETS}
    found |= _size_measures(x, y, sample.sizes.loc[used])
    found |= beyond(
        proxy, x, y, sample.sizes.loc[used], sample.units.labels(used), census=sample.units.census
    )
    found |= {"minus_inf": int(np.isneginf(draws.loc[used].to_numpy(float)).any(axis=1).sum())}
    if seeds is not None:
        found |= varying(proxy, x, y, seeds.loc[used], sample.trainings.at(used), classes)
    single = [tau_b(*joined(draws[draw], values)) for draw in draws]
    several = len(single) > 1 and not np.isnan(single).any()
    return found | {
        "tau_seeds_mean": float(np.mean(single)),
        "tau_seeds_sd": float(np.std(single, ddof=1)) if several else math.nan,
        "census": sample.units.census,
    }


def _size_measures(x: Vector, y: Vector, sizes: pd.DataFrame) -> dict[str, float]:
    """Return what the sizes of the networks have to do with an order *x* (n,) and a target *y*
    (n,); nothing of unknown sizes.
    """
    found: dict[str, float] = {}
    if "params" in sizes and sizes["params"].notna().all():
        params = sizes["params"].to_numpy(float)
        found |= {"tau_params": tau_b(x, params), "tau_partial_params": partial_tau(x, y, params)}
    return found


def joined(x: pd.Series, y: pd.Series) -> tuple[Vector, Vector]:
    """Return the values of two series at the indices where both are known."""
    both = pd.DataFrame({"x": x, "y": y}).dropna()
    return both["x"].to_numpy(float), both["y"].to_numpy(float)
