"""FreeDARTS' searches: schedules that decide by measured sensitivities."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks_data import spaces
from harness.files.journal import path_of
from harness.search_methods.measurements import Measurements
from harness.search_methods.method import Search
from harness.search_methods.schedules import (
    Step,
    after,
    chosen_operations,
    decisions,
    everything,
    group_steps,
    most_steps,
    order_of,
)
from harness.search_methods.settings import Setting


@dataclass(frozen=True)
class SearchPlan:
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

    def search(self, setting: Setting) -> list[Search]:
        """Return a search by each schedule; they share measurements."""
        measurements = Measurements(setting, self.log(setting), replay=self.replay)
        return [_search(self, setting, schedule, measurements) for schedule in self.schedules]

    def measurements(self, settings: Sequence[Setting]) -> int:
        """Return how many measurements the searches take at most, those that schedules share
        counted once for each.
        """
        total = 0
        for setting in settings:
            space = spaces.get(setting.space)
            start = everything(space, none=self.none)
            for schedule in self.schedules:
                most = most_steps(schedule, start)
                total += min(self.steps or most, most) + group_steps(schedule, space)
        return total

    def measured(self, settings: Sequence[Setting]) -> int:
        """Return how many measurements are logged by now."""
        return sum(max(0, _count(self.log(setting)) - 1) for setting in settings)


def _search(
    plan: SearchPlan, setting: Setting, schedule: str, measurements: Measurements
) -> Search:
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
    searched = Search(
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
        return searched
    return replace(
        searched,
        chosen=() if fault else tuple(chosen_operations(space, after(steps[-1]))),
        order=tuple(order_of(steps[-1])),
        first=steps[0].sensitivities,
        log_scale=measurements.log_scale(steps[0].kept),
    )


def _count(path: Path) -> int:
    try:
        with path.open("rb") as file:
            return sum(1 for _ in file)
    except OSError:
        return 0


def steps_in_words(search: Search, space: str) -> Iterator[str]:
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
