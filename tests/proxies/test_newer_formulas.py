"""Proxies of 2022 to 2026 against their definitions, computed literally and independently, in
float64 on small networks.
"""

import math

import numpy as np
import pytest
import torch
from torch import nn

import harness
import proxies
from benchmarks_data.nb201 import space
from benchmarks_data.nb201.network import Network
from proxies.passes.features import channel_correlation
from proxies.passes.outputs import (
    ACTIVATIONS,
    effective_ranks,
    positions,
    some_channel_correlation,
)
from proxies.passes.responses import Responses, gradient_signs
from proxies.view import NotApplicable, View, cell_view
from tests.networks import FORMULA_CELLS as CELLS
from tests.networks import inputs, network, score, small

BATCH = 12


def layers(net: nn.Module) -> list[nn.Conv2d | nn.Linear]:
    return [module for module in net.modules() if isinstance(module, nn.Conv2d | nn.Linear)]


@pytest.mark.parametrize("cell", CELLS, ids=space.format_cell)
def test_near(cell: tuple[str, ...]) -> None:
    net, ranks = small(cell).train(), []

    def see(_: nn.Module, __: object, output: torch.Tensor) -> None:
        values = output.numpy()
        step = 1
        if values.ndim == 4:
            step = values.shape[2]
            values = values.transpose(0, 3, 2, 1).reshape(-1, values.shape[1])
        count = values.shape[1]
        starts = max(1, (len(values) - count) // step + 1)
        stream = inputs().stream("effective_ranks", len(ranks))
        start = step * int(torch.randint(starts, (), generator=stream))
        singular = np.linalg.svd(values[start : start + count], compute_uv=False)
        if not singular.any():
            ranks.append(0.0)
            return
        shares = singular / singular.sum()
        ranks.append(math.exp(-sum(one * math.log(one) for one in shares if one > 0)))

    for module in net.modules():
        if isinstance(module, nn.Conv2d | nn.Linear | nn.BatchNorm2d | nn.ReLU):
            module.register_forward_hook(see)
    with torch.no_grad():
        net(inputs().images(BATCH))
    assert len(ranks) > 20
    assert score(f"near[batch={BATCH}]", cell) == pytest.approx(sum(ranks), rel=1e-6)


def test_near_sees_an_activation_whatever_way_it_is_called() -> None:
    module = nn.Sequential(nn.Flatten(), nn.Linear(192, 5), nn.GELU(), nn.Linear(5, 10))

    class Functional(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.parts = module

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.parts[3](torch.nn.functional.gelu(self.parts[1](x.flatten(1))))

    one, other = (
        effective_ranks(View(net.double()), inputs(), batch=BATCH).ranks
        for net in (module, Functional())
    )
    assert one == other
    assert len(one) == 3


def test_every_activation_module_ends_in_a_function_that_is_seen() -> None:
    plain = (
        *(nn.ReLU, nn.ReLU6, nn.LeakyReLU, nn.PReLU, nn.RReLU, nn.ELU, nn.SELU, nn.CELU, nn.GELU),
        *(nn.SiLU, nn.Mish, nn.Softplus, nn.Hardtanh, nn.Hardswish, nn.Hardsigmoid, nn.Sigmoid),
        *(nn.LogSigmoid, nn.Tanh, nn.Softsign, nn.Hardshrink, nn.Softshrink, nn.Tanhshrink),
    )
    for kind in plain:
        net = nn.Sequential(nn.Flatten(), nn.Linear(192, 5), kind()).double()
        with_weight = 2 if kind is nn.PReLU else 1
        ranks = effective_ranks(View(net), inputs(), batch=BATCH).ranks
        assert len(ranks) == with_weight + 1, kind
    assert torch.nn.functional.linear not in ACTIVATIONS


def test_positions_need_an_axis_of_channels() -> None:
    x = torch.zeros(2, 3, 4, 5)
    assert positions(x).shape == (40, 3)
    assert positions(torch.zeros(2, 3, 4)).shape == (6, 4)
    with pytest.raises(NotApplicable, match="puts out 4 axes"):
        positions(x, nn.Linear(5, 5))


@pytest.mark.parametrize("cell", CELLS, ids=space.format_cell)
def test_gradsign_image_by_image(cell: tuple[str, ...]) -> None:
    # On smaller images averages of 3 x 3 are constant, and signs those of rounding.
    net, given = small(cell), inputs(size=16)
    signs = [np.zeros(layer.weight.numel()) for layer in layers(net)]
    for image, label in zip(given.images(5), given.labels(5), strict=True):
        net.zero_grad()
        nn.functional.cross_entropy(net.train()(image[None]), label[None]).backward()
        for total, layer in zip(signs, layers(net), strict=True):
            if layer.weight.grad is not None:
                total += np.sign(layer.weight.grad.numpy().flatten())
    expected = sum(float(np.abs(total).sum()) for total in signs)
    assert expected > 0
    signs_seen = gradient_signs(cell_view(small(cell)), given, batch=5)
    assert proxies.request("gradsign").score(signs_seen) == expected


def test_gradsign_needs_two_values_of_a_channel_of_an_image() -> None:
    net = nn.Sequential(nn.Flatten(), nn.Linear(192, 6), nn.BatchNorm1d(6), nn.Linear(6, 10))
    with pytest.raises(NotApplicable, match="one value a channel"):
        gradient_signs(View(net.double()), inputs(), batch=3)


def of_relus(net: Network) -> list[tuple[int, np.ndarray]]:
    """The depth and the responses of every ReLU: its input, and the gradient there if it has one.

    A ReLU of the head lies behind the last stage.
    """
    seen: list[tuple[int, torch.Tensor]] = []
    places = [(at, stage) for at, stage in enumerate(net.stages)] + [(len(net.stages), net.head)]
    for depth, part in places:
        for module in part.modules():
            if isinstance(module, nn.ReLU):

                def see(
                    _: nn.Module, args: tuple[torch.Tensor], depth: int = depth
                ) -> torch.Tensor:
                    own = args[0].clone()  # other ReLUs read the same node
                    own.retain_grad()
                    seen.append((depth, own))
                    return own

                module.register_forward_pre_hook(see)
    loss = nn.functional.cross_entropy(net.train()(inputs().images(BATCH)), inputs().labels(BATCH))
    loss.backward()
    responses = [(depth, one.detach()) for depth, one in seen]
    responses += [(depth, one.grad) for depth, one in seen if one.grad is not None]
    return [(depth, one.flatten(1).numpy()) for depth, one in responses]


@pytest.mark.parametrize("cell", CELLS, ids=space.format_cell)
def test_wrcor(cell: tuple[str, ...]) -> None:
    kernel = np.zeros((BATCH, BATCH))
    for depth, responses in of_relus(small(cell)):
        with np.errstate(invalid="ignore", divide="ignore"):
            correlation = np.corrcoef(responses)
        if np.isfinite(correlation).all():
            kernel += 2**depth * np.abs(correlation)
    expected = np.linalg.slogdet(kernel)[1]
    assert score(f"wrcor[batch={BATCH}]", cell) == pytest.approx(expected, rel=1e-9)


def test_wrcor_does_not_overflow_in_deep_networks() -> None:
    responses = Responses(torch.eye(3, dtype=torch.float64), 2000)
    assert proxies.request("wrcor").score(responses) == pytest.approx(6000 * math.log(2))
    singular = Responses(torch.zeros(3, 3, dtype=torch.float64), 2)
    assert proxies.request("wrcor").score(singular) == -math.inf


def test_wrcor_needs_stages() -> None:
    row = harness.score(nn.Sequential(nn.Conv2d(3, 10, 1), nn.ReLU(), nn.Flatten()), "wrcor")
    assert row["status"].iloc[0].startswith("not applicable: the score needs the stages")


@pytest.mark.parametrize("cell", CELLS, ids=space.format_cell)
def test_intrain(cell: tuple[str, ...]) -> None:
    net, ratios = small(cell).train(), []

    def see(_: nn.Module, __: object, output: torch.Tensor) -> None:
        rows = output.detach()
        rows = rows.permute(1, 0, 2, 3).flatten(1) if rows.dim() == 4 else rows.T
        covariance = np.cov(rows.numpy(), bias=True) + 1e-10 * np.eye(len(rows))
        eigenvalues = np.linalg.eigvalsh(covariance)
        ratios.append(eigenvalues.sum() ** 2 / (eigenvalues**2).sum())

    for layer in layers(net):
        layer.register_forward_hook(see)
    logits = net(inputs().gaussian((BATCH, 3, 8, 8), "participation"))
    stream = inputs().stream("participation", "labels")
    nn.functional.cross_entropy(logits, torch.randint(10, (BATCH,), generator=stream)).backward()
    evenness = 0.0
    for parameter in net.parameters():
        if parameter.grad is not None:
            gradient = parameter.grad.numpy()
            evenness += min(1.0, gradient.std() / (np.abs(gradient).max() + 1e-10))
    assert len(ratios) == len(layers(net))
    expected = sum(map(math.log, ratios)) * (1 + evenness) / math.log(len(ratios) + 1)
    assert score(f"intrain[batch={BATCH}]", cell) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("cell", [*CELLS, ("nor_conv_3x3",) * 6], ids=space.format_cell)
def test_meco_opt(cell: tuple[str, ...]) -> None:
    """Networks of 16 channels: their stages have 16, 32 and 64, and images 3."""
    net, smallest = network(cell, cells_per_stage=1).train(), []

    def correlate(_: nn.Module, __: object, output: torch.Tensor) -> None:
        if output.dim() < 4:
            return
        count = output.shape[1]
        stream = inputs().stream("some_channel_correlation", len(smallest))
        rows = output[0].flatten(1)[torch.randperm(count, generator=stream)[:8]].numpy()
        with np.errstate(invalid="ignore", divide="ignore"):
            correlation = np.nan_to_num(np.corrcoef(rows))
        smallest.append(np.linalg.eigvalsh(correlation)[0] * count / 8)

    for module in net.modules():
        if not isinstance(module, nn.AdaptiveAvgPool2d):  # one value has no correlation
            module.register_forward_hook(correlate)
        else:
            module.register_forward_hook(lambda *_: smallest.append(0.0))
    with torch.no_grad():
        net(inputs().gaussian((1, 3, 16, 16), "channel_correlation"))
    seen = some_channel_correlation(cell_view(network(cell, cells_per_stage=1)), inputs(), side=16)
    assert len(set(smallest)) > 10
    assert proxies.request("meco_opt").score(seen) == pytest.approx(sum(smallest), abs=1e-9)


def test_meco_opt_takes_all_channels_where_there_are_fewer_than_eight() -> None:
    net = nn.Conv2d(3, 5, 1).double()
    (one,), (other,) = (
        pass_(View(net), inputs(), side=8).smallest
        for pass_ in (some_channel_correlation, channel_correlation)
    )
    assert one == pytest.approx(other, abs=1e-12)
