"""Scores joined with the table: one row of correlations per population, target and proxy."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from benchmarks_data.table import Table
from benchmarks_data.target import Target
from harness.analysis.beyond import BEYOND_COLUMNS, beyond
from harness.analysis.ceiling import Trainings
from harness.analysis.components import COMPONENT_COLUMNS, varying
from harness.analysis.metrics import (
    BUDGETS,
    TOP_SHARES,
    mean_regret,
    ndcg,
    partial_tau,
    precision_top,
    regret,
    tau_top,
)
from harness.analysis.orders import by_seed, combined, joined
from harness.analysis.size_ties import size_measures
from harness.analysis.statistics import Vector, kendall, pearson, spearman, tau_b
from harness.analysis.units import Units, depths, units_of
from proxies.requests import direction

Array = np.ndarray[Any, Any]
#: The trivial baselines that say how large a network is, and how much of it is used.
SIZES = ("params", "live_params", "live_convs", "flops", "layers", "params_nonembedding")
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
    *("regret_mean", "ndcg"),
    *(
        "tau_params",
        "tau_partial_params",
        "excess_params",
        "excess_params_low",
        "excess_params_high",
    ),
    *("tau_equal_live_params", "tau_equal_live_params_low", "tau_equal_live_params_high"),
    *("tau_params_nonembedding", "tau_partial_params_nonembedding"),
    *("minus_inf", "tau_seeds_mean", "tau_seeds_sd", "r_n"),
    *BEYOND_COLUMNS,
    *COMPONENT_COLUMNS,
    "census",
]


def partial_trainings(table: Table, target: str) -> dict[str, str]:
    """Return the table's columns for the target's dataset after fewer epochs, by short names such
    as ``val12``.

    They are no training-free scores: they say what a little training would have told.
    """
    this = Target.parse(target)
    return {
        f"{(other.split or '').replace('valid', 'val')}{other.epochs}": other.name
        for other in table.targets
        if other.is_shorter_training_than(this)
    }


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
    - ``tau_top10``, ``precision_top*``, ``regret_*`` and ``ndcg`` are those of
      :mod:`harness.analysis.metrics`; they are blank for a target that is no accuracy, whose
      highest nobody looks for.
    - Of a target that training results in and of which less is better, such as a perplexity, the
      negative is compared with, so that a good score has a positive tau.
    - Intervals are those of the sample of architectures. In a ``census``, where all of the
      population are scored, they are those of other classes of isomorphic architectures like these
      (:mod:`harness.analysis.units`).
    - ``tau_params`` is the tau with the number of parameters, ``excess_params`` that less the tau
      of the target with them (above 0 where the score favours large networks more than the target
      does), and ``tau_equal_live_params`` the tau over pairs of architectures with as many live
      parameters as one another. Their intervals are simultaneous for the rows of a target and
      population (:func:`harness.analysis.contrasts.size_measures`). ``tau_partial_params`` is the
      partial tau with the target given parameters, which is not 0 for a score that says nothing
      beyond them. ``tau_params_nonembedding`` and ``tau_partial_params_nonembedding`` are the same
      of parameters without embeddings, which networks of tokens have.
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
            table.oriented(target).reindex(indices),
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


def order_measures(order: pd.Series, values: pd.Series, units: Units) -> dict[str, float]:
    """Return how an order of architectures goes with the *values* of a target, both by index: of a
    row of correlations ``n``, ``missing``, tau with its interval, rho, and the metrics of the top.
    """
    used = order.index[values.notna() & order.notna()]
    x, y = order[used].to_numpy(float), values[used].to_numpy(float)
    tau = kendall(x, y, classes=units.of(used))
    measures: dict[str, float] = {
        "n": len(x),
        "missing": int((values.notna() & order.isna()).sum()),
    }
    measures |= {"tau": tau.value, "tau_low": tau.low, "tau_high": tau.high, "rho": spearman(x, y)}
    if Target.parse(str(values.name)).is_accuracy:
        measures |= {"tau_top10": tau_top(x, y)}
        measures |= {
            f"precision_top{round(100 * share)}": precision_top(x, y, share) for share in TOP_SHARES
        }
        measures |= {f"regret_{budget}": regret(x, y, budget) for budget in BUDGETS}
        measures |= {"regret_mean": mean_regret(x, y), "ndcg": ndcg(x, y)}
    return measures


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
    measures = order_measures(order, values, sample.units)
    means = draws.loc[used].mean(axis=1, skipna=False).to_numpy(float)
    measures |= {"r": pearson(means, y), "r_n": int(np.isfinite(means).sum())}
    measures |= _size_measures(x, y, sample.sizes.loc[used])
    measures |= beyond(
        proxy, x, y, sample.sizes.loc[used], sample.units.labels(used), census=sample.units.census
    )
    measures |= {"minus_inf": int(np.isneginf(draws.loc[used].to_numpy(float)).any(axis=1).sum())}
    if seeds is not None:
        measures |= varying(proxy, x, y, seeds.loc[used], sample.trainings.at(used), classes)
    single = [tau_b(*joined(draws[draw], values)) for draw in draws]
    several = len(single) > 1 and not np.isnan(single).any()
    return measures | {
        "tau_seeds_mean": float(np.mean(single)),
        "tau_seeds_sd": float(np.std(single, ddof=1)) if several else math.nan,
        "census": sample.units.census,
    }


def _size_measures(x: Vector, y: Vector, sizes: pd.DataFrame) -> dict[str, float]:
    """Return what the sizes of the networks have to do with an order *x* (n,) and a target *y*
    (n,); nothing of unknown sizes.
    """
    measures: dict[str, float] = {}
    for name in ("params", "params_nonembedding"):
        if name in sizes and sizes[name].notna().all():
            size = sizes[name].to_numpy(float)
            measures[f"tau_{name}"] = tau_b(x, size)
            measures[f"tau_partial_{name}"] = partial_tau(x, y, size)
    return measures
