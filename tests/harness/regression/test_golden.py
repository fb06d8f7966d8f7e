"""The golden scores."""

from pathlib import Path

import pytest

from harness.regress import main
from harness.regression import baseline as baselines
from harness.regression.baseline import read


@pytest.mark.slow
def test_scores_of_every_proxy_equal_the_golden_ones() -> None:
    golden = Path(__file__).parents[2] / "golden.csv"
    assert set(read(golden).taus) == {request.name for request in baselines.every_request()}
    assert main(["--baseline", str(golden), "--tolerance", "1e-6"]) == 0
