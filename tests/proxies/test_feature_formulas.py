"""The proxies of feature maps, and aggregates, against their definitions, computed literally and
independently, in float64.
"""

import math

import numpy as np
import pytest
import torch
from torch import nn
from torch.func import functional_call

import proxies
from benchmarks_data.nb201 import space
from proxies.passes.activations import linear_regions
from proxies.passes.features import StageFeatures, stage_features
from proxies.view import cell_view
from tests.networks import FORMULA_CELLS as CELLS
from tests.networks import inputs, score, small

BATCH = 12


@pytest.mark.parametrize("cell", CELLS, ids=space.format_cell)
def test_zen_with_real_running_statistics(cell: tuple[str, ...]) -> None:
    given, scores = inputs(), []
    for repeat in range(2):
        net = small(cell).train()
        for name, module in net.named_modules():
            if isinstance(module, nn.Conv2d | nn.Linear):
                module.weight.data = given.gaussian(
                    tuple(module.weight.shape), "gaussian_complexity", repeat, name
                )
        x, e = (
            given.gaussian((3, 3, 8, 8), "gaussian_complexity", repeat, part)
            for part in ("image", "step")
        )
        features = []
        net.head[2].register_forward_pre_hook(
            lambda _, args, features=features: features.append(args[0])
        )
        with torch.no_grad():
            net(x)
            net(x + 0.01 * e)
        moved = float((features[0] - features[1]).abs().sum((1, 2, 3)).mean())
        norms = [module for module in net.modules() if isinstance(module, nn.BatchNorm2d)]
        scores.append(
            math.log(moved) + sum(math.log(math.sqrt(float(m.running_var.mean()))) for m in norms)
        )
    assert score("zen[batch=3,repeats=2]", cell) == pytest.approx(sum(scores) / 2, rel=1e-9)


@pytest.mark.parametrize("cell", CELLS, ids=space.format_cell)
def test_meco(cell: tuple[str, ...]) -> None:
    net, expected = small(cell).train(), []

    def correlate(_: nn.Module, __: object, output: torch.Tensor) -> None:
        if output.dim() < 4 or output[0, 0].numel() == 1:
            return  # a channel with one value has no correlation
        with np.errstate(invalid="ignore", divide="ignore"):
            correlation = np.nan_to_num(np.corrcoef(output[0].flatten(1).numpy()))
        expected.append(np.linalg.eigvalsh(correlation)[0])

    for module in net.modules():
        module.register_forward_hook(correlate)
    with torch.no_grad():
        net(inputs().gaussian((1, 3, 8, 8), "channel_correlation"))
    assert score("meco[side=8]", cell) == pytest.approx(sum(expected), abs=1e-9)


@pytest.mark.parametrize("cell", CELLS, ids=space.format_cell)
def test_swap_counts_distinct_columns(cell: tuple[str, ...]) -> None:
    net, patterns = small(cell).train(), set()
    for module in net.modules():
        if isinstance(module, nn.ReLU):
            module.register_forward_hook(
                lambda _, __, output: patterns.update(
                    map(tuple, (output > 0).flatten(1).T.tolist())
                )
            )
    with torch.no_grad():
        net(inputs().images(6))
    assert score("swap[batch=6]", cell) == len(patterns)
    counts = []
    for repeat in range(2):
        for name, module in net.named_modules():
            if isinstance(module, nn.Conv2d | nn.Linear):
                module.weight.data = inputs().gaussian(
                    tuple(module.weight.shape), "gaussian_patterns", repeat, name
                )
        patterns.clear()
        with torch.no_grad():
            net(inputs().images(6))
        counts.append(len(patterns))
    assert score("swap[batch=6,weights=normal,repeats=2]", cell) == sum(counts) / 2


@pytest.mark.parametrize("cell", CELLS, ids=space.format_cell)
def test_a_prior_on_size_multiplies_swap(cell: tuple[str, ...]) -> None:
    """The size of the network in millions of parameters, or in thousands as the authors' code."""
    parameters = sum(one.numel() for one in small(cell).parameters())
    mu, sigma = 0.003, 0.00001
    expected = score("swap[batch=6]", cell) * math.exp(-((parameters / 1e6 - mu) ** 2) / sigma)
    assert 0 < expected < score("swap[batch=6]", cell)
    found = score("swap[batch=6,mu=0.003,sigma=0.00001]", cell)
    assert found == pytest.approx(expected, rel=1e-12)
    thousands = math.exp(-((parameters / 1e3 - 3) ** 2) / 10)
    assert found == pytest.approx(score("swap[batch=6]", cell) * thousands, rel=1e-9)


def test_te_regions_lie_between_one_and_the_number_of_points() -> None:
    counts = [
        linear_regions(cell_view(small(cell)), inputs()).crossed
        for cell in (space.cell(1651), *CELLS)
    ]
    assert counts[0] == 1
    assert min(counts[1:]) > 1
    assert max(counts) < 1000
    assert len(set(counts)) > 2, "a count that is the same for all says nothing"


def test_az_nas_parts_by_hand() -> None:
    even, single = (
        torch.tensor([1.0, 1.0], dtype=torch.float64),
        torch.tensor([2.0, 0.0], dtype=torch.float64),
    )
    stages = StageFeatures(spectra=[single, even, single], gains=[1.0, 2.0])
    found = {
        name: proxies.request(name).score(stages)
        for name in ("az_expressivity", "az_progressivity", "az_trainability")
    }
    assert found == pytest.approx(
        {
            "az_expressivity": math.log(2),
            "az_progressivity": -math.log(2),
            "az_trainability": (0 - 0.5) / 2,
        },
        abs=1e-5,
    )
    assert proxies.request("az_trainability").score(StageFeatures([even], [math.nan])) == -math.inf
    dead = StageFeatures(spectra=[single, 0 * even], gains=[0.0])
    for name in ("az_expressivity", "az_progressivity"):
        assert math.isnan(proxies.request(name).score(dead))
        assert proxies.request(f"{name}[undefined=lowest]").score(dead) == -math.inf


@pytest.mark.parametrize("cell", CELLS[:2], ids=space.format_cell)
def test_stage_features_against_a_covariance_and_a_mean_outer_product(
    cell: tuple[str, ...],
) -> None:
    given, net = inputs(), small(cell).train()
    kaiming = {
        f"{name}.weight": math.sqrt(2 / module.weight[0].numel())
        * given.gaussian(tuple(module.weight.shape), "stage_features", name)
        for name, module in net.named_modules()
        if isinstance(module, nn.Conv2d | nn.Linear)
    }
    seen: list[tuple[torch.Tensor, torch.Tensor]] = []
    for stage in net.stages:
        stage.register_forward_hook(lambda _, args, output: seen.append((args[0], output)))
    functional_call(
        net, kaiming, (given.gaussian((BATCH, 3, 8, 8), "stage_features").requires_grad_(),)
    )
    found = stage_features(cell_view(small(cell)), inputs(), batch=BATCH)
    for number, (into, out) in enumerate(seen):
        rows = out.detach().permute(1, 0, 2, 3).flatten(1).numpy()
        assert found.spectra[number + 1].numpy() == pytest.approx(
            np.linalg.eigvalsh(np.cov(rows, bias=True)).clip(0), abs=1e-9
        )
        signs = given.gaussian(tuple(out.shape), "stage_features", "sign", number).sign()
        (gradient,) = torch.autograd.grad(out, into, signs, retain_graph=True)
        if gradient.shape[2] == signs.shape[2]:
            outer = sum(
                torch.outer(gradient[b, :, y, x], signs[b, :, y, x])
                for b in range(BATCH)
                for y in range(out.shape[2])
                for x in range(out.shape[3])
            )
            expected = float(torch.linalg.svdvals(outer / (BATCH * out.shape[2] * out.shape[3]))[0])
            assert found.gains[number] == pytest.approx(expected, rel=1e-9)


def test_aggregates_by_hand() -> None:
    ranks = np.array([[3.0, 2.0, 1.0], [2.0, 3.0, 3.0], [1.0, 1.0, 2.0]])
    functions = {
        name: proxies.request(name).proxy.function
        for name in ("vote", "mean_rank", "log_rank", "az_nas", "te_nas", "vkdnw_agg")
    }
    # The second wins against both others by two to one, the first against the third.
    assert functions["vote"](ranks).tolist() == [0, 2, -2]
    assert functions["mean_rank"](ranks).tolist() == pytest.approx([2, 8 / 3, 4 / 3])
    for name in ("log_rank", "az_nas", "vkdnw_agg"):
        assert functions[name](ranks).tolist() == pytest.approx(
            [math.log(6 / 27), math.log(18 / 27), math.log(2 / 27)]
        )
    assert functions["te_nas"](ranks).tolist() == [6, 8, 4]
