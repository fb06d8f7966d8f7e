"""A search decided once more, by the sensitivities that it logged."""

from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path
from typing import Any

from benchmarks_data import spaces
from benchmarks_data.command import FAILED
from benchmarks_data.errors import InputError
from harness.scoring.inputs import images_of
from harness.scoring.job import DTYPES
from harness.search_methods.numerics import numerics_in
from harness.search_methods.outcomes import name_of
from harness.search_methods.schedules import SCHEDULES
from harness.search_methods.searches import STEPS, Plan, Setting, describe, search
from proxies.passes.objectives import ALPHAS, BATCHNORMS, OBJECTIVES, SIGNS, WEIGHTS, Numerics

RECORD = "search.json"


def replay(folder: Path) -> int:
    """Print every step of the searches in *folder*, measuring nothing, and return 0 when they end
    where they ended before, else 1.

    Raises:
        InputError: the folder holds no searches, or their logs are not whole.
    """
    try:
        record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        schedules, steps, none = tuple(record["schedules"]), record["steps"], record["none"]
        settings = [_setting(entry) for entry in record["settings"]]
        before = {
            (str(one["objective"]), str(one["schedule"]), int(one["seed"])): one["arch"]
            for one in record["searches"]
        }
        count = len(record["searches"])
        known = (
            set(schedules) <= set(SCHEDULES)
            and none in ("in", "out")
            and (steps is None or (isinstance(steps, int) and steps > 0))
        )
    except (
        OSError,
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        OverflowError,
        RecursionError,
    ) as error:
        raise InputError(
            f"{folder / RECORD} is no record of searches ({type(error).__name__}): give the "
            "--out of one"
        ) from error
    made = [
        (setting.objective, schedule, setting.seed)
        for setting in settings
        for schedule in schedules
    ]
    if not known or not made or set(before) != set(made) or not len(made) == len(before) == count:
        raise InputError(
            f"{folder / RECORD} is damaged: its searches are not those of its settings and "
            "schedules"
        )
    plan = Plan(schedules, none == "in", steps, folder / STEPS, replay=True)
    differing = 0
    for setting in settings:
        space = spaces.get(setting.space)
        for one in search(plan, setting):
            print(f"{one.objective}, {one.schedule}, seed {one.seed}")
            for line in describe(one, setting.space):
                print(f"  {line}")
            found = None if one.fault else name_of(space.decode(one.chosen, one.order))
            print(f"  {one.fault or found}")
            if before[one.objective, one.schedule, one.seed] != found:
                print("  which is not what the search found")
                differing += 1
    return FAILED if differing else 0


def _setting(entry: dict[str, Any]) -> Setting:
    """Return the setting that an entry of the record names.

    Images by their key alone, since nothing is measured.
    """
    words = {
        "space": spaces.names(),
        "objective": OBJECTIVES,
        "alpha": ALPHAS,
        "batchnorm": BATCHNORMS,
        "dtype": DTYPES,
    }
    later = {"signs": SIGNS, "weights": WEIGHTS}
    words |= {name: allowed for name, allowed in later.items() if name in entry}
    numbers = isinstance(entry["seed"], int) and all(
        isinstance(entry[name], int | None) for name in ("channels", "cells")
    )
    numbers = numbers and isinstance(entry.get("gate_scale", 1.0), float)
    if (
        not numbers
        or not all(entry[name] in allowed for name, allowed in words.items())
        or not isinstance(entry["images"], str)
    ):
        raise ValueError("a setting")
    key = entry["images"]
    images = images_of(key) if key else None
    chosen = {field.name: entry[field.name] for field in fields(Numerics) if field.name in entry}
    values = {
        name: value for name, value in entry.items() if name not in ("images", "revision", *chosen)
    }
    numerics = numerics_in(entry["objective"], chosen)
    return Setting(
        **{"batch": 0, "device": "cpu", **values, "images": images, "numerics": numerics}
    )
