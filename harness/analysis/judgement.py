"""Combinations of scores judged on runs that they were not chosen on, beside other scores."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from benchmarks_data.target import Target
from harness.analysis.combinations import ScoredRun, Split, Step, combination
from harness.analysis.contrasts import paired
from harness.analysis.correlations import SIZES
from harness.analysis.families import simultaneous
from harness.analysis.metrics import mean_regret, ndcg
from harness.analysis.orders import joined
from harness.analysis.statistics import Vector, kendall, tau_influence

#: The combination that was chosen on the other runs, and the first score of its path alone.
COMBINATION, BEST = "combination", "best single score"
#: Combinations of the literature, which were chosen beforehand.
PUBLISHED = ("az_nas", "vkdnw_agg")
JUDGED_COLUMNS = [
    *("scheme", "left_out", "run", "score", "scores", "n", "tau", "tau_low", "tau_high"),
    *("ndcg", "regret_mean", "difference", "low", "high", "p_family"),
]
ACROSS_COLUMNS = [
    *("scheme", "score", "other", "runs", "benchmarks", "difference", "low", "high", "p_family"),
    *("low_spaces", "high_spaces", "ahead"),
]


@dataclass(frozen=True)
class Judged:
    """A run that was left out, and the orders of its architectures that are compared on it.

    Attributes:
        split: what it was left out of.
        run: the run.
        orders: by name, COMBINATION first; higher is better.
        made_of: the scores that COMBINATION and BEST consist of.
    """

    split: Split
    run: ScoredRun
    orders: Mapping[str, pd.Series]
    made_of: Mapping[str, str]


def judged(split: Split, steps: Sequence[Step], by: str) -> list[Judged]:
    """Return the runs that a split leaves out, with what is compared there: the combination of the
    *steps*, its first score, PUBLISHED and SIZES as far as they have values.
    """
    chosen = [step.chosen for step in steps]
    made_of = {COMBINATION: " + ".join(chosen), BEST: chosen[0]}
    made = []
    for run in split.judged:
        present = run.scores.columns[run.scores.notna().any()]
        orders = {COMBINATION: combination(run, chosen, by), BEST: run.scores[chosen[0]]}
        orders |= {name: run.scores[name] for name in (*PUBLISHED, *SIZES) if name in present}
        made.append(Judged(split, run, orders, made_of))
    return made


def judged_rows(one: Judged) -> pd.DataFrame:
    """Return a frame of JUDGED_COLUMNS, a row for each order.

    ``ndcg`` and ``regret_mean`` are blank for a target that is no accuracy.

    ``difference`` is the tau of the combination less that of the row's, on the architectures that
    both order; its interval and ``p_family`` are corrected for all comparisons with the combination
    in this run (:func:`harness.analysis.contrasts.paired`).
    """
    run = one.run
    pairs = paired(one.orders, run.accuracy, COMBINATION, run.units)
    against = pairs[pairs["proxy"] == COMBINATION].set_index("other")
    searched = Target.parse(run.target).is_accuracy
    rows = []
    for name, order in one.orders.items():
        used = order.index[order.notna() & run.accuracy.notna()]
        x, y = joined(order, run.accuracy)
        tau = kendall(x, y, classes=run.units.of(used))
        row: dict[str, Any] = {
            "scheme": one.split.scheme,
            "left_out": one.split.left_out,
            "run": run.name,
        }
        row |= {"score": name, "scores": one.made_of.get(name, name), "n": len(x)}
        row |= {"tau": tau.value, "tau_low": tau.low, "tau_high": tau.high}
        row["ndcg"] = ndcg(x, y) if searched else math.nan
        row["regret_mean"] = mean_regret(x, y) if searched else math.nan
        if name in against.index:
            measured = against.loc[name]
            row |= {key: measured[key] for key in ("difference", "low", "high", "p_family")}
        rows.append(row)
    return pd.DataFrame(rows, columns=JUDGED_COLUMNS)


def across(judgements: Sequence[Judged]) -> pd.DataFrame:
    """Return a frame of ACROSS_COLUMNS for each scheme: what differences come to over all runs that
    were left out.

    - ``difference`` is the mean over benchmarks of the mean over their runs.
    - ``low``, ``high`` and ``p_family`` are about other architectures of the same benchmarks, and
      corrected for all rows of the scheme (:func:`harness.analysis.families.simultaneous`). An
      architecture that is in several runs of a benchmark is one unit.
    - ``low_spaces`` and ``high_spaces`` are the ends of Student's 95 % interval of the mean over
      benchmarks, of this row alone: they are about other benchmarks, if these are like a sample of
      them. They are blank for one benchmark.
    - ``ahead`` is in how many benchmarks the difference is above 0.

    Compared are the combination with all others, and the best single score and PUBLISHED with
    SIZES, each in the runs that have both.
    """
    schemes = dict.fromkeys(one.split.scheme for one in judgements)
    frames = [
        _across(scheme, [one for one in judgements if one.split.scheme == scheme])
        for scheme in schemes
    ]
    return pd.concat(frames, ignore_index=True)


def _across(scheme: str, judgements: Sequence[Judged]) -> pd.DataFrame:
    rows, vectors = [], []
    for score, other in _pairs(judgements):
        each = [(one.run, _difference(one, score, other)) for one in judgements]
        known = [(run, made) for run, made in each if made is not None]
        if not known:
            continue
        taus = pd.Series([made[0] for _, made in known], [run.benchmark for run, _ in known])
        means = taus.groupby(level=0, sort=False).mean()
        share = 1 / (len(means) * taus.groupby(level=0).transform("size"))
        added = pd.concat([made[1] * part for (_, made), part in zip(known, share, strict=True)])
        vectors.append(added.groupby(level=[0, 1]).sum())
        low, high = _student(np.asarray(means, np.float64))
        rows.append(
            {"scheme": scheme, "score": score, "other": other, "runs": len(known)}
            | {"benchmarks": len(means), "difference": means.mean()}
            | {"low_spaces": low, "high_spaces": high, "ahead": int((means > 0).sum())}
        )
    frame = pd.DataFrame(rows, columns=ACROSS_COLUMNS)
    aligned = pd.concat(vectors, axis=1).fillna(0.0).to_numpy(float).T
    units = np.array([float(len(vector)) for vector in vectors])
    estimates = frame["difference"].to_numpy(float)
    family = simultaneous(estimates, aligned, range(len(rows)), None, units)
    census = any(one.run.units.census for one in judgements)
    p = np.full(len(rows), math.nan) if census else family.p
    return frame.assign(low=family.low, high=family.high, p_family=p)


def _pairs(judgements: Sequence[Judged]) -> list[tuple[str, str]]:
    """Return what is compared in any of the runs, each with what comes after it."""
    names = list(dict.fromkeys(name for one in judgements for name in one.orders))
    sizes = [name for name in SIZES if name in names]
    others = [name for name in (COMBINATION, BEST, *PUBLISHED) if name in names]
    return [
        (one, other)
        for one, other in combinations([*others, *sizes], 2)
        if one == COMBINATION or (one in others and other in sizes)
    ]


def _difference(one: Judged, score: str, other: str) -> tuple[float, pd.Series] | None:
    """Return the difference of two taus on the architectures that both order, and what each unit
    adds to its error, by benchmark and unit; None where it is undefined.
    """
    if score not in one.orders or other not in one.orders:
        return None
    run = one.run
    orders = {"y": run.accuracy, "first": one.orders[score], "second": one.orders[other]}
    used = pd.DataFrame(orders).dropna()
    classes = run.units.of(used.index)
    columns = {name: used[name].to_numpy(float) for name in used}
    first, second = (
        tau_influence(columns[name], columns["y"], classes=classes) for name in ("first", "second")
    )
    if first is None or second is None or len(first.values) < 3:
        return None
    n, values = len(first.values), first.values - second.values
    labels = used.index if classes is None else np.unique(run.units.classes[used.index])
    keys = pd.MultiIndex.from_product([[run.benchmark], labels])
    return first.tau - second.tau, pd.Series(values / math.sqrt(n * (n - 1)), index=keys)


def _student(values: Vector) -> tuple[float, float]:
    """Return Student's 95 % interval of a mean; NaN for fewer than two values."""
    if len(values) < 2:
        return math.nan, math.nan
    half = stats.t.ppf(0.975, len(values) - 1) * np.std(values, ddof=1) / math.sqrt(len(values))
    return float(values.mean() - half), float(values.mean() + half)
