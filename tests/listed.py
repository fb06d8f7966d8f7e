"""Lists of random architectures, for benchmarks whose architectures are in tables."""

from __future__ import annotations

import csv
import random
from collections.abc import Callable
from pathlib import Path

from benchmarks_data.spaces.darts.genotype import (
    EDGES_PER_NODE,
    INPUTS,
    NODES,
    OPERATIONS,
    Genotype,
    Term,
)
from tests.transformers import random_flexibert, random_pit


def random_genotype(stream: random.Random) -> Genotype:
    """A genotype, whose nodes may read one node twice and hold none."""

    def cell() -> tuple[Term, ...]:
        return tuple(
            (stream.choice(OPERATIONS), stream.randrange(node))
            for node in range(INPUTS, INPUTS + NODES)
            for _ in range(EDGES_PER_NODE)
        )

    return Genotype(cell(), cell())


def _genotype_text(stream: random.Random) -> str:
    return random_genotype(stream).text


#: Benchmarks that are lists: a column of each, and what draws an architecture.
LISTS: dict[str, tuple[str, Callable[[random.Random], str]]] = {
    "darts_bench": ("cifar10_valid_50ep", _genotype_text),
    "nb301": ("svhn_valid", _genotype_text),
    "pit": ("cifar100_test", random_pit),
    "flexibert": ("glue_valid", random_flexibert),
}
#: Lists of other benchmarks, by the benchmark that reads them.
SHARED = {"flexibert_trained": "flexibert"}


def write_list(folder: Path, name: str, count: int, seed: int = 0, column: str = "") -> Path:
    """Write a list of random architectures with an accuracy each, and return its file."""
    stream = random.Random(seed)
    path = folder / f"{name}.csv"
    usual, draw = LISTS[name]
    drawn: dict[str, None] = {}
    while len(drawn) < count:
        drawn[draw(stream)] = None
    with path.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["index", "arch", column or usual])
        writer.writerows([index, text, 50 + index % 50] for index, text in enumerate(drawn))
    return path
