"""Lists of random architectures, for benchmarks whose architectures are in tables."""

from __future__ import annotations

import csv
import json
import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from benchmarks_data.spaces.darts.genotype import (
    EDGES_PER_NODE,
    INPUTS,
    NODES,
    OPERATIONS,
    Genotype,
    Term,
)
from tests.transformers import random_flexibert, random_pit

#: What language models have in common that lists name.
LANGUAGE: dict[str, Any] = {
    **{"adaptive": True, "attn_type": 0, "clamp_len": -1, "d_head": -1, "dropatt": 0.0},
    **{"dropout": 0.1, "dtype": None, "ext_len": 0, "mem_len": 192, "n_token": 50264},
    **{"pre_lnorm": False, "primer_conv": False, "primer_square": False, "same_length": False},
    **{"sample_softmax": -1, "tie_weight": True, "use_cache": False, "weight_init_type": "normal"},
    **{"weight_init_range": 0.1, "weight_init_std": 0.02, "proj_init_std": 0.01, "tgt_len": 192},
    "cutoffs": [19997, 39997, 199997, 50264],
    "tie_projs": [False, True, True, True],
}


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


def language_model(**entries: Any) -> dict[str, Any]:
    """A small language model: two layers, other entries as given."""
    small = {"d_model": 16, "d_embed": 8, "div_val": 2, "n_layer": 2}
    return {**LANGUAGE, **small, "n_head": [2, 4], "d_inner": [10, 20], **entries}


def random_language_model(stream: random.Random) -> dict[str, Any]:
    """A small language model of two or three layers."""
    layers = stream.randint(2, 3)
    return language_model(
        n_layer=layers,
        div_val=stream.choice((1, 2)),
        d_embed=stream.choice((-1, 8)),
        n_head=[stream.choice((2, 4, 8)) for _ in range(layers)],
        d_inner=[stream.randint(8, 999) for _ in range(layers)],
    )


def _language_model_text(stream: random.Random) -> str:
    return json.dumps(random_language_model(stream))


def _genotype_text(stream: random.Random) -> str:
    return random_genotype(stream).text


#: Benchmarks that are lists: a column of each, and what draws an architecture.
LISTS: dict[str, tuple[str, Callable[[random.Random], str]]] = {
    "darts_bench": ("cifar10_valid_50ep", _genotype_text),
    "nas_bench_mr": ("cls-50-1000_top1", random_setting),
    "nb301": ("svhn_valid", _genotype_text),
    "pit": ("cifar100_test", random_pit),
    "flexibert": ("glue_valid", random_flexibert),
    "gpt2_wt103": ("wt103_test_perplexity", _language_model_text),
    "gpt2_lm1b": ("lm1b_test_perplexity", _language_model_text),
}
#: Lists of other benchmarks, by the benchmark that reads them.
SHARED = {"flexibert_trained": "flexibert"}


def write_list(folder: Path, name: str, count: int, seed: int = 0, column: str = "") -> Path:
    """Write a list of random architectures with a result each, and return its file."""
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
