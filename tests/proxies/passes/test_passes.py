"""Identities of the passes, their agreement with literal definitions, and that they leave a network
as they found it.
"""

import math
from collections.abc import Callable, Sequence

import numpy as np
import pytest
import torch
from torch import nn
from torch.func import functional_call

import proxies
from benchmarks_data.benchmark import Dataset
from benchmarks_data.nb201 import space
from benchmarks_data.nb201.network import Network
from harness.regression.baseline import every_request
from harness.scoring.inputs import network_inputs
from proxies.engines.nb201 import passes as engine
from proxies.passes import FREE, PASSES
from proxies.passes.common import Inputs
from proxies.passes.synaptic_flow import SynapticFlow, synaptic_flow
from proxies.requests import Options
from proxies.view import cell_view
from tests.networks import CELLS, inputs, network, small


def linearised(net: Network) -> dict[str, torch.Tensor]:
    """The parameters of the linearised network, batch normalisation turned into the identity by its
    parameters.
    """
    values = {
        name: p.detach().abs() * (not name.endswith("bias")) for name, p in net.named_parameters()
    }
    for name, module in net.named_modules():
        if isinstance(module, nn.BatchNorm2d):
            values[f"{name}.weight"] = torch.full_like(module.weight, math.sqrt(1 + module.eps))
    return values


@pytest.mark.parametrize("cell", CELLS, ids=space.format_cell)
@pytest.mark.parametrize(("node", "end"), [(space.INPUT, 0), (space.OUTPUT, 1)])
def test_sensitivities_at_the_ends_of_every_cell_sum_to_the_output(
    cell: tuple[str, ...], node: int, end: int
) -> None:
    flow = synaptic_flow(cell_view(network(cell)), inputs(size=32))
    for number in range(15):
        total = math.fsum(
            value
            for (at, edge), value in flow.operations.items()
            if at == number and edge[end] == node
        )
        assert total == pytest.approx(flow.total, rel=1e-9, abs=0.0)


@pytest.mark.parametrize("cell", CELLS, ids=space.format_cell)
def test_float32_with_rescaling_agrees_with_float64(cell: tuple[str, ...]) -> None:
    for name in ("zeros", "zeros[aggregate=min]", "zeros[aggregate=sum]", "synflow"):
        single, double = (
            proxies.request(name).score(
                synaptic_flow(
                    cell_view(network(cell, dtype)), inputs(str(dtype).removeprefix("torch."), 32)
                )
            )
            for dtype in (torch.float32, torch.float64)
        )
        assert single == pytest.approx(double, abs=1e-5)


@pytest.mark.parametrize("cell", CELLS, ids=space.format_cell)
def test_zeta_is_the_derivative_by_a_literal_gate(cell: tuple[str, ...]) -> None:
    net = small(cell).eval()
    operations = net.operations
    gates = torch.ones(len(operations), dtype=torch.float64, requires_grad=True)
    for number, operation in enumerate(operations):
        operation.module.register_forward_hook(
            lambda _, __, output, number=number: output * gates[number]
        )
    ones = torch.ones(1, 3, 8, 8, dtype=torch.float64)
    (gradient,) = torch.autograd.grad(functional_call(net, linearised(net), (ones,)).sum(), gates)
    flow = synaptic_flow(cell_view(small(cell)), inputs())
    expected = (gates * gradient).abs().tolist()
    found = [flow.operations[o.cell, o.edge] * math.exp(flow.log_scale) for o in operations]
    assert found == pytest.approx(expected, rel=1e-9, abs=1e-300)


@pytest.mark.parametrize("cell", CELLS, ids=space.format_cell)
def test_synflow_is_the_saliency_summed_over_the_weights(cell: tuple[str, ...]) -> None:
    net = small(cell).eval()
    weights = {n: p.requires_grad_() for n, p in linearised(net).items() if p.dim() > 1}
    output = functional_call(
        net, {**linearised(net), **weights}, (torch.ones(1, 3, 8, 8, dtype=torch.float64),)
    ).sum()
    gradients = torch.autograd.grad(output, list(weights.values()), allow_unused=True)
    saliency = sum(
        float((w.detach() * g).abs().sum())
        for w, g in zip(weights.values(), gradients, strict=True)
        if g is not None
    )
    score = proxies.request("synflow").score(synaptic_flow(cell_view(small(cell)), inputs()))
    assert score == pytest.approx(math.log(saliency) if saliency > 0 else -math.inf, rel=1e-12)


def test_zeros_aggregates_are_over_the_live_edges_of_the_sum_over_cells() -> None:
    flow = SynapticFlow(
        total=1.0,
        operations={
            (0, (0, 1)): 1.0,
            (1, (0, 1)): 2.0,
            (0, (1, 3)): 4.0,
            (1, (1, 3)): 5.0,
            (0, (0, 3)): 100.0,
        },
        live=frozenset({(0, (0, 1)), (1, (0, 1)), (0, (1, 3)), (1, (1, 3))}),
        layers=[],
        log_scale=0.5,
    )
    found = [proxies.request(f"zeros[aggregate={a}]").score(flow) for a in ("mean", "min", "sum")]
    assert found == pytest.approx([math.log(6) + 0.5, math.log(3) + 0.5, math.log(12) + 0.5])


def smallest(cell: Sequence[str]) -> Network:
    return network(tuple(cell), torch.float32, channels=2, cells_per_stage=1)


def one_by_one(cells: Sequence[tuple[str, ...]]) -> list[SynapticFlow]:
    return [synaptic_flow(cell_view(smallest(cell)), inputs("float32")) for cell in cells]


def together(cells: Sequence[tuple[str, ...]]) -> list[SynapticFlow]:
    return engine.compute("synaptic_flow", engine.Shared(smallest, inputs("float32")), cells)


@pytest.mark.slow
@pytest.mark.parametrize(("flows", "every"), [(together, 1), (one_by_one, 10)])
def test_every_cell_of_the_space_scores_a_number_or_minus_infinity_when_disconnected(
    flows: Callable[[Sequence[tuple[str, ...]]], list[SynapticFlow]], every: int
) -> None:
    """The engine, which runs use, on all cells; the pass itself on each tenth."""
    requests = [proxies.request(name) for name in ("zeros", "zeros[aggregate=min]", "synflow")]
    cells = space.cells()[::every]
    scores = np.array([[one.score(flow) for one in requests] for flow in flows(cells)])
    assert not np.isnan(scores).any()
    lowest = np.array([not space.is_connected(cell) for cell in cells])
    assert 0 < lowest.sum() < len(cells)
    assert (np.isneginf(scores) == lowest[:, None]).all()
    assert np.isfinite(scores[~lowest]).all()


def fingerprint(net: nn.Module) -> list[object]:
    modules = list(net.modules())
    return [
        [sorted(module.__dict__) for module in modules],
        [
            (m.training, len(m._forward_hooks), len(m._forward_pre_hooks), len(m._backward_hooks))
            for m in modules
        ],
        [tensor.clone().tolist() for tensor in net.state_dict().values()],
        [(p.requires_grad, p.grad) for p in net.parameters()],
        torch.random.get_rng_state().tolist(),
        torch.is_grad_enabled(),
        torch.get_default_dtype(),
        torch.are_deterministic_algorithms_enabled(),
        torch.get_num_threads(),
    ]


READINGS = sorted(
    {
        reading
        for one in every_request()
        for reading in one.readings
        if not PASSES[reading[0]].supernet
    }
)


#: Smaller than by default, so that the tests are quick.
QUICK = {"batch": 4, "repeats": 2, "side": 8, "entries": 1}
#: Those that send images one by one: one has no batch statistics of a vector.
ONE_BY_ONE = (
    *("channel_correlation", "some_channel_correlation", "gradient_signs"),
    *("feature_conditions", "output_curvature"),
)


class Broken(nn.Module):
    def forward(self, _: torch.Tensor) -> torch.Tensor:
        raise RuntimeError("broken")


def run(name: str, net: nn.Module, with_inputs: Inputs, options: Options, **instead: int) -> object:
    return PASSES[name].function()(
        cell_view(net), with_inputs, **{key: (QUICK | instead)[key] for key, _ in options}
    )


@pytest.mark.parametrize(
    ("name", "options", "fails"),
    [
        (*reading, fails)
        for reading in READINGS
        for fails in (False, True)
        if not fails or PASSES[reading[0]].cost != FREE
    ],
)
def test_a_pass_leaves_the_network_and_global_state_as_they_were(
    name: str, options: Options, fails: bool
) -> None:
    net = small(space.cell(1), torch.float32)
    if fails:
        net.head[1] = Broken()
    before = fingerprint(net)
    if fails:
        with pytest.raises(RuntimeError, match="broken"):
            run(name, net, inputs("float32"), options)
    else:
        run(name, net, inputs("float32"), options)
    assert fingerprint(net) == before


@pytest.mark.parametrize("reading", READINGS, ids=str)
def test_a_pass_takes_networks_with_other_modules_and_leaves_their_state(
    reading: tuple[str, Options],
) -> None:
    net = small(space.cell(1), torch.float32)
    net.stem = nn.Sequential(net.stem, nn.Conv2d(4, 4, 3, padding=1), nn.ReLU(inplace=True))
    if reading[0] not in ONE_BY_ONE:
        net.head.append(nn.BatchNorm1d(16))
    before = fingerprint(net)
    run(reading[0], net, inputs("float32"), reading[1])
    assert fingerprint(net) == before


@pytest.mark.parametrize(
    "name", [name for name, entry in proxies.registered().items() if not entry.of]
)
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs CUDA")
def test_a_proxy_scores_the_same_on_cuda_needs_cuda(name: str) -> None:
    request = proxies.request(name)
    scores = []
    for device in ("cpu", "cuda"):
        there = network_inputs(None, 0, Dataset(10, 8), "float64", device)
        net = small(space.cell(1)).to(device)
        scores.append(
            request.score(
                *(
                    run(reading, net, there, options, batch=32)
                    for reading, options in request.readings
                )
            )
        )
    assert math.isfinite(scores[0])
    assert scores[1] == pytest.approx(scores[0], rel=1e-6)
