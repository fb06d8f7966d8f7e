"""What is chosen from a trained supernet, kept in its checkpoint as it is chosen."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.search_methods.trained import checkpoints
from harness.search_methods.trained.choosing import Chosen
from harness.search_methods.trained.perturbation import Progress
from harness.search_methods.trained.selection import SELECTIONS, key_of
from harness.search_methods.trained.training import Training


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


class Selecting:
    """Selections from one trained supernet."""

    def __init__(
        self,
        training: Training,
        tune: int,
        path: Path,
        state: Mapping[str, Any],
        say: Callable[[str], None],
    ) -> None:
        """Take a training at the end of its epochs.

        Args:
            training: what is chosen from.
            tune: epochs that perturbation tunes between two decisions.
            path: of its checkpoint.
            state: that was read from there, with what had been chosen by then.
            say: is told of decisions in a line each.
        """
        self._training, self._tune, self._path, self._say = training, tune, path, say
        self._done = training.state()
        self._chosen, self._begun = dict(state.get("selected", {})), state.get("begun")

    def __call__(self, name: str) -> Selected:
        """Return what a selection chooses, or chose before."""
        self._training.restore(self._done)
        key = key_of(name, self._training, self._tune)
        if key not in self._chosen:
            self._chosen[key] = self._select(name, key)
            self._write()
        values = self._chosen[key]
        chosen = Chosen(tuple(values["operations"]), tuple(values["order"]))
        return Selected(name, chosen, values["seconds"], values["fault"])

    def _select(self, name: str, key: str) -> dict[str, Any]:
        """Return what a selection chooses, as plain values."""
        begun = self._begun if self._begun and self._begun["key"] == key else None
        started = time.perf_counter() - (begun["seconds"] if begun else 0.0)
        s, fault = self._training.setting, ""

        def say(line: str) -> None:
            self._say(f"{s.method}, seed {s.seed}, {name}, {line}")

        def save(values: Mapping[str, Any]) -> None:
            self._begun = {**values, "key": key, "seconds": time.perf_counter() - started}
            self._write()

        try:
            chosen = SELECTIONS[name](self._training, self._tune, Progress(say, save, begun))
        except FloatingPointError as error:
            chosen, fault = Chosen((), ()), str(error)
        if self._begun and self._begun["key"] == key:
            self._begun = None
        return {
            "operations": list(chosen.operations),
            "order": list(chosen.order),
            "seconds": time.perf_counter() - started,
            "fault": fault,
        }

    def _write(self) -> None:
        begun = {"begun": self._begun} if self._begun else {}
        state = {**self._done, "selected": self._chosen, **begun}
        checkpoints.write(self._path, self._training.setting, state)
