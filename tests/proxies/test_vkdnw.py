"""VKDNW against its definition, computed literally and independently, in float64."""

import math
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn
from torch.func import functional_call

import benchmarks_data
import proxies
from benchmarks_data.nb201 import space
from benchmarks_data.nb201.network import Network
from harness.analysis.statistics import tau_b
from proxies.passes.fisher_matrix import LogitFisher, logit_fisher
from proxies.view import NotApplicable, View, cell_view
from tests.networks import FORMULA_CELLS as CELLS
from tests.networks import inputs, score, small


def redrawn(net: Network) -> dict[str, torch.Tensor]:
    """All parameters under He-normal weights and biases of 0, in their order."""
    values = {name: one.detach().clone() for name, one in net.named_parameters()}
    for name, module in net.named_modules():
        if isinstance(module, nn.Conv2d | nn.Linear):
            drawn = inputs().gaussian(tuple(module.weight.shape), "logit_fisher", name)
            values[f"{name}.weight"] = drawn * math.sqrt(2 / module.weight[0].numel())
            if module.bias is not None:
                values[f"{name}.bias"] = torch.zeros_like(module.bias)
    return values


def fisher_of(cell: tuple[str, ...], batch: int, entries: int) -> np.ndarray:
    """The mean over images of J' C J, by the Jacobian of all parameters."""
    net = small(cell).eval()
    values = redrawn(net)
    images = inputs().gaussian((batch, 3, 8, 8), "logit_fisher")
    total: list[np.ndarray] = []
    for image in images:

        def logits(values: dict[str, torch.Tensor], image: torch.Tensor = image) -> torch.Tensor:
            return functional_call(net, values, (image[None],))[0]

        columns = []
        for jacobian in list(torch.func.jacrev(logits)(values).values())[:128]:
            flat = jacobian.flatten(1)
            chosen = sorted({int(at) for at in np.linspace(0, flat.shape[1] - 1, entries)})
            columns.append(flat[:, chosen])
        by_entry = torch.cat(columns, 1).detach().numpy()
        p = logits(values).softmax(0).detach().numpy() * 0.95 + 0.05 / 10
        total.append(by_entry.T @ (np.diag(p) - np.outer(p, p)) @ by_entry)
    return np.mean(total, axis=0)


@pytest.mark.parametrize("entries", [1, 3])
@pytest.mark.parametrize("cell", CELLS, ids=space.format_cell)
def test_the_fisher_matrix_and_the_score(cell: tuple[str, ...], entries: int) -> None:
    expected = np.linalg.eigvalsh(fisher_of(cell, 3, entries)).clip(0)
    fisher = logit_fisher(cell_view(small(cell)), inputs(), batch=3, entries=entries)
    assert fisher.spectrum.numpy() == pytest.approx(expected, rel=1e-9, abs=1e-9 * expected[-1])
    deciles = np.quantile(expected, np.arange(1, 10) / 10)
    shares = deciles / deciles.sum()
    entropy = -sum(float(one * math.log(one)) for one in shares if one > 0)
    tensors = len(list(small(cell).parameters()))
    assert score(f"vkdnw[batch=3,entries={entries}]", cell) == pytest.approx(
        tensors + entropy / 3, abs=1e-6
    )


def test_more_images_than_are_sent_together_are_one_batch() -> None:
    cell = CELLS[1]
    expected = np.linalg.eigvalsh(fisher_of(cell, 18, 1))
    fisher = logit_fisher(cell_view(small(cell)), inputs(), batch=18, entries=1)
    assert fisher.spectrum.numpy() == pytest.approx(expected, rel=1e-9, abs=1e-9 * expected[-1])


def test_the_number_of_tensors_comes_first() -> None:
    even = torch.ones(128, dtype=torch.float64)
    single = even * 0
    single[-1] = 1
    scored = [
        proxies.request("vkdnw").score(LogitFisher(spectrum, tensors))
        for tensors, spectrum in ((5, single), (5, even), (6, single))
    ]
    assert scored == sorted(scored)
    assert scored[1] == pytest.approx(5 + math.log(9) / 3)
    assert scored[2] == pytest.approx(6)


def test_layers_are_modules_with_parameters() -> None:
    assert score("layers", space.cell(1651)) == 2 + 2 * 5 + 1 + 1
    # Three cells: a convolution and its normalisation each.
    assert score("layers", ("nor_conv_1x1", *("none",) * 5)) == 14 + 3 * 2


def test_tau_of_layers_is_the_published_one_on_cells_without_a_dead_edge_if_NAS_TABLES_is_set(
    tables: Path,
) -> None:
    """Table 1 of the paper: .626, .646 and .623."""
    values = benchmarks_data.get("nb201").table(tables).values
    whole = [
        index
        for index, cell in enumerate(space.cells())
        if tuple(space.without_dead_edges(cell)) == tuple(cell)
    ]
    assert len(whole) == 9445
    convolutions = [
        sum(kind in space.CONVOLUTIONS for kind in space.cell(index)) for index in whole
    ]
    taus = [
        tau_b(np.array(convolutions, float), values[target].loc[whole].to_numpy(float))
        for target in (
            "cifar10_test_200ep",
            "cifar100_test_200ep",
            "imagenet16-120_test_200ep",
        )
    ]
    assert taus == pytest.approx([0.626, 0.646, 0.623], abs=1e-3)
    for index in whole[::2000]:
        cell = space.cell(index)
        number = sum(kind in space.CONVOLUTIONS for kind in cell)
        assert score("layers", cell) == 14 + 3 * 2 * number


class Folded(nn.Module):
    """Its layer sees every row of an image as a sample."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(8, 10)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.layer(x.flatten(0, 2)).unflatten(0, x.shape[:3]).mean((1, 2))


def test_a_layer_that_does_not_see_samples_has_no_score() -> None:
    with pytest.raises(NotApplicable, match="does not count samples"):
        logit_fisher(View(Folded().double()), inputs(), batch=2, entries=1)
