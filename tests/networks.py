"""Small networks and inputs that several tests share."""

from __future__ import annotations

import random

import torch

import proxies
from benchmarks_data.benchmark import Dataset
from benchmarks_data.nb201 import space
from benchmarks_data.nb201.network import Network
from harness.scoring.inputs import network_inputs
from proxies.passes import PASSES
from proxies.passes.common import Inputs
from proxies.view import cell_view

#: A sample of the space, with the cell of no operation and the largest.
CELLS = [
    *(space.cell(i) for i in random.Random(0).sample(range(space.SIZE), 12)),
    space.cell(1651),
    ("nor_conv_3x3",) * 6,
]

#: A network of each other convolutional benchmark.
OTHERS = [
    ("nb101", 421416),
    ("nas_bench_mr", 0),
    ("nats_sss", 0),
    ("nbmacro", 2187),
    ("transnas101_macro", 38),
    ("transnas101_micro", 1365),
    ("nb301", 0),
]


def inputs(dtype: str = "float64", size: int = 8) -> Inputs:
    """Gaussian images of *size* pixels for 10 classes, seed 0."""
    return network_inputs(None, 0, Dataset(10, size), dtype, "cpu")


def network(cell: tuple[str, ...], dtype: torch.dtype = torch.float64, **size: int) -> Network:
    """The published network of a cell, seed 0, 10 classes."""
    return Network(cell, 10, 0, **size).to(dtype)


def small(cell: tuple[str, ...], dtype: torch.dtype = torch.float64) -> Network:
    """A network of a cell with 4 channels and one cell a stage, seed 0, 10 classes."""
    return network(cell, dtype, channels=4, cells_per_stage=1)


#: Cells on which formulas are compared with their definitions.
FORMULA_CELLS = [
    space.cell(1),
    space.cell(0),
    space.cell(13),
    ("nor_conv_3x3", "none", "skip_connect", "none", "avg_pool_3x3", "nor_conv_1x1"),
]


def score(name: str, cell: tuple[str, ...]) -> float:
    """The score of a small network of a cell."""
    request = proxies.request(name)
    results = [
        PASSES[reading].function()(cell_view(small(cell)), inputs(), **dict(options))
        for reading, options in request.readings
    ]
    return float(request.score(*results))


def every_proxy_with_small_batches(*, transformers: bool = True) -> tuple[str, ...]:
    """The names of all proxies, with batches of 4 and one repetition where they have them.

    epe_nas compares images of one class, and takes 16; dextr takes long, and has small images.
    Those of transformers can be left out.
    """
    requests = proxies.expand(map(proxies.request, proxies.registered()))
    return tuple(
        with_small_batches(one) for one in requests if transformers or not one.of_transformers
    )


def with_small_batches(request: proxies.Request) -> str:
    """The name of a score like another, of batches of 4 and one repetition unless it says more."""
    taken = {option for _, options in request.readings for option, _ in options}
    small = {"batch": 16 if request.name == "epe_nas" else 4, "repeats": 1}
    if request.name == "dextr":
        small["side"] = 16
    chosen = [
        f"{option}={value}"
        for option, value in small.items()
        if option in taken and f"{option}=" not in request.name
    ]
    if not chosen:
        return request.name
    start = f"{request.name[:-1]}," if request.name.endswith("]") else f"{request.name}["
    return proxies.request(f"{start}{','.join(chosen)}]").name
