"""Scoring on a Ray cluster of two nodes on this machine, one of which is lost in mid-run."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from harness.run import main
from tests.runs import arguments, stored_rows

ray: Any = pytest.importorskip("ray")
pytestmark = pytest.mark.filterwarnings("ignore")

WORK = ("--proxy", "zeros", "swap[batch=4]", "--archs", "30")


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    folder = tmp_path_factory.mktemp("local")
    assert main(arguments(folder, *WORK, "--workers", "1")) == 0
    return scores(folder)


@pytest.fixture
def cluster() -> Iterator[Any]:
    from ray.cluster_utils import Cluster

    found = Cluster(
        initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False}
    )
    try:
        yield found
    finally:
        ray.shutdown()
        found.shutdown()


def scores(folder: Path) -> pd.DataFrame:
    return pd.read_csv(folder / "out" / "scores.csv").drop(columns="seconds")


@pytest.mark.slow
def test_a_node_that_is_lost_costs_no_score(
    cluster: Any, expected: pd.DataFrame, tmp_path: Path
) -> None:
    node = cluster.add_node(num_cpus=1)
    store = tmp_path / "s.sqlite"
    lost: list[int] = []

    def lose() -> None:
        while stored_rows(store) < 30 * 6 + 3:
            time.sleep(0.02)
        lost.append(stored_rows(store))
        cluster.remove_node(node, allow_graceful=False)

    thread = threading.Thread(target=lose)
    thread.start()
    status = main(arguments(tmp_path, *WORK, "--executor", "ray", "--address", cluster.address))
    thread.join()
    assert status == 0
    assert lost[0] < 30 * 7, "the node was lost before the run had ended"
    pd.testing.assert_frame_equal(scores(tmp_path), expected)
    assert stored_rows(store) == 30 * 7


@pytest.mark.slow
def test_a_cluster_is_started_where_none_is_named(expected: pd.DataFrame, tmp_path: Path) -> None:
    assert main(arguments(tmp_path, *WORK, "--executor", "ray")) == 0
    assert not ray.is_initialized()
    pd.testing.assert_frame_equal(scores(tmp_path), expected)


@pytest.mark.parametrize(
    ("more", "complaint"),
    [
        (("--executor", "ray", "--workers", "2"), "--workers is an option of --executor local"),
        (("--address", "auto"), "--address is an option of --executor ray"),
        (("--executor", "ray", "--address", "127.0.0.1:1"), "no Ray cluster at '127.0.0.1:1'"),
        (("--timeout", "0"), "expected a positive number"),
        (
            ("--executor", "ray", "--gpus-per-task", "99"),
            "no node of the Ray cluster has 1 cores and 99 GPUs",
        ),
        (("--executor", "ray", "--gpus-per-task", "-1"), "expected a number from 0 on"),
    ],
)
def test_bad_input_is_one_line_and_exit_2(
    more: tuple[str, ...], complaint: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        status = main(arguments(tmp_path, "--archs", "3", *more))
    except SystemExit as stop:
        status = int(str(stop.code))
    assert status == 2
    assert complaint in capsys.readouterr().err
