"""What tau varies with: the draw of architectures, of weights, of batches, and the training runs
behind the target.

Every draw of weights and batch gives each architecture a value: tau, plus the architecture's
influence on it. These are analysed as a crossed design with random effects (Cornfield and Tukey
1956): architectures x weights x batches, or architectures x seeds where each seed has drawn both.
Over architectures the values average to tau: what they have in common is how tau moves with a draw,
and what remains is noise of single architectures, which their own standard error has counted
already.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd

import proxies
from harness.analysis.ceiling import Trainings
from harness.analysis.statistics import Labels, Vector, standard_error, tau_influence
from harness.analysis.variance import (
    Draws,
    deviations_of,
    interval_of,
    parts_of_mean,
    training_deviation,
    values_by_draw,
)

COMPONENT_COLUMNS = [
    *(
        "seeds",
        "batches",
        "sd_architectures",
        "sd_weights",
        "sd_batches",
        "sd_both",
        "sd_seeds",
        "sd_training",
    ),
    *("tau_low_all", "tau_high_all"),
]


@dataclass(frozen=True)
class Components:
    """Standard deviations of tau when one thing alone is drawn anew; NaN where unknown.

    Attributes:
        architectures: of as many architectures, without the noise that the others add; NaN in a
            census.
        weights, batches: of one draw, where the two were crossed.
        both: what a pair of weights and batch adds that neither adds alone.
        seeds: of one seed that draws whatever is random, where they were not crossed; 0 for a
            deterministic score.
        training: of the trainings behind the target, taken to be independent from one architecture
            to the next.
        low, high: the 95 % interval of tau for other seeds as well as other architectures, in a
            census for other seeds and trainings of the same architectures.
    """

    architectures: float = math.nan
    weights: float = math.nan
    batches: float = math.nan
    both: float = math.nan
    seeds: float = math.nan
    training: float = math.nan
    low: float = math.nan
    high: float = math.nan


def varying(
    proxy: str,
    order: Vector,
    target: Vector,
    draws: pd.DataFrame,
    trainings: Trainings,
    classes: Labels | None,
) -> dict[str, float]:
    """Return a row's numbers of COMPONENT_COLUMNS.

    Args:
        proxy: the name of the score.
        order, target: (n,) each.
        draws: (n, ...), a column for each pair of a seed and a batch.
        trainings: the runs behind the target.
        classes: the class of each architecture in a census; None for a sample.
    """
    levels = (draws.columns.get_level_values(level).astype(int) for level in ("seed", "batch"))
    pairs = list(zip(*levels, strict=True))
    seeds, batches = len({seed for seed, _ in pairs}), len({batch for _, batch in pairs})
    own = all(seed == batch for seed, batch in pairs)
    drawn = bool(proxies.request(proxy).needs)
    grid = _grid(draws, (seeds, 1 if own else batches), crossed=not own) if drawn else None
    counts = float(1 / (1 / trainings.counts).mean()) if len(order) else math.nan
    result = components(
        order,
        grid,
        target,
        list(trainings.runs.to_numpy(float).T),
        counts,
        classes,
        census=classes is not None,
    )
    deviations = {
        f"sd_{name}": value for name, value in asdict(result).items() if name not in ("low", "high")
    }
    crossed = math.nan if own else batches
    return {
        "seeds": seeds,
        "batches": crossed,
        **deviations,
        "tau_low_all": result.low,
        "tau_high_all": result.high,
    }


def _grid(draws: pd.DataFrame, shape: tuple[int, int], *, crossed: bool) -> Draws:
    """Return draws (n, ...) as a grid of *shape*.

    Runs that were merged may leave holes in it: then it tells no more than a single draw.
    """
    scores = draws.sort_index(axis=1).to_numpy(float)
    whole = scores.shape[1] == shape[0] * shape[1]
    return Draws(scores.reshape(len(draws), *shape) if whole else scores[:, :1, None], crossed)


def components(
    order: Vector, draws: Draws | None, target: Vector, runs: Sequence[Vector], trainings: float,
    classes: Labels | None = None,
    *, census: bool = False,
) -> Components:  # fmt: skip
    """Return the components of the tau of an *order* (n,), which draws are combined to, with a
    *target* (n,).

    Args:
        order: one number by architecture.
        draws: the scores that it combines; None for a deterministic score.
        target: trained accuracies.
        runs: single training runs (n,) of the target, NaN where there is none.
        trainings: the number of runs behind a value of the target.
        classes: the units of the architectures' part of the interval, where these are whole
            classes.
        census: the architectures are all that there are.

    A single seed, and a grid with a single batch or single weights, do not tell how tau moves:
    interval and component are NaN.
    """
    whole = tau_influence(order, target, classes=classes)
    if whole is None:
        return Components()
    error = standard_error(whole.values)
    training = training_deviation(order, runs, trainings)
    unknown = draws is not None and min(draws.scores.shape[1 : 2 + draws.crossed]) < 2
    table = None if draws is None or draws.scores[0].size < 2 else values_by_draw(draws, target)
    parts, own = (
        ([], 0.0)
        if unknown or draws is None or table is None
        else parts_of_mean(draws, table, target)
    )
    deviations = {
        "training": training,
        **({"seeds": 0.0} if draws is None else deviations_of(table, draws.crossed)),
    }
    if census:
        low, high = interval_of(whole.tau, parts, np.nan_to_num(training) ** 2)
    else:
        rest = error**2 - own - np.nan_to_num(training) ** 2
        deviations["architectures"] = math.sqrt(max(0.0, rest))
        low, high = interval_of(
            whole.tau, [*parts, (error**2, len(order) - 1)], -own, least=error**2
        )
    known = draws is None or bool(parts)
    return Components(**deviations, low=low, high=high) if known else Components(**deviations)
