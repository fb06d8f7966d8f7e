"""Searches that train a supernet, stopped and gone on with: the same alpha to the bit."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import torch

from harness.search_methods.trained.training import Training
from tests.harness.trained_searches import SMALL, images_in, train


def alphas(folder: Path) -> list[list[float]]:
    """Return alpha of the only checkpoint in a folder of results."""
    (path,) = (folder / "checkpoints").glob("*.pt")
    state = torch.load(path, weights_only=True)
    assert len(state["rows"]) == 4
    return [row.tolist() for row in state["alpha"]]


@pytest.mark.parametrize("method", ["darts", "darts-2nd", "beta-darts++", "opp-darts"])
def test_a_search_that_was_stopped_ends_with_the_same_alphas(
    method: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    images = images_in(tmp_path)
    assert train(method, tmp_path / "whole", images) == 0
    run_epoch = Training.run_epoch

    def stopped(training: Training) -> dict[str, Any]:
        if len(training.rows) % 2:
            raise KeyboardInterrupt
        return run_epoch(training)

    monkeypatch.setattr(Training, "run_epoch", stopped)
    assert train(method, tmp_path / "resumed", images) == 130
    assert not (tmp_path / "resumed" / "trained_search.json").exists()
    monkeypatch.setattr(Training, "run_epoch", run_epoch)
    assert train(method, tmp_path / "resumed", images) == 0
    assert alphas(tmp_path / "resumed") == alphas(tmp_path / "whole")


def test_a_search_that_is_done_trains_no_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    images = images_in(tmp_path)
    assert train("darts", tmp_path / "out", images) == 0
    before = (tmp_path / "out" / "searches.csv").read_text()
    monkeypatch.delattr(Training, "run_epoch")
    assert train("darts", tmp_path / "out", images) == 0
    assert (tmp_path / "out" / "searches.csv").read_text() == before


def test_a_selection_of_an_earlier_version_is_made_anew(tmp_path: Path) -> None:
    images, out = images_in(tmp_path), tmp_path / "out"
    more = ["--select", "zeros-snip"]
    assert train("darts", out, images, *more) == 0
    (path,) = (out / "checkpoints").glob("*.pt")
    state = torch.load(path, weights_only=True)
    (chosen,) = state["selected"].values()
    earlier = {**chosen, "operations": ["none"] * 6}
    torch.save({**state, "selected": {"zeros-snip": earlier}}, path)
    assert train("darts", out, images, *more) == 0
    state = torch.load(path, weights_only=True)
    assert state["selected"].pop("zeros-snip") == earlier
    (anew,) = state["selected"].values()
    assert anew["operations"] == chosen["operations"]


def test_a_selection_that_was_stopped_goes_on_to_the_same_choice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    images = images_in(tmp_path)
    more = ["--select", "perturbation", "argmax", "--tune", "1"]
    assert train("darts", tmp_path / "whole", images, *more) == 0
    said = [line for line in capsys.readouterr().err.splitlines() if ", decision " in line]
    train_epoch, tuned = Training.train_epoch, []

    def stopped(training: Training) -> dict[str, float]:
        tuned.append(len(training.rows))
        if len(tuned) == 8:
            raise KeyboardInterrupt
        return train_epoch(training)

    monkeypatch.setattr(Training, "train_epoch", stopped)
    assert train("darts", tmp_path / "resumed", images, *more) == 130
    assert train("darts", tmp_path / "resumed", images, *more) == 0
    again = [line for line in capsys.readouterr().err.splitlines() if ", decision " in line]
    assert again == said
    assert len(again) == 6
    choices = [
        pd.read_csv(tmp_path / name / "searches.csv")["arch"].tolist()
        for name in ("whole", "resumed")
    ]
    assert choices[0] == choices[1]


def test_choices_that_can_lose_nothing_need_no_tuning(tmp_path: Path) -> None:
    images, more = images_in(tmp_path), ["--select", "perturbation", "--tune", "1000"]
    assert train("opp-darts", tmp_path / "out", images, "--epochs", "1", *more) == 0


def test_a_selection_leaves_the_trained_supernet_as_it_was(tmp_path: Path) -> None:
    images = images_in(tmp_path)
    assert train("opp-darts", tmp_path / "plain", images) == 0
    more = ["--select", "perturbation", "zeros-snip", "argmax", "--tune", "1"]
    assert train("opp-darts", tmp_path / "more", images, *more) == 0
    assert alphas(tmp_path / "more") == alphas(tmp_path / "plain")


def test_a_search_killed_at_random_moments_ends_with_the_same_alphas(tmp_path: Path) -> None:
    images = images_in(tmp_path)
    assert train("opp-darts", tmp_path / "whole", images) == 0
    command = [sys.executable, "-m", "harness.search", "--method", "opp-darts", *SMALL]
    command += ["--images", str(images), "--out", str(tmp_path / "killed")]
    threads = {**os.environ, "OMP_NUM_THREADS": str(torch.get_num_threads())}
    stream = random.Random(0)
    place = tmp_path / "killed" / "checkpoints"
    for kill in range(2):
        with subprocess.Popen(
            command, env=threads, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as one:
            deadline = time.monotonic() + 120
            while not list(place.glob("*.pt")) and one.poll() is None and kill == 0:
                assert time.monotonic() < deadline
                time.sleep(0.01)
            time.sleep(stream.uniform(0.0, 0.3))
            os.kill(one.pid, signal.SIGKILL)
    assert train("opp-darts", tmp_path / "killed", images) == 0
    assert alphas(tmp_path / "killed") == alphas(tmp_path / "whole")
