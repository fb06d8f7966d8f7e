"""Checkpoints of searches: written whole after each epoch, read without running what they hold."""

from __future__ import annotations

import hashlib
import io
import json
import lzma
import pickle
import struct
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from benchmarks_data import spaces
from benchmarks_data.errors import InputError
from harness.files.checkpoint_record import CheckpointRecord
from harness.files.whole import write_bytes
from harness.search_methods.trained.methods import TRAINED
from harness.search_methods.trained.setting import Setting

#: The folder of checkpoints, in that of the results.
CHECKPOINTS = "checkpoints"
#: What reading a file raises that is no checkpoint, or going on from a state that is none.
DAMAGED = (
    OSError, ValueError, TypeError, RuntimeError, EOFError, LookupError, AttributeError,
    OverflowError, MemoryError, pickle.UnpicklingError, struct.error, zipfile.BadZipFile,
    zlib.error, lzma.LZMAError,
)  # fmt: skip


def path_of(folder: Path, setting: Setting) -> Path:
    """Return the checkpoint of a search; another setting has another."""
    digest = hashlib.sha256(_text_of(setting).encode()).hexdigest()[:8]
    return folder / f"{setting.method}-seed{setting.seed}-{digest}.pt"


def write(path: Path, setting: Setting, state: dict[str, Any]) -> None:
    """Write a state; the file is the earlier one or this one, whenever the process is killed."""
    import torch

    content = io.BytesIO()
    torch.save({"setting": _text_of(setting), **state}, content)
    write_bytes(path, content.getvalue())


def read(path: Path, setting: Setting) -> dict[str, Any] | None:
    """Return the state in a file; None where there is no file.

    Raises:
        InputError: it is damaged, or of another setting. It is left as it is.
    """
    import torch

    if not path.exists():
        return None
    try:
        with zipfile.ZipFile(path) as archive:  # torch.load does not look at the checksums
            if archive.testzip():
                raise ValueError("a wrong checksum")
        state = torch.load(path, map_location="cpu", weights_only=True)
        record = msgspec.convert(state, CheckpointRecord)
    except DAMAGED as error:
        raise damaged(path) from error
    if record.setting != _text_of(setting):
        raise InputError(
            f"{path} is a checkpoint of another setting: put it elsewhere, or name another --out"
        )
    try:
        _check(record, setting)
    except DAMAGED as error:
        raise damaged(path) from error
    return dict(state)


def damaged(path: Path) -> InputError:
    """Return the error that a checkpoint cannot be read."""
    return InputError(
        f"{path} is damaged, and no search can go on from it: remove it to begin that search anew"
    )


def _check(record: CheckpointRecord, setting: Setting) -> None:
    """Raise ValueError for what no search of the setting comes to."""
    numbers = [row.epoch for row in record.rows]
    if numbers != list(range(1, len(numbers) + 1)) or len(numbers) > setting.epochs:
        raise ValueError("other epochs than those of the search")
    if record.entered != [row.entered for row in record.rows if row.entered]:
        raise ValueError("other operations have entered than the epochs say")
    if bool(record.entered) != bool(TRAINED[setting.method].grows and record.rows):
        raise ValueError("operations enter a supernet that does not grow")
    known = {kind for choice in spaces.get(setting.space).choices for kind in choice.operations}
    if not known.issuperset(record.entered) or len(set(record.entered)) < len(record.entered):
        raise ValueError("an unknown operation has entered, or one twice")
    for row in record.rows:
        _check_chosen(setting, row.chosen, row.order)
    for one in record.selected.values():
        if not one.fault:
            _check_chosen(setting, one.operations, one.order)
    if record.begun:
        shape = [len(choice.operations) for choice in spaces.get(setting.space).choices]
        if [len(row) for row in record.begun.kept] != shape:
            raise ValueError("candidates of other choices")


def _check_chosen(
    setting: Setting, operations: Sequence[str | None], order: Sequence[float]
) -> None:
    """Raise ValueError for operations that make no architecture of the space."""
    space = spaces.get(setting.space)
    removable = {number for numbers, _ in space.limits for number in numbers}
    for number, (choice, kind, _) in enumerate(zip(space.choices, operations, order, strict=True)):
        if kind not in choice.operations and not (kind is None and number in removable):
            raise ValueError("an operation that the choice does not have")
    for numbers, stay in space.limits:
        if sum(operations[number] is not None for number in numbers) != stay:
            raise ValueError("another number of choices than stays")


def _text_of(setting: Setting) -> str:
    return json.dumps(setting.key(), sort_keys=True)
