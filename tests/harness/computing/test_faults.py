"""What goes wrong costs the architecture that it goes wrong for, and nothing else."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

import benchmarks_data
from tests.harness.computing.faults import (
    FAULTS,
    FLOPS,
    LARGEST,
    LOCAL,
    PLUGIN,
    check_the_one_that_is_missing,
    run,
)
from tests.runs import arguments, hear_interrupts, stored_rows


@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_costs_its_architecture_and_the_run_goes_on(
    fault: str, tmp_path: Path, archs: Path
) -> None:
    options, reason = FAULTS[fault]
    assert run(tmp_path, archs, fault, *options) == 0
    check_the_one_that_is_missing(tmp_path, reason)


@pytest.mark.slow
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
    check_the_one_that_is_missing(tmp_path, FAULTS["abort"][1])
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
