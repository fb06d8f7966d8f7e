"""A search decided once more, by the sensitivities that it logged."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import msgspec

from benchmarks_data import spaces
from benchmarks_data.command import FAILED
from benchmarks_data.errors import InputError
from harness.files.records import DAMAGED, read_record, reason
from harness.files.search_record import SearchRecord, SettingRecord
from harness.scoring.inputs import images_of
from harness.scoring.job import DTYPES
from harness.search_methods.measurements import STEPS
from harness.search_methods.numerics import numerics_in
from harness.search_methods.outcomes import name_of
from harness.search_methods.schedules import SCHEDULES
from harness.search_methods.searches import SearchPlan, steps_in_words
from harness.search_methods.settings import Setting
from proxies.passes.objectives import ALPHAS, BATCHNORMS, OBJECTIVES, SIGNS, WEIGHTS, Numerics

RECORD = "search.json"


def replay(folder: Path) -> int:
    """Print every step of the searches in *folder*, measuring nothing, and return 0 when they end
    where they ended before, else 1.

    Raises:
        InputError: the folder holds no searches, or their logs are not whole.
    """
    record, settings = _read(folder / RECORD)
    before = {(one.objective, one.schedule, one.seed): one.arch for one in record.searches}
    schedules = tuple(record.schedules)
    made = [
        (setting.objective, schedule, setting.seed)
        for setting in settings
        for schedule in schedules
    ]
    same = set(before) == set(made) and len(made) == len(before) == len(record.searches)
    if not set(schedules) <= set(SCHEDULES) or not same:
        raise InputError(
            f"{folder / RECORD} is damaged: its searches are not those of its settings and "
            "schedules"
        )
    plan = SearchPlan(schedules, record.none == "in", record.steps, folder / STEPS, replay=True)
    differing = 0
    for setting in settings:
        space = spaces.get(setting.space)
        for one in plan.search(setting):
            print(f"{one.objective}, {one.schedule}, seed {one.seed}")
            for line in steps_in_words(one, setting.space):
                print(f"  {line}")
            arch = None if one.fault else name_of(space.decode(one.chosen, one.order))
            print(f"  {one.fault or arch}")
            if before[one.objective, one.schedule, one.seed] != arch:
                print("  which is not what the search found")
                differing += 1
    return FAILED if differing else 0


def _read(path: Path) -> tuple[SearchRecord, list[Setting]]:
    """Return the record of searches in a file, and its settings.

    Raises:
        InputError: it is none.
    """
    try:
        record = read_record(path, SearchRecord)
        return record, [_setting(entry) for entry in record.settings]
    except DAMAGED as error:
        raise InputError(
            f"{path} is no record of searches{reason(error)}: give the --out of one"
        ) from error


def _setting(entry: SettingRecord) -> Setting:
    """Return the setting that an entry of the record names.

    Images by their key alone, since nothing is measured.

    Raises:
        ValueError: it names what is unknown.
    """
    for name, allowed in {
        "space": spaces.names(),
        "objective": OBJECTIVES,
        "alpha": ALPHAS,
        "batchnorm": BATCHNORMS,
        "dtype": DTYPES,
        "signs": (*SIGNS, msgspec.UNSET),
        "weights": (*WEIGHTS, msgspec.UNSET),
    }.items():
        if getattr(entry, name) not in allowed:
            raise msgspec.ValidationError(f"{name} {getattr(entry, name)!r} is unknown")
    values = {
        name: value
        for name, value in msgspec.structs.asdict(entry).items()
        if value is not msgspec.UNSET and name != "revision"
    }
    key = values.pop("images")
    numbers = {
        field.name: values.pop(field.name) for field in fields(Numerics) if field.name in values
    }
    numerics = numerics_in(entry.objective, numbers)
    return Setting(
        **{"batch": 0, "device": "cpu", **values},
        images=images_of(key) if key else None,
        numerics=numerics,
    )
