"""What searches that train a supernet come to: sentences and figures."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from harness.search_methods.trained.figures import course, draw_figures
from harness.search_methods.trained.findings import MANY, diverged, findings
from harness.search_methods.trained.results import by_epoch
from harness.search_methods.trained.searching import line_of
from harness.search_methods.trained.setting import Setting


def epochs_of(labels: list[str], seeds: int, count: int = 3) -> pd.DataFrame:
    """Return epochs whose losses and entropies are 1, and whose accuracies are 40 to 90."""
    return pd.DataFrame(
        {
            "label": label, "seed": seed, "epoch": epoch, "entropy": 1.0, "skips": 1,
            "flooded": 0.0, "weight_loss": 1.0, "alpha_loss": 1.0, "test": 40.0 + 50 * (seed % 2),
        }
        for label in labels
        for seed in range(seeds)
        for epoch in range(1, count + 1)
    )  # fmt: skip


def test_two_seeds_have_no_interval_and_three_have() -> None:
    assert by_epoch(epochs_of(["a"], 2), "test")["low"].isna().all()
    assert by_epoch(epochs_of(["a"], 3), "test")["low"].notna().all()


@pytest.mark.parametrize("seeds", [1, 2, 3])
def test_the_axis_of_a_course_holds_the_seeds_and_little_more(seeds: int) -> None:
    epochs = epochs_of(["a", "b"], seeds)
    low, high = course(epochs, "test", "test").axes[0].get_ylim()
    values = epochs["test"]
    spread = (values.max() - values.min()) or 20
    assert values.min() - spread / 10 <= low < values.min()
    assert values.max() < high <= values.max() + spread / 10


def test_curves_differ_in_more_than_colour() -> None:
    figure = course(epochs_of([f"method {n}" for n in range(15)], 1), "test", "test")
    lines = figure.axes[0].get_lines()
    assert len({(one.get_color(), one.get_linestyle()) for one in lines}) == 15


def test_entropy_is_drawn_from_0_on_and_one_epoch_is_a_point() -> None:
    axes = course(epochs_of(["a"], 1, 1), "entropy", "nats", least=0.0).axes[0]
    assert axes.get_ylim() == pytest.approx((0.0, 1.05))
    assert axes.get_xlim() == (0.5, 1.5)
    assert axes.get_lines()[0].get_marker() != "None"


@pytest.mark.figures
def test_captions_speak_of_intervals_where_there_are_some(tmp_path: Path) -> None:
    summary = pd.DataFrame(columns=["method", "kind", "seconds"])
    for seeds, said in ((1, "by epoch."), (2, "over seeds."), (3, "from 3 seeds on.")):
        drawn = draw_figures(summary, epochs_of(["a"], seeds), [], tmp_path)
        assert drawn["entropy"][1].endswith(said)


def test_of_many_searches_the_best_and_the_worst_are_told() -> None:
    labels = [f"darts, {n} images" for n in range(MANY + 1)]
    rows = pd.DataFrame({"objective": one, "schedule": "argmax", "status": "ok"} for one in labels)
    summary = pd.DataFrame(
        {"method": f"{one}, argmax", "kind": "search", "n": 1, "failed": 0, "cells": 1,
         "test": 50.0 + n}
        for n, one in enumerate(labels)
    )  # fmt: skip
    said = findings(rows, summary, epochs_of(labels, 1), ["test"])
    assert said[0].startswith("9 searches and selections are in the table Compared; these")
    assert [one.partition(":")[0] for one in said[1:]] == [
        "darts, 8 images, argmax", "darts, 0 images, argmax", "darts, 0 images", "darts, 8 images",
    ]  # fmt: skip
    few = findings(rows[1:], summary[1:], epochs_of(labels[1:], 1), ["test"])
    assert len(few) == 2 * MANY


def test_a_loss_that_is_not_plausible_is_said_in_few_digits(setting: Setting) -> None:
    epochs = epochs_of(["a", "b"], 1)
    assert diverged(epochs) == []
    epochs.loc[epochs["label"] == "b", "weight_loss"] = 1e57
    (said,) = diverged(epochs)
    assert said.startswith("b: an epoch's mean loss was 1e+57")
    row = {
        "epoch": 1, "weight_loss": 1e57, "alpha_loss": 2.0, "weight_accuracy": 1.0,
        "alpha_accuracy": 1.0, "entropy": 1.0, "entered": "", "seconds": 1.0,
        "chosen": ["none"] * 6, "order": [1.0] * 6,
    }  # fmt: skip
    assert "loss 1e+57 and 2," in line_of(setting, row)
