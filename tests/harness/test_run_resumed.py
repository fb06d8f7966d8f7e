"""Runs that end early, and runs that go on from what is stored."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

from harness.run import main
from tests.runs import arguments, hear_interrupts, stored_rows


def timeless(folder: Path) -> pd.DataFrame:
    return pd.read_csv(folder / "out" / "scores.csv").drop(columns="seconds")


@pytest.mark.slow
def test_a_run_killed_half_way_computes_only_what_is_missing(tmp_path: Path) -> None:
    work = ("--proxy", "zeros", "swap", "--archs", "30")
    assert main(arguments(tmp_path / "whole", *work)) == 0
    command = [sys.executable, "-m", "harness.run", *arguments(tmp_path, *work, "--workers", "2")]
    process = subprocess.Popen(
        command, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL, start_new_session=True
    )
    deadline = time.monotonic() + 120
    while stored_rows(tmp_path / "s.sqlite") < 30 * 6 + 3:  # what is computed together comes first
        assert process.poll() is None, "the run ended before it could be killed"
        assert time.monotonic() < deadline
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    while _group_alive(process.pid):  # the workers notice that their parent is gone, and end
        assert time.monotonic() < deadline
        time.sleep(0.05)
    saved = stored_rows(tmp_path / "s.sqlite")
    assert 30 * 6 < saved < 30 * 7
    assert main(arguments(tmp_path, *work)) == 0
    again = json.loads((tmp_path / "out" / "run.json").read_text())["scored_now"]["tasks"]
    assert again == 30 * 7 - saved
    assert stored_rows(tmp_path / "s.sqlite") == 30 * 7
    pd.testing.assert_frame_equal(timeless(tmp_path), timeless(tmp_path / "whole"))


def _group_alive(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def test_results_that_cannot_be_written_are_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "out" / "scores.csv").mkdir(parents=True)
    assert main(arguments(tmp_path, "--proxy", "params", "--archs", "3", "--workers", "1")) == 2
    shown = capsys.readouterr().err.splitlines()[-1]
    assert "scores.csv" in shown
    assert "finished scores are saved" in shown
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["scores.csv"]


def test_force_scores_again(tmp_path: Path) -> None:
    for more in ((), ("--force",)):
        assert (
            main(arguments(tmp_path, "--proxy", "params", "--archs", "3", "--workers", "1", *more))
            == 0
        )
        assert json.loads((tmp_path / "out" / "run.json").read_text())["scored_now"]["tasks"] == 3


def test_an_interrupted_run_says_how_to_go_on(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "harness.run",
        *arguments(tmp_path, "--proxy", "swap", "--archs", "500", "--workers", "2"),
    ]
    process = subprocess.Popen(
        command,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=hear_interrupts,
    )
    while stored_rows(tmp_path / "s.sqlite") < 20:
        assert process.poll() is None
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGINT)
    _, shown = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "the same command goes on from there" in shown
    assert "Traceback" not in shown
    assert stored_rows(tmp_path / "s.sqlite") >= 20
