"""A synthetic NAS-Bench-201 file, made by the package's own classes: ``python -m tests.make_nb201 FILE [COUNT]``.

It has the structure of the official files (four datasets, up to three seeds, accuracies, losses and times of each epoch), and
random values.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import torch
from nas_201_api.api_utils import ArchResults, ResultsCount

from benchmarks_data.nb201 import space

SEEDS = {"cifar10-valid": (777, 888, 999), "cifar10": (888, 777), "cifar100": (777, 999), "ImageNet16-120": (777,)}
EVALUATED = {"cifar10-valid": ("x-valid", "ori-test"), "cifar10": ("ori-test",)}


def results(index: int, epochs: int) -> ArchResults:
    """Return an architecture's results, every value its own."""
    stream = np.random.default_rng([index, epochs])
    string = space.format_cell(space.cell(index))
    found = ArchResults(index, string)
    for dataset, seeds in SEEDS.items():
        for seed in seeds:
            values = stream.uniform(0, 100, (4, epochs)).tolist()
            config = {"channel": 16, "num_cells": 5, "arch_str": string, "class_num": 10}
            count = ResultsCount(dataset, None, None, None, 0.3, 11.5 + index, config, seed, epochs, [0.01, 0.03])
            count.update_train_info(*(dict(enumerate(row)) for row in values))
            for name in EVALUATED.get(dataset, ("x-valid", "x-test", "ori-test")):
                rows = stream.uniform(0, 100, (3, epochs)).tolist()
                count.update_eval(*({f"{name}@{epoch}": value for epoch, value in enumerate(row)} for row in rows))
            found.update(dataset, seed, count)
    return found


def benchmark(count: int, epochs: tuple[int, int]) -> dict[str, Any]:
    """Return the object that such a file holds, with the results of the first *count* architectures."""
    infos = {
        index: {"full": results(index, epochs[1]).state_dict(), "less": results(index, epochs[0]).state_dict()}
        for index in range(count)
    }
    strings = [space.format_cell(cell) for cell in space.cells()]
    return {"meta_archs": strings, "arch2infos": infos, "evaluated_indexes": set(range(count))}


def write(path: Path, count: int = space.SIZE, epochs: tuple[int, int] = (12, 200), *, zipped: bool = False) -> None:
    """Write the file as torch did then, or as it does now."""
    torch.save(benchmark(count, epochs), path, _use_new_zipfile_serialization=zipped)


if __name__ == "__main__":
    numbers = [int(word) for word in sys.argv[2:]]
    write(Path(sys.argv[1]), *numbers[:1])
