"""What tests of evaluations share: a few trained accuracies."""

import pandas as pd
import pytest

from benchmarks_data.benchmark import Benchmark
from harness.runs.evaluation import Evaluation, evaluate
from tests.evaluating import ARCHS, weights


@pytest.fixture(scope="session")
def trained(nb201: Benchmark) -> pd.DataFrame:
    """Accuracies of eight architectures: reading those of all takes a second."""
    return nb201.table().values.loc[ARCHS, ["cifar10_test"]]


@pytest.fixture(scope="session")
def mixed() -> Evaluation:
    """A name and a function on eight architectures."""
    return evaluate([weights, "synflow"], archs=ARCHS, seeds=2)
