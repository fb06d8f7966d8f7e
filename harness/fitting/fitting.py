"""A run read, models fitted to some of its architectures and judged on the others.

:func:`checked` refuses what cannot be fitted before anything is; :func:`fit_and_judge` fits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

import benchmarks_data
import proxies
from benchmarks_data.errors import InputError, unknown
from harness.analysis.combinations import ScoredRun, candidates
from harness.combining.reading import read_one
from harness.fitting.draws import check_sizes, classes_of, draws, sizes_that_fit
from harness.fitting.judging import judged
from harness.fitting.models import GRAF, Models, models_of
from harness.fitting.report import Fit


def read_known(folder: Path, tables: Path | None) -> ScoredRun:
    """Return the architectures of the run in *folder* whose target is known.

    *tables* is where its table lies, None for the installed one.

    Raises:
        InputError: it cannot be read, or there is nothing to fit.
    """
    run = read_one(folder, tables)
    accuracy = run.accuracy.dropna()
    if accuracy.nunique() < 2:
        raise InputError(
            f"{folder}: all architectures have the same {run.target}: nothing can be fitted"
        )
    scores = run.scores.loc[accuracy.index]
    if not scores.notna().any(axis=None):
        raise InputError(f"{folder}: no score has a value: there is nothing to compare with")
    return replace(run, scores=scores, accuracy=accuracy)


@dataclass(frozen=True)
class Asked:
    """What is to be fitted, checked.

    Attributes:
        run: all its architectures have a known target.
        names: the scores whose ranks are fitted.
        models: what is fitted.
        networks: sizes of training sets, in ascending order.
        left_out: sizes that are too large for the run.
        classes: the number (n,) of each architecture's class.
        count, seed: how often networks are drawn, and from which seed.
    """

    run: ScoredRun
    names: Sequence[str]
    models: Models
    networks: Sequence[int]
    left_out: Sequence[int]
    classes: np.ndarray
    count: int
    seed: int


def checked(
    run: ScoredRun,
    of: Sequence[str] | None,
    networks: Sequence[int],
    count: int,
    seed: int,
    *,
    optional: bool = False,
) -> Asked:
    """Return what is to be fitted to *networks* architectures of a run, drawn *count* times.

    Args:
        run: all its architectures have a known target.
        of: the scores whose ranks are fitted, None for all that combine no others.
        networks: sizes of training sets, in ascending order.
        count, seed: of the draws.
        optional: whether sizes that are too large for the run are left out, not refused.

    Raises:
        InputError: the run has no score *of* that name, or too few architectures.
    """
    names = _names(run, of)
    benchmark = benchmarks_data.get(run.benchmark)
    classes = classes_of(benchmark, list(run.scores.index))
    kept = sizes_that_fit(networks, classes) if optional else networks
    check_sizes(kept, classes)
    models = models_of(benchmark, run.scores, names)
    if not models.inputs:
        raise InputError(
            f"nothing to fit: {models.inapplicable[GRAF]}, and the run has no score that combines "
            "no others: name some with --of"
        )
    left_out = [size for size in networks if size not in kept]
    return Asked(run, names, models, kept, left_out, classes, count, seed)


def fit_and_judge(asked: Asked) -> Fit:
    """Fit models to architectures that are drawn, and judge them on the others."""
    drawn = draws(asked.classes, max(asked.networks), asked.count, asked.seed)
    return Fit(
        run=asked.run,
        classes=int(asked.classes.max()) + 1,
        networks=asked.networks,
        left_out=asked.left_out,
        draws=asked.count,
        seed=asked.seed,
        of=asked.names,
        inapplicable=asked.models.inapplicable,
        judged=judged(asked.run, asked.models.inputs, asked.networks, drawn),
    )


def _names(run: ScoredRun, of: Sequence[str] | None) -> list[str]:
    """Return the scores whose ranks are fitted."""
    if of is None:
        return candidates([run])
    scored = [str(name) for name in run.scores.columns[run.scores.notna().any()]]
    return list(dict.fromkeys(_scored(name, scored) for name in of))


def _scored(given: str, scored: Sequence[str]) -> str:
    """Return the score of the run that a name of ``--of`` stands for, however it is written."""
    try:
        name = proxies.request(given).name
    except InputError:  # no proxy: what is near it among the scores of the run says more
        name = given
    if name not in scored:
        raise unknown("score of the run in --of:", given, scored)
    return name
