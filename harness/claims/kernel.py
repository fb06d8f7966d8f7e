"""The theory of ZEROS, measured.

The neural tangent kernel's bound on the generalisation error, beside sensitivities.

Arora, Du, Hu, Li, Wang, "Fine-Grained Analysis of Optimization and Generalization for
Overparameterized Two-Layer Neural Networks", ICML 2019, https://arxiv.org/abs/1901.08584, theorem
5.1: the error is bounded by sqrt(2 y' K^-1 y / n) and smaller terms. arXiv 2106.11542, section 5,
derives that ZEROS is negatively correlated with it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

import benchmarks_data
import proxies
from benchmarks_data import spaces
from harness.files.theory_record import CellRecord, SizeRecord, SupernetRecord
from harness.reporting.fed import fed
from harness.scoring.inputs import Images, key_of, name_of, network_inputs
from harness.search_methods.searches import SearchPlan
from harness.search_methods.settings import Setting
from proxies.passes.objectives import OBJECTIVES, preset
from proxies.view import View, cell_view

BENCHMARK, DATASET = "nb201", "cifar10"
#: What is measured of a kernel K of n images: the bound, the trace, and the bound of n K /
#: trace(K).
KERNEL = ("bound", "trace", "scale_free_bound")
#: Scores of cells.
SCORES = (*(f"zeros_{objective}" for objective in OBJECTIVES), "synflow", "params")
#: What is measured of a cell.
CELL = (*SCORES, *KERNEL)
#: Second derivatives of a DARTS supernet take some gigabyte for each image.
SEARCH_BATCH = 8


@dataclass(frozen=True)
class Design:
    """What is measured: the number of images of a batch, where they come from, the seed of weights
    and batches, and the preset of
    supernets and searches.
    """

    batch: int
    images: Images
    seed: int
    preset: str = "linearised"

    def key(self) -> dict[str, Any]:
        """Return what identifies the measurements, as plain values.

        There was one preset before it could be chosen.
        """
        chosen = {} if self.preset == "linearised" else {"preset": self.preset}
        return {
            "batch": self.batch,
            "images": key_of(self.images),
            "seed": self.seed,
            "revision": 3,
            **chosen,
        }

    def fed(self) -> str:
        """Return the sentence that says what was fed."""
        return fed(name_of(self.images), ["the kernel", "snip", "grasp"], ["synflow", "params"])


def bound(
    kernel: np.ndarray[Any, np.dtype[np.float64]],
    labels: np.ndarray[Any, np.dtype[np.int64]],
    classes: int,
) -> float:
    """Return sqrt(y' K^-1 y / n), summed over the classes' centred indicators y.

    Args:
        kernel: (n, n), symmetric.
        labels: (n,), of 0 to classes - 1.
        classes: their number.

    Returns:
        NaN where the kernel is singular to the precision of float64.
    """
    indicators = np.eye(classes)[labels]
    indicators -= indicators.mean(axis=0)
    if not np.isfinite(kernel).all():
        return math.nan
    values, vectors = np.linalg.eigh(kernel / (np.abs(kernel).max() or 1.0))
    if values[0] <= len(kernel) * np.finfo(np.float64).eps * values[-1]:
        return math.nan
    inverse = ((vectors.T @ indicators) ** 2 / values[:, None]).sum() / np.abs(kernel).max()
    return math.sqrt(inverse / len(kernel))


def measure_cell(design: Design, item: tuple[int, int]) -> CellRecord:
    """Return for a cell's network of some initial channels KERNEL, ZEROS by objective, SynFlow and
    parameters.

    Args:
        design: how it is measured.
        item: (index, channels).
    """
    import torch

    from proxies.passes import PASSES

    index, channels = item
    benchmark: Any = benchmarks_data.get(BENCHMARK)  # whose networks have any number of channels
    dataset = benchmark.datasets[DATASET]
    network = benchmark.network(index, dataset.classes, design.seed, channels=channels)
    inputs = network_inputs(design.images, design.seed, dataset, "float32", "cpu")
    names = {
        f"zeros_{objective}": f"zeros[objective={objective},batch={design.batch}]"
        for objective in OBJECTIVES[1:]
    }
    scores: dict[str, float] = {}
    for name, text in {
        "zeros_synflow": "zeros",
        **names,
        "synflow": "synflow",
        "params": "params",
    }.items():
        request = proxies.request(text)
        results = [
            PASSES[reading].function()(cell_view(network), inputs, **dict(options))
            for reading, options in request.readings
        ]
        scores[name] = float(request.score(*results))
    network.to(torch.float64)
    return CellRecord(**scores, **_kernel(network, design))


def measure_supernet(design: Design, channels: int) -> SupernetRecord:
    """Return the sensitivities of a supernet's candidates by objective, and KERNEL.

    Of the supernet in which a choice has taken the
    candidate, and all others are open, under the gates of synflow.
    """
    import torch

    from proxies.passes.supernet import drawn_gates, operation_sensitivity

    space = spaces.get(BENCHMARK)
    supernet = space.supernet(DATASET, design.seed, channels=channels).to(torch.float64)
    inputs = network_inputs(design.images, design.seed, space.datasets[DATASET], "float64", "cpu")
    sensitivities: dict[str, list[list[float]]] = {}
    for objective in OBJECTIVES:
        numerics = preset(design.preset, objective, BENCHMARK)
        values = operation_sensitivity(
            supernet, inputs, objective=objective, numerics=numerics, batch=design.batch
        ).values
        sensitivities[objective] = [list(row) for row in values]
    supernet.gates.values = [
        gate.detach()
        for gate in drawn_gates(supernet, inputs, preset(design.preset, "synflow", BENCHMARK))
    ]
    return SupernetRecord(**sensitivities, **_kernels(supernet, design))


def _kernels(supernet: Any, design: Design) -> dict[str, list[list[float]]]:
    """Return KERNEL by choice and candidate, of the supernet in which the choice has taken it."""
    choices = spaces.get(BENCHMARK).choices
    kernels: dict[str, list[list[float]]] = {name: [] for name in KERNEL}
    for number, choice in enumerate(choices):
        row = []
        for place in range(len(choice.operations)):
            kept = [[True] * len(other.operations) for other in choices]
            kept[number] = [other == place for other in range(len(choice.operations))]
            supernet.gates.keep(kept)
            row.append(_kernel(supernet, design))
        for name in KERNEL:
            kernels[name].append([values[name] for values in row])
    return kernels


def _kernel(network: Any, design: Design) -> dict[str, float]:
    """Return KERNEL of a network in float64, by TE-NAS's kernel
    (:func:`proxies.passes.jacobian.tangent_kernel`).
    """
    from proxies.passes.jacobian import tangent_kernel

    dataset = benchmarks_data.get(BENCHMARK).datasets[DATASET]
    inputs = network_inputs(design.images, design.seed, dataset, "float64", "cpu")
    kernel = tangent_kernel(View(network), inputs, batch=design.batch).kernel.numpy()
    value, trace = (
        bound(kernel, inputs.labels(design.batch).numpy(), dataset.classes),
        float(np.trace(kernel)),
    )
    return {
        "bound": value,
        "trace": trace,
        "scale_free_bound": value * math.sqrt(trace / design.batch),
    }


def search_size(design: Design, folder: Path, item: tuple[str, str, int]) -> SizeRecord:
    """Return what a one-shot search finds, and the number of parameters of its network.

    Snip and grasp take SEARCH_BATCH images.

    Args:
        design: gives the images.
        folder: of the search's log.
        item: (space, objective, seed).
    """
    from harness.search_methods.outcomes import name_of
    from proxies.passes.cost import parameters_of

    name, objective, seed = item
    dtype = "float32" if design.preset == "authors" else "float64"
    setting = Setting(
        space=name, dataset=DATASET, objective=objective, seed=seed, numerics=preset(design.preset,
        objective, name),
        batch=SEARCH_BATCH, images=design.images, dtype=dtype, channels=None, cells=None,
        device="cpu",
    )  # fmt: skip
    (one,) = SearchPlan(("one-shot",), none=True, steps=None, folder=folder).search(setting)
    if one.fault:
        return SizeRecord("", None, one.fault)
    space = spaces.get(name)
    architecture = space.decode(one.chosen, one.order)
    params = parameters_of(space.network(architecture, DATASET, seed))
    return SizeRecord(name_of(architecture), params, "")
