"""What computed a result: versions and platform."""

from __future__ import annotations

import json
import platform
import re
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

PACKAGES = ("zeros-harness", "torch", "numpy", "scipy", "pandas", "matplotlib", "analog-nasbench")


def with_versions(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return *settings* and the versions of everything that computed: what run.json holds."""
    versions = {name: metadata.version(name) for name in PACKAGES if _installed(name)}
    return {
        **settings,
        "versions": {"python": platform.python_version(), **versions},
        "platform": platform.platform(),
    }


def earlier_targets(path: Path) -> list[str]:
    """Return the targets that an earlier run.json names.

    None when there is no such file or it is something else.
    """
    try:
        found = json.loads(path.read_text(encoding="utf-8"))["targets"]
        return [
            name
            for name in found
            if isinstance(name, str) and re.fullmatch(r"[\w.-]+", name, re.ASCII)
        ]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return []


def _installed(name: str) -> bool:
    try:
        metadata.version(name)
    except metadata.PackageNotFoundError:
        return False
    return True
