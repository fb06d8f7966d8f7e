"""A run read, models fitted to some of its architectures and judged on the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import benchmarks_data
from benchmarks_data.errors import InputError
from harness.analysis.combinations import ScoredRun, candidates
from harness.combining.reading import read_one
from harness.fitting.draws import check_sizes, classes_of, draws, sizes_that_fit
from harness.fitting.judging import judged
from harness.fitting.models import GRAF, models_of
from harness.fitting.report import Fit
from harness.terminal.checks import scored_name


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


def fit_and_judge(
    run: ScoredRun,
    of: Sequence[str] | None,
    networks: Sequence[int],
    count: int,
    seed: int,
    *,
    optional: bool = False,
) -> Fit:
    """Fit models to *networks* architectures of a run, drawn *count* times, and judge them on the
    others.

    Args:
        run: all its architectures have a known target.
        of: the scores whose ranks are fitted, None for all that combine no others.
        networks: sizes of training sets, in ascending order.
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
    frame = judged(run, models.inputs, kept, draws(classes, max(kept), count, seed))
    left_out = [size for size in networks if size not in kept]
    return Fit(
        run, int(classes.max()) + 1, kept, left_out, count, seed, names, models.inapplicable, frame
    )


def _names(run: ScoredRun, of: Sequence[str] | None) -> list[str]:
    """Return the scores whose ranks are fitted."""
    if of is None:
        return candidates([run])
    scored = run.scores.columns[run.scores.notna().any()]
    return list(dict.fromkeys(str(scored_name("--of", name, scored)) for name in of))
