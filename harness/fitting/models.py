"""Models that predict accuracies from what is known of untrained networks.

- ``graf``: Kadlecová et al., "Surprisingly Strong Performance Prediction with Neural Graph
  Features", ICML 2024, arXiv 2404.16551: a random forest on features of the cell's graph.
- ``rank_fit``: a random forest on the ranks of training-free scores.
- ``graf+rank_fit``: one on both (their "ZCP + GRAF").
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from benchmarks_data.benchmark import Benchmark, HasGraphFeatures
from benchmarks_data.errors import InputError
from harness.analysis.combinations import ranks
from harness.analysis.statistics import Vector

Array = np.ndarray[Any, Any]
GRAF, RANK_FIT = "graf", "rank_fit"
#: Trees of a forest: scikit-learn's number, which GRAF's code leaves as it is.
TREES = 100


@dataclass(frozen=True)
class Models:
    """What is fitted.

    Attributes:
        inputs: name of a model -> its inputs (architectures, k).
        inapplicable: name of a model -> why it does not apply.
    """

    inputs: Mapping[str, Array]
    inapplicable: Mapping[str, str]


def models_of(benchmark: Benchmark, scores: pd.DataFrame, names: Sequence[str]) -> Models:
    """Return the models of a benchmark's architectures, which index *scores*; *names* are the
    scores whose ranks are fitted.
    """
    inputs: dict[str, Array] = {}
    if names:
        columns = [ranks(scores[name].to_numpy(float)) / len(scores) for name in names]
        inputs[f"{RANK_FIT}[of={'+'.join(names)}]"] = np.column_stack(columns)
    if not isinstance(benchmark, HasGraphFeatures):
        return Models(inputs, {GRAF: f"{benchmark.name} names no features of its graphs"})
    rows = [list(benchmark.graph_features(index).values()) for index in scores.index]
    graf = {GRAF: np.array(rows)}
    both = {f"{GRAF}+{name}": np.hstack([graf[GRAF], ranked]) for name, ranked in inputs.items()}
    return Models({**graf, **inputs, **both}, {})


def check_scikit_learn() -> None:
    """Raise InputError when scikit-learn is not installed."""
    try:
        import sklearn  # noqa: F401
    except ImportError as error:
        raise InputError(
            "harness.fit needs scikit-learn: pip install 'zeros-harness[fit]'"
        ) from error


def predicted(inputs: Array, accuracy: Vector, others: Array, seed: int) -> Vector:
    """Return the accuracies (m,) of *others* (m, k) as a random forest predicts them that was
    fitted to *inputs* (n, k) and *accuracy* (n,).

    Scikit-learn's regressor as it is by default, which is GRAF's: each tree sees a bootstrap sample
    and all inputs at each split.
    """
    from sklearn.ensemble import RandomForestRegressor

    forest = RandomForestRegressor(n_estimators=TREES, random_state=seed)
    prediction: Vector = forest.fit(inputs, accuracy).predict(others)
    return prediction
