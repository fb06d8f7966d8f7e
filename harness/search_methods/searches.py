"""Searches in a supernet: each measurement is logged as it is made, so that a search can be
stopped, resumed and replayed.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from benchmarks_data import spaces
from benchmarks_data.errors import InputError
from benchmarks_data.spaces.choice import Choice
from harness.files.journal import Journal, path_of
from harness.scoring.inputs import Images, key_of, network_inputs
from harness.search_methods.numerics import numbers_of
from harness.search_methods.schedules import (
    Kept,
    Sensitivities,
    Step,
    after,
    chosen_operations,
    decisions,
    everything,
    group_steps,
    most_steps,
    order_of,
)
from proxies.passes.objectives import OVERFLOWN, VANISHED, Numerics

#: Changes whenever sensitivities do, so that logged ones of an older definition are not reused.
REVISION = 2
#: The folder of the logs, in that of the results.
STEPS = "steps"


@dataclass(frozen=True)
class Setting:
    """All that sensitivities depend on, besides the candidates that are left.

    Attributes:
        space, dataset: whose supernet is searched.
        objective, numerics, batch: as :func:`proxies.passes.supernet.operation_sensitivity` takes
            them.
        seed: of weights, gates and batches.
        images: where batches come from; None is Gaussian noise.
        dtype: of the computation.
        channels, cells: size of the supernet; None is the published one.
        device: of the computation; not part of what is logged.
    """

    space: str
    dataset: str
    objective: str
    seed: int
    numerics: Numerics
    batch: int
    images: Images
    dtype: str
    channels: int | None
    cells: int | None
    device: str

    def key(self) -> dict[str, Any]:
        """Return what identifies the sensitivities, as plain values.

        Of the numerics what was always so before it could be chosen is left out, so that older logs
        keep their names.
        """
        values = {
            name: value for name, value in vars(self).items() if name not in ("device", "numerics")
        }
        values |= numbers_of(self.objective, self.numerics)
        if self.objective == "synflow":
            del values["batch"]
            return {**values, "images": "", "revision": REVISION}
        # Until revision 3 grasp was computed with normalisation whatever was asked for.
        bypassed = self.objective == "grasp" and self.numerics.batchnorm == "bypass"
        return {**values, "images": key_of(self.images), "revision": REVISION + bypassed}


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
            valid=partial(_valid, spaces.get(setting.space).choices),
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
        line = self._lines.get(_bits(kept), lambda: self._measure(kept))
        self.seconds += line["seconds"]
        if line["fault"]:
            raise FloatingPointError(line["fault"])
        return [[math.nan if value is None else value for value in row] for row in line["values"]]

    def log_scale(self, kept: Kept) -> float:
        """Return the logarithm of what the logged sensitivities are divided by."""
        return float(self._lines.known[_bits(kept)]["log_scale"])

    def _measure(self, kept: Kept) -> dict[str, Any]:
        if self._replay:
            raise InputError(
                f"{self._path} lacks a measurement of this search: run the search to its end first"
            )
        from proxies.passes.supernet import operation_sensitivity

        started = time.perf_counter()
        setting, supernet = self.setting, self._supernet
        supernet.gates.keep(kept)
        found = operation_sensitivity(
            supernet,
            self._inputs,
            objective=setting.objective,
            numerics=setting.numerics,
            batch=setting.batch,
        )
        values = [
            [value if math.isfinite(value) else None for value in row] for row in found.values
        ]
        seconds = time.perf_counter() - started
        return {
            "values": values,
            "log_scale": found.log_scale,
            "fault": found.fault,
            "seconds": seconds,
        }

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


def _valid(choices: Sequence[Choice], key: str, line: Any) -> bool:
    """Return whether a line of the log can be a measurement.

    A number from 0 on for every candidate that is kept, or a fault.
    """
    flags, shape = key.split(" "), [len(choice.operations) for choice in choices]
    if [len(row) for row in flags] != shape or not isinstance(line, dict):
        return False
    values = line.get("values")
    seconds, log_scale = line.get("seconds"), line.get("log_scale")
    if not (
        line.get("fault") in ("", OVERFLOWN, VANISHED)
        and isinstance(seconds, float)
        and 0.0 <= seconds < math.inf
        and isinstance(log_scale, float)
        and math.isfinite(log_scale)
        and isinstance(values, list)
        and all(isinstance(row, list) for row in values)
        and [len(row) for row in values] == shape
    ):
        return False
    pairs = [
        pair
        for row, kept in zip(values, flags, strict=True)
        for pair in zip(row, kept, strict=True)
    ]
    return all(
        (isinstance(value, float) and 0.0 <= value < math.inf)
        if value is not None
        else bool(line["fault"]) or flag == "0"
        for value, flag in pairs
    )


@dataclass(frozen=True)
class Search:
    """The course of one search.

    Attributes:
        objective, schedule, seed: what was searched with.
        steps: measurements and what was decided by each.
        chosen: the operation of every choice, None where it was taken away; empty when the search
            failed.
        order: for every choice the sensitivity of its last operation.
        seconds: of all measurements.
        first: the sensitivities of the whole supernet; empty when they are useless.
        log_scale: the logarithm of what they are divided by.
        fault: why the search failed; empty when it did not.
    """

    objective: str
    schedule: str
    seed: int
    steps: tuple[Step, ...]
    chosen: tuple[str | None, ...]
    order: tuple[float, ...]
    seconds: float
    first: tuple[tuple[float, ...], ...] = ()
    log_scale: float = 0.0
    fault: str = ""


@dataclass(frozen=True)
class Plan:
    """What is searched for under every setting.

    The schedules, whether the operation none is a candidate, and in how many steps.
    """

    schedules: tuple[str, ...]
    none: bool
    steps: int | None
    folder: Path
    replay: bool = False

    def log(self, setting: Setting) -> Path:
        """Return the file that the measurements of a setting go to; another setting has another."""
        return path_of(self.folder, f"{setting.objective}-seed{setting.seed}", setting.key())


def search(plan: Plan, setting: Setting) -> list[Search]:
    """Return a search by each schedule of the plan; they share measurements."""
    measurements = Measurements(setting, plan.log(setting), replay=plan.replay)
    return [_search(plan, setting, schedule, measurements) for schedule in plan.schedules]


def _search(plan: Plan, setting: Setting, schedule: str, measurements: Measurements) -> Search:
    space = spaces.get(setting.space)
    start = everything(space, none=plan.none)
    steps: list[Step] = []
    measurements.seconds, fault = 0.0, ""
    try:
        for step in decisions(
            schedule, space, start, measurements, plan.steps or most_steps(schedule, start)
        ):
            steps.append(step)
    except FloatingPointError as error:
        fault = str(error)
    found = Search(
        setting.objective,
        schedule,
        setting.seed,
        tuple(steps),
        (),
        (),
        measurements.seconds,
        fault=fault,
    )
    if not steps:
        return found
    chosen = () if fault else tuple(chosen_operations(space, after(steps[-1])))
    values = {
        **vars(found),
        "chosen": chosen,
        "order": tuple(order_of(steps[-1])),
        "first": steps[0].sensitivities,
    }
    return Search(**{**values, "log_scale": measurements.log_scale(steps[0].kept)})


def measurements_of(plan: Plan, settings: Sequence[Setting]) -> int:
    """Return how many measurements the searches of a plan take at most, those that schedules share
    counted once for each.
    """
    total = 0
    for setting in settings:
        space = spaces.get(setting.space)
        start = everything(space, none=plan.none)
        for schedule in plan.schedules:
            most = most_steps(schedule, start)
            total += min(plan.steps or most, most) + group_steps(schedule, space)
    return total


def logged(plan: Plan, settings: Sequence[Setting]) -> int:
    """Return how many measurements are logged by now."""
    return sum(max(0, _count(plan.log(setting)) - 1) for setting in settings)


def _count(path: Path) -> int:
    try:
        with path.open("rb") as file:
            return sum(1 for _ in file)
    except OSError:
        return 0


def describe(search: Search, space: str) -> Iterator[str]:
    """Yield a line for each step: what each choice takes that it decides, and what else goes."""
    choices = spaces.get(space).choices
    for number, step in enumerate(search.steps, 1):
        left, said = after(step), []
        for n in dict.fromkeys(n for n, _ in step.removed):
            gone = [k for other, k in step.removed if other == n]
            if sum(left[n]) == 1:
                k = left[n].index(True)
                said.append(
                    f"{choices[n].name} takes {choices[n].operations[k]} "
                    f"({step.sensitivities[n][k]:.4g})"
                )
            elif not any(left[n]):
                said.append(f"without {choices[n].name}")
            else:
                names = (
                    f"{choices[n].operations[k]} ({step.sensitivities[n][k]:.4g})" for k in gone
                )
                said.append(f"without {choices[n].name} {', '.join(names)}")
        yield f"step {number}: {', '.join(said) or 'nothing is left to decide'}"
