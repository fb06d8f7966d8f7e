"""Sensitivities of the authors' own search networks, fed the same weights, gates and images
(freedarts_reference.json).
"""

import json
import math
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from benchmarks_data.benchmark import Dataset
from benchmarks_data.spaces.darts.supernet import DartsSupernet
from benchmarks_data.spaces.nb201 import NasBench201Supernet
from benchmarks_data.spaces.supernet import Supernet
from harness.scoring.inputs import network_inputs
from proxies.passes.common import Inputs
from proxies.passes.objectives import preset
from proxies.passes.supernet import operation_sensitivity

REFERENCE = json.loads(
    Path(__file__).with_name("freedarts_reference.json").read_text(encoding="utf-8")
)


def wave(count: int, step: float, start: float) -> Tensor:
    return torch.sin(torch.arange(count, dtype=torch.float64) * step + start)


def filled(supernet: Supernet, seed: int) -> Supernet:
    """The supernet with the weights of the fixture's recipe, in the order of its modules."""
    supernet.double()
    layers = [module for module in supernet.modules() if isinstance(module, nn.Conv2d | nn.Linear)]
    for number, layer in enumerate(layers):
        weights = wave(layer.weight.numel(), 1.7, 10 * seed + number) / math.sqrt(
            layer.weight[0].numel()
        )
        layer.weight.data = weights.view_as(layer.weight)
    layers[-1].bias.data = torch.cos(torch.arange(10, dtype=torch.float64)) / 10  # type: ignore[union-attr]
    return supernet


def given(seed: int, gates: Tensor) -> Inputs:
    """Inputs that draw the recipe's images, labels and gates.

    What the supernet draws is multiplied by 1e-3.
    """
    inputs = network_inputs(None, seed, Dataset(10, 32), "float64", "cpu")

    def gaussian(_: object, shape: tuple[int, ...], name: str, number: int) -> Tensor:
        assert name == "alpha"
        return gates[number, : shape[0]]

    fixed = type("Fixed", (Inputs,), {"gaussian": gaussian})
    images = wave(8 * 3 * 16 * 16, 0.37, seed).view(8, 3, 16, 16)
    values = {
        **vars(inputs),
        "images": lambda size: images[:size],
        "labels": lambda size: torch.arange(size) % 10,
    }
    drawn: Inputs = fixed(**values)
    return drawn


def gates(rows: int, columns: int, seed: int) -> Tensor:
    return torch.tan(wave(rows * columns, 2.3, seed) * 1.4).view(rows, columns)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(
    ("space", "objective"), [("darts", "snip"), ("nb201", "snip"), ("nb201", "synflow")]
)
def test_sensitivities_are_those_of_the_authors_networks(
    space: str, objective: str, seed: int
) -> None:
    if space == "darts":
        supernet, inputs = (
            filled(DartsSupernet(10, 0, channels=4, cells=5), seed),
            given(seed, gates(28, 8, seed)),
        )
    else:
        supernet, inputs = (
            filled(NasBench201Supernet(10, 0, channels=4, cells=1), seed),
            given(seed, gates(6, 5, seed)),
        )
    numerics = preset("authors", objective, space)
    found = operation_sensitivity(supernet, inputs, objective=objective, numerics=numerics, batch=8)
    theirs = REFERENCE[space][seed][objective]
    largest = max(map(max, theirs))
    for mine, row in zip(found.values, theirs, strict=True):
        assert mine == pytest.approx(row, rel=1e-7, abs=1e-10 * largest)


@pytest.mark.parametrize("seed", range(3))
def test_synflow_with_normalisation_is_rounding_errors_on_the_darts_space_there_and_here(
    seed: int,
) -> None:
    """Each node's channels have mean 0, so the average over space and with it R do not depend on
    any gate.
    """
    theirs = REFERENCE["darts"][seed]
    assert theirs["synflow_sum_of_logits"] == pytest.approx(
        theirs["synflow_sum_of_biases"], rel=1e-12
    )
    assert theirs["synflow_largest"] < 1e-15
    supernet, inputs = (
        filled(DartsSupernet(10, 0, channels=4, cells=5), seed),
        given(seed, gates(28, 8, seed)),
    )
    numerics = preset("authors", "synflow", "darts")
    for dtype, limits in ((torch.float64, (0.0, 1e-15)), (torch.float32, (1e-12, 1e-6))):
        values = {**vars(inputs), "dtype": dtype}
        found = operation_sensitivity(
            supernet.to(dtype), type(inputs)(**values), objective="synflow", numerics=numerics
        )
        assert limits[0] < max(map(max, found.values)) < limits[1], (
            "it has the size of the precision"
        )
