"""What goes wrong costs the architecture that it goes wrong for, and nothing else."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

import benchmarks_data
from harness.computing.contract import Lost
from harness.computing.processes import Limits, each
from harness.run import main
from proxies import registry
from tests.runs import arguments, hear_interrupts, stored_rows

PLUGIN = Path(__file__).with_name("faulty_plugin.py")
#: The cell of six 3x3 convolutions, the only one with so many multiply-accumulates.
LARGEST, FLOPS = 1462, 220_119_680


@pytest.fixture(autouse=True)
def _forgets_the_plugin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Forget the plugin after each test, and what it is told."""
    for name in ("FAULT", "FAULT_MODE", "FAULT_MARKER"):
        monkeypatch.setenv(name, "")
    with registry.isolated():
        yield


@pytest.fixture
def archs(tmp_path: Path) -> Path:
    path = tmp_path / "archs.txt"
    path.write_text("\n".join(map(str, [*range(4), LARGEST])))
    return path


LOCAL, ON_RAY = ("--workers", "2"), ("--executor", "ray")


def run(
    tmp_path: Path,
    archs: Path,
    fault: str,
    *more: str,
    mode: str = "always",
    executor: tuple[str, str] = LOCAL,
) -> int:
    os.environ |= {
        "FAULT": f"{fault}:{FLOPS}",
        "FAULT_MODE": mode,
        "FAULT_MARKER": str(tmp_path / "marker"),
    }
    command = [
        "--proxy",
        "faulty",
        "--plugin",
        str(PLUGIN),
        "--archs",
        str(archs),
        *executor,
        *more,
    ]
    return main(arguments(tmp_path, *command))


FAULTS = {
    "abort": ((), "a worker process was ended by SIGABRT"),
    "kill": ((), "a worker process was ended by SIGKILL (out of memory?)"),
    "hang": (("--timeout", "4"), "it took longer than 4 seconds"),
    "memory": (("--worker-memory", "500"), "can't allocate memory"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_costs_its_architecture_and_the_run_goes_on(
    fault: str, tmp_path: Path, archs: Path
) -> None:
    options, reason = FAULTS[fault]
    assert run(tmp_path, archs, fault, *options) == 0
    _check_the_one_that_is_missing(tmp_path, reason)


def _check_the_one_that_is_missing(tmp_path: Path, reason: str) -> None:
    scores = pd.read_csv(tmp_path / "out" / "scores.csv")
    found = scores[scores["proxy"] == "faulty"].set_index("index")
    assert found["score"].notna().sum() == 4
    assert found.loc[LARGEST, "status"].startswith("error: ")
    assert reason in found.loc[LARGEST, "status"]
    flops = scores[scores["proxy"] == "flops"].set_index("index")["score"]
    assert found.drop(LARGEST)["score"].equals(flops.drop(LARGEST))


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("fault", ["abort", "hang"])
def test_faults_cost_the_same_on_ray(fault: str, tmp_path: Path, archs: Path) -> None:
    pytest.importorskip("ray")
    options, reason = {"abort": ((), "Ray: WorkerCrashedError"), "hang": FAULTS["hang"]}[fault]
    assert run(tmp_path, archs, fault, *options, executor=ON_RAY) == 0
    _check_the_one_that_is_missing(tmp_path, reason)


@pytest.mark.parametrize("fault", ["abort", "hang"])
def test_one_that_fails_once_is_tried_again(fault: str, tmp_path: Path, archs: Path) -> None:
    assert run(tmp_path, archs, fault, *FAULTS[fault][0], mode="once") == 0
    scores = pd.read_csv(tmp_path / "out" / "scores.csv")
    assert scores["score"].notna().all()


def test_a_failure_is_tried_again_by_the_next_run(tmp_path: Path, archs: Path) -> None:
    assert run(tmp_path, archs, "abort") == 0
    assert run(tmp_path, archs, "none") == 0
    assert pd.read_csv(tmp_path / "out" / "scores.csv")["score"].notna().all()


def test_force_shows_what_fails_now_as_failed(
    tmp_path: Path, archs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path, archs, "none") == 0
    assert run(tmp_path, archs, "abort", "--force") == 0
    _check_the_one_that_is_missing(tmp_path, FAULTS["abort"][1])
    shown = (
        "scores that failed when computed anew: 1; they are shown as failed, and the store "
        "keeps the earlier ones"
    )
    assert shown in capsys.readouterr().err
    assert shown in (tmp_path / "out" / "report.md").read_text()
    assert run(tmp_path, archs, "none") == 0
    assert pd.read_csv(tmp_path / "out" / "scores.csv")["score"].notna().all()


def test_force_exits_with_1_when_nothing_is_computed_anew(tmp_path: Path) -> None:
    archs = tmp_path / "largest.txt"
    archs.write_text(str(LARGEST))
    assert run(tmp_path, archs, "none", "--proxy", "faulty", "mean_rank[of=faulty+params]") == 0
    assert (
        run(tmp_path, archs, "abort", "--force", "--proxy", "faulty", "mean_rank[of=faulty+params]")
        == 1
    )
    scores = pd.read_csv(tmp_path / "out" / "scores.csv").set_index("proxy")
    assert scores.loc["faulty", "status"].startswith("error: ")
    assert (
        scores.loc["mean_rank[of=faulty+params]", "status"] == "undefined: a component is missing"
    )


def _end(item: int) -> int:
    if item == 3:
        os._exit(7)
    return item


def test_what_costs_two_workers_their_lives_is_given_up() -> None:
    found = list(each(_end, range(6), 2))
    assert sorted(one for one in found if isinstance(one, int)) == [0, 1, 2, 4, 5]
    assert [one for one in found if isinstance(one, Lost)] == [
        Lost(3, "a worker process ended with status 7")
    ]


def _exhaust(item: int) -> int:
    if item == 3:
        raise MemoryError
    return item


def test_too_little_memory_is_no_error_of_the_run() -> None:
    lost = [one for one in each(_exhaust, range(6), 2) if isinstance(one, Lost)]
    assert lost == [Lost(3, "a worker process needed more memory than it may have")]


def _sleep(seconds: float) -> float:
    time.sleep(seconds)
    return seconds


def test_a_worker_has_its_time_for_each_item() -> None:
    """Not for all of them, and not for its own start."""
    assert list(each(_sleep, [0.6] * 4, 1, Limits(timeout=1.0))) == [0.6] * 4


def test_ctrl_c_does_not_wait_for_what_is_in_flight(tmp_path: Path, archs: Path) -> None:
    """One worker hangs for an hour; all else is done."""
    os.environ |= {
        "FAULT": f"hang:{FLOPS}",
        "FAULT_MODE": "always",
        "FAULT_MARKER": str(tmp_path / "marker"),
    }
    more = ("--proxy", "faulty", "--plugin", str(PLUGIN), "--archs", str(archs), *LOCAL)
    command = [sys.executable, "-m", "harness.run", *arguments(tmp_path, *more)]
    process = subprocess.Popen(
        command,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=hear_interrupts,
    )
    while stored_rows(tmp_path / "s.sqlite") < 5 * 5 - 1:
        assert process.poll() is None
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGINT)
    _, shown = process.communicate(timeout=300)
    assert process.returncode == 130
    assert "finished scores are saved, the same command goes on from there" in shown


def test_the_largest_cell_is_the_one_that_is_meant() -> None:
    assert benchmarks_data.get("nb201").architecture(LARGEST).structure == ("nor_conv_3x3",) * 6
