"""Checkpoints of searches: written whole after each epoch, read without running what they hold."""

from __future__ import annotations

import hashlib
import json
import pickle
import zipfile
from pathlib import Path
from typing import Any

from benchmarks_data.errors import InputError
from harness.search_methods.trained.setting import Setting

#: The folder of checkpoints, in that of the results.
CHECKPOINTS = "checkpoints"
#: What reading a file raises that is no checkpoint.
DAMAGED = (OSError, ValueError, RuntimeError, EOFError, KeyError, pickle.UnpicklingError)


def path_of(folder: Path, setting: Setting) -> Path:
    """Return the checkpoint of a search; another setting has another."""
    digest = hashlib.sha256(_text_of(setting).encode()).hexdigest()[:8]
    return folder / f"{setting.method}-seed{setting.seed}-{digest}.pt"


def write(path: Path, setting: Setting, state: dict[str, Any]) -> None:
    """Write a state; the file is the earlier one or this one, whenever the process is killed."""
    import torch

    partial = path.with_name(f".{path.name}.partial")
    try:
        torch.save({"setting": _text_of(setting), **state}, partial)
        partial.replace(path)
    except OSError:
        partial.unlink(missing_ok=True)
        raise


def read(path: Path, setting: Setting) -> dict[str, Any] | None:
    """Return the state in a file; None where there is no file.

    Raises:
        InputError: it is damaged, or of another setting. It is left as it is.
    """
    import torch

    if not path.exists():
        return None
    try:
        if not zipfile.is_zipfile(path):
            raise ValueError("no checkpoint")
        state = torch.load(path, map_location="cpu", weights_only=True)
        theirs = state["setting"]
        rows = state["rows"]
        if not isinstance(theirs, str) or not isinstance(rows, list):
            raise TypeError("no checkpoint")
    except (*DAMAGED, TypeError) as error:
        raise damaged(path) from error
    if theirs != _text_of(setting):
        raise InputError(
            f"{path} is a checkpoint of another setting: put it elsewhere, or name another --out"
        )
    return dict(state)


def damaged(path: Path) -> InputError:
    """Return the error that a checkpoint cannot be read."""
    return InputError(
        f"{path} is damaged, and no search can go on from it: remove it to begin that search anew"
    )


def _text_of(setting: Setting) -> str:
    return json.dumps(setting.key(), sort_keys=True)
