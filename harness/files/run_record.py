"""What a run says of itself in run.json."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from benchmarks_data.errors import InputError


def read_settings(folder: Path) -> dict[str, Any]:
    """Return what run.json in *folder* says; raise InputError when it is not a run's."""
    try:
        settings: dict[str, Any] = json.loads((folder / "run.json").read_text(encoding="utf-8"))
        images = settings["images"]
        commands = [settings["command"], *settings.get("scored_by", [])]
        texts = [
            *(settings[key] for key in ("benchmark", "dataset", "dtype")),
            *settings["targets"],
            *(proxy["name"] for proxy in settings["proxies"]),
            *(word for command in commands for word in command),
            settings["archs"]["population"],
            settings["table"]["name"],
            *((images["file"], images["sha256"]) if isinstance(images, dict) else [images]),
        ]
        numbers = [*settings["seeds"], settings["archs"]["count"]]
        if not (settings["targets"] and settings["seeds"] and all(commands)):
            raise ValueError
        texts += [settings.get("against") or ""]
        if not (
            all(isinstance(text, str) for text in texts)
            and all(isinstance(number, int) for number in numbers)
        ):
            raise TypeError
        _description(settings)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        found = folder if folder.is_dir() else f"{folder}, which is no folder,"
        raise InputError(
            f"{found} has no run.json of a run: name a folder that harness.run has written"
        ) from error
    return settings


def _description(settings: dict[str, Any]) -> str:
    images, archs = settings["images"], settings["archs"]
    source = f"images of {Path(images['file']).name}" if isinstance(images, dict) else images
    drawn = (
        f"drawn with sample seed {archs['sample_seed']} from"
        if str(archs["given"]).isdigit()
        else "of"
    )
    return (
        f"- {settings['benchmark']}, {settings['dataset']}'s networks: {archs['count']} "
        f"architectures {drawn} population "
        f"{archs['population']}, {len(settings['seeds'])} seed(s), {source}, accuracies of "
        f"{settings['table']['name']}"
    )
