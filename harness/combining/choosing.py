"""What combinations come to: chosen and judged for each split of the runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from benchmarks_data.errors import InputError
from harness.analysis.combinations import (
    ScoredRun,
    Step,
    candidates,
    criterion,
    forward,
    splits,
)
from harness.analysis.judgement import across, judged, judged_rows

#: The scheme of the combination that is chosen on all runs, and judged on none.
POST_HOC = "post hoc"
PATH_COLUMNS = ["scheme", "left_out", "step", "candidate", "mean_tau", "chosen"]


@dataclass(frozen=True)
class Outcome:
    """What was chosen, and how it was judged.

    Attributes:
        runs: what it was chosen and judged on.
        by: how ranks are combined.
        candidates: the scores that were chosen from.
        excluded: scores of some runs that were not, as they have no values in all of them, or
            combine others.
        paths: a frame of PATH_COLUMNS: each step of each selection with all its candidates.
        judged: a frame of harness.analysis.judgement.JUDGED_COLUMNS.
        across: a frame of harness.analysis.judgement.ACROSS_COLUMNS.
        post_hoc: the steps of the selection on all runs.
        post_hoc_tau: its mean tau on the runs that it was chosen on.
    """

    runs: Sequence[ScoredRun]
    by: str
    candidates: Sequence[str]
    excluded: Sequence[str]
    paths: pd.DataFrame
    judged: pd.DataFrame
    across: pd.DataFrame
    post_hoc: Sequence[Step]
    post_hoc_tau: float

    @property
    def post_hoc_name(self) -> str:
        """What the combination that was chosen on all runs is called."""
        return f"{POST_HOC} {self.by}[of={'+'.join(step.chosen for step in self.post_hoc)}]"


def choose_and_judge(runs: Sequence[ScoredRun], size: int, by: str) -> Outcome:
    """Choose *size* scores for each split of the runs, and judge them on what it leaves out.

    Raises:
        InputError: fewer scores than that have values in all runs.
    """
    names = candidates(runs)
    if len(names) < size:
        raise InputError(
            f"--size {size}: {len(names)} scores have values in all {len(runs)} runs "
            f"({', '.join(names)}): score more in each, or choose fewer"
        )
    judgements, paths = [], []
    for split in splits(runs):
        steps = forward(split.training, names, size, by)
        paths.append(_path(split.scheme, split.left_out, steps))
        judgements += judged(split, steps, by)
    steps = forward(runs, names, size, by)
    paths.append(_path(POST_HOC, "", steps))
    every = dict.fromkeys(name for run in runs for name in run.scores.columns)
    return Outcome(
        runs,
        by,
        names,
        [name for name in every if name not in names],
        pd.concat(paths, ignore_index=True),
        pd.concat([judged_rows(one) for one in judgements], ignore_index=True),
        across(judgements),
        steps,
        criterion(runs, [step.chosen for step in steps], by),
    )


def _path(scheme: str, left_out: str, steps: Sequence[Step]) -> pd.DataFrame:
    rows = [
        (scheme, left_out, number, name, value, name == step.chosen)
        for number, step in enumerate(steps, 1)
        for name, value in step.criteria.items()
    ]
    return pd.DataFrame(rows, columns=PATH_COLUMNS)
