"""What computed a result: versions and platform."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from importlib import metadata
from typing import Any

PACKAGES = ("zeros-harness", "torch", "numpy", "scipy", "pandas", "matplotlib", "analog-nasbench")


def with_versions(settings: Mapping[str, Any], *more: str) -> dict[str, Any]:
    """Return *settings* and the versions of everything that computed, *more* packages among it:
    what run.json holds.
    """
    versions = {name: metadata.version(name) for name in (*PACKAGES, *more) if _installed(name)}
    return {
        **settings,
        "versions": {"python": platform.python_version(), **versions},
        "platform": platform.platform(),
    }


def _installed(name: str) -> bool:
    try:
        metadata.version(name)
    except metadata.PackageNotFoundError:
        return False
    return True
