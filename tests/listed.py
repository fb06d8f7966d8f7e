"""Lists of random genotypes, for benchmarks whose architectures are in tables."""

from __future__ import annotations

import random
from pathlib import Path

from benchmarks_data.spaces.darts.genotype import (
    EDGES_PER_NODE,
    INPUTS,
    NODES,
    OPERATIONS,
    Genotype,
    Term,
)

#: Benchmarks that are lists.
LISTS = ("darts_bench", "nb301")


def random_genotype(stream: random.Random) -> Genotype:
    """A genotype, whose nodes may read one node twice and hold none."""

    def cell() -> tuple[Term, ...]:
        return tuple(
            (stream.choice(OPERATIONS), stream.randrange(node))
            for node in range(INPUTS, INPUTS + NODES)
            for _ in range(EDGES_PER_NODE)
        )

    return Genotype(cell(), cell())


def write_list(folder: Path, name: str, count: int, seed: int = 0, column: str = "") -> Path:
    """Write a list of random genotypes with an accuracy each, and return its file."""
    stream = random.Random(seed)
    path = folder / f"{name}.csv"
    column = column or {"darts_bench": "cifar10_valid_50ep", "nb301": "svhn_valid"}[name]
    rows = [f"{index},{random_genotype(stream).text},{50 + index % 50}\n" for index in range(count)]
    path.write_text(f"index,arch,{column}\n" + "".join(rows))
    return path
