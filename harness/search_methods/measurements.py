"""The sensitivities of a setting: each measurement is logged as it is made, so that a search can be
stopped, resumed and replayed.
"""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import msgspec

from benchmarks_data import spaces
from benchmarks_data.errors import InputError
from benchmarks_data.spaces.choice import Choice
from harness.files.journal import Journal
from harness.files.search_record import MeasurementRecord
from harness.scoring.inputs import network_inputs
from harness.search_methods.schedules import Kept, Sensitivities
from harness.search_methods.settings import Setting
from proxies.passes.objectives import OVERFLOWN, VANISHED

#: The folder of the logs, in that of the results.
STEPS = "steps"


class Measurements:
    """The sensitivities of a setting, measured at most once for each set of candidates, in a file
    of JSON lines.
    """

    def __init__(self, setting: Setting, path: Path, *, replay: bool = False) -> None:
        """Go on from what *path* holds of the setting.

        With *replay* nothing is measured, and the file is left as it is.

        Raises:
            InputError: a replay lacks the file, or it is another setting's.
        """
        self.setting, self._path, self._replay = setting, path, replay
        self._lines = Journal(
            path,
            setting.key(),
            parse=partial(_parsed, spaces.get(setting.space).choices),
            fixed=replay,
        )
        self.seconds = 0.0
        if replay and not self._lines.same:
            raise InputError(f"{path} does not hold the sensitivities of this search")

    def __call__(self, kept: Kept) -> Sensitivities:
        """Return the sensitivities; NaN where a candidate is gone.

        Raises:
            FloatingPointError: they are useless, and why.
        """
        line: MeasurementRecord = self._lines.get(_bits(kept), lambda: self._measure(kept))
        self.seconds += line.seconds
        if line.fault:
            raise FloatingPointError(line.fault)
        return [[math.nan if value is None else value for value in row] for row in line.values]

    def log_scale(self, kept: Kept) -> float:
        """Return the logarithm of what the logged sensitivities are divided by."""
        return float(self._lines.known[_bits(kept)].log_scale)

    def _measure(self, kept: Kept) -> MeasurementRecord:
        if self._replay:
            raise InputError(
                f"{self._path} lacks a measurement of this search: run the search to its end first"
            )
        from proxies.passes.supernet import operation_sensitivity

        started = time.perf_counter()
        setting, supernet = self.setting, self._supernet
        supernet.gates.keep(kept)
        measured = operation_sensitivity(
            supernet,
            self._inputs,
            objective=setting.objective,
            numerics=setting.numerics,
            batch=setting.batch,
        )
        values = [
            [value if math.isfinite(value) else None for value in row] for row in measured.values
        ]
        seconds = time.perf_counter() - started
        return MeasurementRecord(values, measured.log_scale, measured.fault, seconds)

    @cached_property
    def _inputs(self) -> Any:
        s = self.setting
        return network_inputs(
            s.images, s.seed, spaces.get(s.space).datasets[s.dataset], s.dtype, s.device
        )

    @cached_property
    def _supernet(self) -> Any:
        s = self.setting
        supernet = spaces.get(s.space).supernet(
            s.dataset, s.seed, channels=s.channels, cells=s.cells
        )
        return supernet.to(self._inputs.device, self._inputs.dtype)


def _bits(kept: Kept) -> str:
    return " ".join("".join("01"[flag] for flag in row) for row in kept)


def _parsed(choices: Sequence[Choice], key: str, value: Any) -> MeasurementRecord:
    """Return a line of the log.

    Raises:
        ValueError: it is no measurement of these choices: a number for every candidate that is
            left, or a fault.
    """
    line = msgspec.convert(value, MeasurementRecord)
    flags, shape = key.split(" "), [len(choice.operations) for choice in choices]
    if not (list(map(len, flags)) == list(map(len, line.values)) == shape):
        raise ValueError("not of these choices")
    if line.fault not in ("", OVERFLOWN, VANISHED):
        raise ValueError("an unknown fault")
    left = zip("".join(flags), (number for row in line.values for number in row), strict=True)
    if not line.fault and any(number is None and flag != "0" for flag, number in left):
        raise ValueError("a candidate without a number")
    return line
