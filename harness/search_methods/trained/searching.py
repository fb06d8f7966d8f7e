"""Searches that train a supernet, one after the other, each from its checkpoint on."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks_data import spaces
from harness.search_methods.outcomes import name_of
from harness.search_methods.trained import checkpoints
from harness.search_methods.trained.choosing import Chosen
from harness.search_methods.trained.setting import Setting


@dataclass(frozen=True)
class Selected:
    """What a selection chose.

    Attributes:
        name: of :data:`harness.search_methods.trained.selection.SELECTIONS`.
        chosen: the operations; empty where it failed.
        seconds: that it took, after the training.
        fault: why it failed; empty when it did not.
    """

    name: str
    chosen: Chosen
    seconds: float
    fault: str = ""


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
    from harness.search_methods.trained.selection import key_of
    from harness.search_methods.trained.training import Training

    path = checkpoints.path_of(folder, setting)
    training = Training(setting)
    state = checkpoints.read(path, setting)
    chosen: dict[str, dict[str, Any]] = {}
    if state is not None:
        try:
            training.restore(state)
            chosen = dict(state["selected"])
        except (*checkpoints.DAMAGED, TypeError, AttributeError) as error:
            raise checkpoints.damaged(path) from error
    while len(training.rows) < setting.epochs:
        try:
            row = training.run_epoch()
        except FloatingPointError as error:
            failed = [Selected(name, Chosen((), ()), 0.0, str(error)) for name in selections]
            return Outcome(setting, training.rows, failed)
        checkpoints.write(path, setting, {**training.state(), "selected": {}})
        say(line_of(setting, row))
    done = training.state()
    for name in selections:
        key = key_of(name, tune)
        if key not in chosen:
            training.restore(done)
            chosen[key] = _select(training, name, tune)
            checkpoints.write(path, setting, {**done, "selected": chosen})
    selected = [_selected(name, chosen[key_of(name, tune)]) for name in selections]
    return Outcome(setting, training.rows, selected)


def _select(training: Any, name: str, tune: int) -> dict[str, Any]:
    """Return what a selection chooses, as plain values."""
    from harness.search_methods.trained.selection import SELECTIONS

    started, fault = time.perf_counter(), ""
    try:
        chosen = SELECTIONS[name](training, tune)
    except FloatingPointError as error:
        chosen, fault = Chosen((), ()), str(error)
    return {
        "operations": list(chosen.operations),
        "order": list(chosen.order),
        "seconds": time.perf_counter() - started,
        "fault": fault,
    }


def _selected(name: str, values: dict[str, Any]) -> Selected:
    chosen = Chosen(tuple(values["operations"]), tuple(values["order"]))
    return Selected(name, chosen, values["seconds"], values["fault"])


def line_of(setting: Setting, row: dict[str, Any]) -> str:
    """Return an epoch in words."""
    cell = spaces.get(setting.space).decode(row["chosen"], row["order"])
    enters = f", {row['entered']} enters" if row["entered"] else ""
    return (
        f"{setting.method}, seed {setting.seed}, epoch {row['epoch']} of {setting.epochs}: loss "
        f"{row['weight_loss']:.3f} and {row['alpha_loss']:.3f}, accuracy "
        f"{row['weight_accuracy']:.1f} and {row['alpha_accuracy']:.1f} % (of weights and of "
        f"alpha), entropy {row['entropy']:.3f}{enters}, {row['seconds']:.1f} s, {name_of(cell)}"
    )
