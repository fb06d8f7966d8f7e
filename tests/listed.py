"""Lists of random genotypes, for benchmarks whose architectures are in tables."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
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
LISTS = ("darts_bench", "nas_bench_mr", "nb301")


def random_genotype(stream: random.Random) -> Genotype:
    """A genotype, whose nodes may read one node twice and hold none."""

    def cell() -> tuple[Term, ...]:
        return tuple(
            (stream.choice(OPERATIONS), stream.randrange(node))
            for node in range(INPUTS, INPUTS + NODES)
            for _ in range(EDGES_PER_NODE)
        )

    return Genotype(cell(), cell())


def random_setting(stream: random.Random) -> str:
    """A small architecture of NAS-Bench-MR."""

    def some(choices: Sequence[int], count: int) -> list[int]:
        return [stream.choice(choices) for _ in range(count)]

    numbers = some((8, 16), 2)
    for branches in range(1, 5):
        numbers += some((1, 2), 1 + branches) + some((8, 16), branches)
    return "_".join(map(str, numbers + some((8, 16), 1)))


#: By benchmark, what draws an architecture, and a column of its accuracies.
_DRAWN: dict[str, tuple[Callable[[random.Random], str], str]] = {
    "darts_bench": (lambda stream: random_genotype(stream).text, "cifar10_valid_50ep"),
    "nas_bench_mr": (random_setting, "cls-50-1000_top1"),
    "nb301": (lambda stream: random_genotype(stream).text, "svhn_valid"),
}


def write_list(folder: Path, name: str, count: int, seed: int = 0, column: str = "") -> Path:
    """Write a list of random architectures with an accuracy each, and return its file."""
    stream = random.Random(seed)
    path = folder / f"{name}.csv"
    draw, usual = _DRAWN[name]
    rows = [f"{index},{draw(stream)},{50 + index % 50}\n" for index in range(count)]
    path.write_text(f"index,arch,{column or usual}\n" + "".join(rows))
    return path
