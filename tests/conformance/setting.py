"""What both sides are given: cells, networks with their weights, images and labels, all drawn from
names and numbers alone.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from typing import Any

import torch
from scipy.stats import rankdata

import proxies
from benchmarks_data.initialisation import generator
from benchmarks_data.nb201 import space
from benchmarks_data.nb201.network import Network
from proxies.passes import PASSES
from proxies.passes.common import Inputs
from proxies.requests import Reading
from proxies.view import cell_view

#: Indices of NAS-Bench-201: 18 drawn, the cell of six 3 x 3 convolutions, and the one without
#: operations.
CELLS = [*random.Random(16).sample(range(space.SIZE), 18), 1462, 1651]
BATCH, SIDE, CLASSES = 8, 16, 10
#: What AZ-NAS combines, at this batch.
AZ_NAS = (
    "az_expressivity[batch=8,undefined=lowest]",
    "az_progressivity[batch=8,undefined=lowest]",
    "az_trainability[batch=8]",
    "flops",
)


def network(cell: int) -> Network:
    """The published network of a cell in float64.

    16 channels, 5 cells a stage, seed 0, 10 classes.
    """
    return Network(space.cell(cell), CLASSES, 0).double()


def images(size: int = BATCH, part: int = 0) -> torch.Tensor:
    """Gaussian images (size, 3, 16, 16), float64."""
    return torch.randn(
        size, 3, SIDE, SIDE, dtype=torch.float64, generator=generator(0, "conformance images", part)
    )


def labels(size: int = BATCH, part: int = 0) -> torch.Tensor:
    """Random labels (size,), int64."""
    return torch.randint(CLASSES, (size,), generator=generator(0, "conformance labels", part))


def inputs() -> Inputs:
    """The same, as passes take them; what else they draw comes from streams of seed 0."""
    return Inputs(
        (3, SIDE, SIDE),
        images,
        labels,
        lambda *names: generator(0, *names),
        torch.float64,
        torch.device("cpu"),
    )


def scores(names: Iterable[str]) -> dict[str, list[float]]:
    """The scores of the networks of CELLS by our proxies; a network's passes run once.

    AZ-NAS ranks among these cells.
    """
    found: dict[str, list[float]] = {
        name: [] for name in (*names, *AZ_NAS) if not proxies.request(name).components
    }
    for cell in CELLS:
        results: dict[Reading, Any] = {}
        for name, values in found.items():
            request = proxies.request(name)
            for pass_name, options in request.readings:
                if (pass_name, options) not in results:
                    results[pass_name, options] = PASSES[pass_name].function()(
                        cell_view(network(cell)), inputs(), **dict(options)
                    )
            values.append(float(request.score(*(results[reading] for reading in request.readings))))
    ranks = rankdata([found[name] for name in AZ_NAS], axis=1).T
    return {**found, "az_nas[undefined=lowest]": proxies.request("az_nas").score(ranks).tolist()}
