"""Searches that train a supernet, one after the other, each from its checkpoint on."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks_data import spaces
from harness.search_methods.outcomes import name_of
from harness.search_methods.trained import checkpoints
from harness.search_methods.trained.choosing import Chosen
from harness.search_methods.trained.setting import Setting

if TYPE_CHECKING:
    from harness.search_methods.trained.selecting import Selected
    from harness.search_methods.trained.training import Training


@dataclass(frozen=True)
class Outcome:
    """What a search came to.

    Attributes:
        setting: what it depends on.
        rows: what each epoch came to.
        selected: what was chosen in the end; one with a fault where the training failed.
    """

    setting: Setting
    rows: list[dict[str, Any]]
    selected: list[Selected]

    @property
    def seconds(self) -> float:
        """Of all epochs."""
        return math.fsum(row["seconds"] for row in self.rows)


def check_checkpoints(settings: Sequence[Setting], folder: Path) -> None:
    """Raise InputError for a checkpoint that cannot be gone on from, before anything is trained."""
    for setting in settings:
        checkpoints.read(checkpoints.path_of(folder, setting), setting)


def search(
    setting: Setting,
    selections: Sequence[str],
    tune: int,
    folder: Path,
    say: Callable[[str], None],
) -> Outcome:
    """Return what a search comes to; it goes on from its checkpoint in *folder*.

    Args:
        setting: what it depends on.
        selections: what is chosen in the end, by name.
        tune: epochs that perturbation tunes between two decisions.
        folder: of checkpoints.
        say: is told of every epoch in a line.

    Raises:
        InputError: the checkpoint is damaged, or another setting's.
    """
    from harness.search_methods.trained.selecting import Selected, Selecting
    from harness.search_methods.trained.training import Training

    path = checkpoints.path_of(folder, setting)
    training = Training(setting)
    state = checkpoints.read(path, setting)
    if state is not None:
        try:
            if begun := state.get("begun"):
                training.restore({**state, **begun["state"]})
            training.restore(state)
        except checkpoints.DAMAGED as error:
            raise checkpoints.damaged(path) from error
    if len(training.rows) < setting.epochs:
        say(_beginning(training))
    while len(training.rows) < setting.epochs:
        try:
            row = training.run_epoch()
        except FloatingPointError as error:
            failed = [Selected(name, Chosen((), ()), 0.0, str(error)) for name in selections]
            return Outcome(setting, training.rows, failed)
        checkpoints.write(path, setting, {**training.state(), "selected": {}})
        say(line_of(setting, row))
    select = Selecting(training, tune, path, state or {}, say)
    return Outcome(setting, training.rows, [select(name) for name in selections])


def _beginning(training: Training) -> str:
    """Return in words how much training follows."""
    s, first = training.setting, len(training.rows) + 1
    steps = math.ceil(len(training.halves.weights) / s.batch)
    return (
        f"{s.method}, seed {s.seed}, epochs {first} to {s.epochs} follow, {steps:,} steps of "
        "weights and of alpha each"
    )


def line_of(setting: Setting, row: dict[str, Any]) -> str:
    """Return an epoch in words."""
    cell = spaces.get(setting.space).decode(row["chosen"], row["order"])
    enters = f", {row['entered']} enters" if row["entered"] else ""
    return (
        f"{setting.method}, seed {setting.seed}, epoch {row['epoch']} of {setting.epochs}: loss "
        f"{row['weight_loss']:.4g} and {row['alpha_loss']:.4g}, accuracy "
        f"{row['weight_accuracy']:.1f} and {row['alpha_accuracy']:.1f} % (of weights and of "
        f"alpha), entropy {row['entropy']:.3f}{enters}, {row['seconds']:.1f} s, {name_of(cell)}"
    )
