"""Architectures that others have published, as files name them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from benchmarks_data.errors import InputError


def read_published(path: Path, space: str) -> dict[str, Any]:
    """Return the genotypes in a JSON file, an object of them or one under the key ``cells``.

    Raises:
        InputError: it is none, or the space has no genotypes.
    """
    from benchmarks_data.spaces.darts.genotype import genotype

    if space != "darts":
        raise InputError("--published takes genotypes of the space darts: leave it out")
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path} is no JSON file: {error}") from error
    entries = entries.get("cells", entries) if isinstance(entries, dict) else None
    if not isinstance(entries, dict) or not entries:
        raise InputError(f"{path} holds no genotypes: expected an object, name -> genotype")
    genotypes = {}
    for name, entry in entries.items():
        try:
            genotypes[str(name)] = genotype(entry)
        except InputError as error:
            raise InputError(f"{path}, {name}: {error}") from error
    return genotypes
