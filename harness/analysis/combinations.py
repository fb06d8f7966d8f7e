"""Forward selection of scores whose ranks are added up, on some runs, to be judged on others.

What is chosen depends on the runs that it is chosen on and on nothing else, but for which scores
apply: a candidate has scores in the runs left out too, whose targets are not looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import rankdata

import proxies
from harness.analysis.statistics import Vector, tau_b
from harness.analysis.units import Units

#: How ranks are combined -> the aggregate that has the formula.
FORMULAS = {"log_rank": "log_rank", "mean_rank": "mean_rank"}


@dataclass(frozen=True)
class ScoredRun:
    """The scores of a finished run beside its target.

    Attributes:
        name: for people.
        benchmark, dataset: whose networks were scored.
        target: the column of the table.
        scores: a column for each score, indexed by architecture, higher being better; NaN is
            missing.
        accuracy: the target of the same architectures, higher being better; NaN is unknown.
        units: what intervals are about.
        precision: which scores are of which, for people; empty where all are of float32.
    """

    name: str
    benchmark: str
    dataset: str
    target: str
    scores: pd.DataFrame
    accuracy: pd.Series
    units: Units
    precision: str = ""


@dataclass(frozen=True)
class Split:
    """Runs that a combination is chosen on, and those left out, which it is judged on.

    Attributes:
        scheme: what is left out: BENCHMARKS, or datasets within a benchmark.
        left_out: its name.
    """

    scheme: str
    left_out: str
    training: Sequence[ScoredRun]
    judged: Sequence[ScoredRun]


BENCHMARKS = "by benchmark"


@dataclass(frozen=True)
class Step:
    """A step of a forward selection: the score that it adds, and the criterion with each candidate
    in its place, the highest first.
    """

    chosen: str
    criteria: dict[str, float]


def splits(runs: Sequence[ScoredRun]) -> list[Split]:
    """Return each benchmark left out in turn, and within a benchmark of several datasets each
    dataset.

    All runs of a benchmark are left out together: they may have architectures in common.
    """
    benchmarks = list(dict.fromkeys(run.benchmark for run in runs))
    made = []
    if len(benchmarks) > 1:
        made += [_split(BENCHMARKS, name, runs, lambda run: run.benchmark) for name in benchmarks]
    for benchmark in benchmarks:
        own = [run for run in runs if run.benchmark == benchmark]
        datasets = list(dict.fromkeys(run.dataset for run in own))
        if len(datasets) > 1:
            scheme = f"by dataset within {benchmark}"
            made += [_split(scheme, name, own, lambda run: run.dataset) for name in datasets]
    return made


def _split(
    scheme: str, name: str, runs: Sequence[ScoredRun], of: Callable[[ScoredRun], str]
) -> Split:
    training = [run for run in runs if of(run) != name]
    return Split(scheme, name, training, [run for run in runs if of(run) == name])


def candidates(runs: Sequence[ScoredRun]) -> list[str]:
    """Return the scores that have a value in every run, in alphabetical order; no aggregates."""
    common = set.intersection(*(set(run.scores.columns[run.scores.notna().any()]) for run in runs))
    return sorted(name for name in common if not proxies.request(name).components)


def ranks(values: Vector) -> Vector:
    """Return the ranks (n,) of scores (n,), from 1 for the lowest.

    Tied scores have the mean of their ranks. Missing scores are tied below all others, also below
    -inf.
    """
    missing = np.isnan(values)
    ranked = np.full(len(values), (missing.sum() + 1) / 2)
    ranked[~missing] = missing.sum() + rankdata(values[~missing])
    return ranked


def combination(run: ScoredRun, names: Sequence[str], by: str) -> pd.Series:
    """Return the order of a run's architectures by the ranks of scores; *by* is one of FORMULAS."""
    columns = np.column_stack([ranks(run.scores[name].to_numpy(float)) for name in names])
    formula = proxies.registered()[FORMULAS[by]].function
    return pd.Series(formula(columns), index=run.scores.index)


def criterion(runs: Sequence[ScoredRun], names: Sequence[str], by: str) -> float:
    """Return the mean over runs of a combination's tau-b with the target; an undefined tau is 0."""
    taus = []
    for run in runs:
        known = run.accuracy.notna().to_numpy()
        order = combination(run, names, by).to_numpy(float)
        taus.append(tau_b(order[known], run.accuracy.to_numpy(float)[known]))
    return float(np.mean(np.nan_to_num(taus)))


def forward(runs: Sequence[ScoredRun], names: Sequence[str], size: int, by: str) -> list[Step]:
    """Return the steps of a forward selection of *size* among the scores *names*.

    Each step adds the score with which :func:`criterion` is highest, the first by name of equal
    ones. The last steps are taken whether or not they raise it.
    """
    steps: list[Step] = []
    while len(steps) < min(size, len(names)):
        chosen = [step.chosen for step in steps]
        values = {
            name: criterion(runs, [*chosen, name], by)
            for name in sorted(names)
            if name not in chosen
        }
        ordered = sorted(values, key=lambda name: -values[name])
        steps.append(Step(ordered[0], {name: values[name] for name in ordered}))
    return steps
