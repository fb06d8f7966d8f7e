"""What goes wrong costs the same on Ray."""

from pathlib import Path

import pytest

from tests.harness.computing.faults import FAULTS, ON_RAY, check_the_one_that_is_missing, run

pytest.importorskip("ray")


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("fault", ["abort", "hang"])
def test_faults_cost_the_same_on_ray(fault: str, tmp_path: Path, archs: Path) -> None:
    options, reason = {"abort": ((), "Ray: WorkerCrashedError"), "hang": FAULTS["hang"]}[fault]
    assert run(tmp_path, archs, fault, *options, executor=ON_RAY) == 0
    check_the_one_that_is_missing(tmp_path, reason)
