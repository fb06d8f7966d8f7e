"""ZEROS of a supernet's operations against definitions, identities and finite differences."""

import math
from dataclasses import replace

import pytest
import torch
from torch import nn

from benchmarks_data import spaces
from benchmarks_data.benchmark import Dataset
from benchmarks_data.spaces.darts.supernet import DartsSupernet
from benchmarks_data.spaces.mobile import MobileSupernet
from benchmarks_data.spaces.nb201 import NasBench201Supernet
from benchmarks_data.spaces.proxyless import ProxylessSupernet
from benchmarks_data.spaces.supernet import Supernet
from harness.scoring.inputs import network_inputs
from proxies.passes.common import batch_norm_bypassed, batch_statistics
from proxies.passes.objectives import changed, preset
from proxies.passes.supernet import OperationSensitivity, drawn_gates, operation_sensitivity
from tests.networks import inputs

BATCH = 6


def small(cells: int = 1) -> NasBench201Supernet:
    return NasBench201Supernet(10, 0, channels=4, cells=cells).double()


def flat(found: OperationSensitivity) -> list[float]:
    return [value for row in found.values for value in row]


def loss(supernet: Supernet, gates: torch.Tensor) -> torch.Tensor:
    """The cross-entropy as a function of all gates in a row."""
    supernet.gates.values = list(
        gates.split([len(choice.operations) for choice in supernet.choices])
    )
    with batch_statistics(supernet):
        return nn.functional.cross_entropy(supernet(inputs().images(BATCH)), inputs().labels(BATCH))


def test_synflow_is_the_derivative_of_the_linearised_supernet() -> None:
    supernet = small()
    found = operation_sensitivity(supernet, inputs(), objective="synflow")
    for parameter in supernet.parameters():
        parameter.data = parameter.data.abs()
    for name, parameter in supernet.named_parameters():
        if name.endswith("bias"):
            parameter.data.zero_()
    supernet.gates.values = [row.double() for row in supernet.gates.values]
    x, step = torch.ones(1, 3, 8, 8, dtype=torch.float64), 1e-6
    expected = []
    with batch_norm_bypassed(supernet), torch.no_grad():
        for row in supernet.gates.values:
            for place in range(len(row)):
                values = []
                for sign in (1, -1):
                    row[place] = 1 + sign * step
                    values.append(float(supernet(x).sum()))
                row[place] = 1
                expected.append((values[0] - values[1]) / (2 * step))
    assert [value * math.exp(found.log_scale) for value in flat(found)] == pytest.approx(
        expected, rel=1e-6, abs=1e-6
    )


def test_operations_that_enter_the_last_node_carry_all_of_the_flow_in_every_cell() -> None:
    """So do those that leave the first node.

    Two cuts of the graph (Euler's theorem), each cell once.
    """
    for cells in (1, 2):
        found = operation_sensitivity(small(cells), inputs(), objective="synflow")
        cuts = [
            sum(
                sum(row)
                for choice, row in zip(spaces.get("nb201").choices, found.values, strict=True)
                if choice.edge[end] == node
            )
            for end, node in ((1, 3), (0, 0))
        ]
        assert cuts[0] == pytest.approx(cuts[1], rel=1e-12)
        supernet = small(cells)
        linear = {
            name: torch.zeros_like(v) if name.endswith("bias") else v.detach().abs()
            for name, v in supernet.named_parameters()
        }
        with batch_norm_bypassed(supernet):
            total = float(
                torch.func.functional_call(
                    supernet, linear, (torch.ones(1, 3, 8, 8, dtype=torch.float64),)
                ).sum()
            )
        assert cuts[0] * math.exp(found.log_scale) == pytest.approx(3 * cells * total, rel=1e-12)


def test_snip_and_grasp_are_derivatives_of_the_loss() -> None:
    supernet = small()
    ones = torch.ones(30, dtype=torch.float64, requires_grad=True)
    (gradient,) = torch.autograd.grad(loss(supernet, ones), ones, create_graph=True)
    (product,) = torch.autograd.grad((gradient * gradient.detach()).sum(), ones)
    supernet = small()
    for objective, expected in (("snip", gradient), ("grasp", product)):
        found = operation_sensitivity(supernet, inputs(), objective=objective, batch=BATCH)
        assert flat(found) == pytest.approx(expected.detach().abs().tolist(), rel=1e-8, abs=1e-14)
    assert all(torch.equal(row, torch.ones(5)) for row in supernet.gates.values), (
        "the gates are put back"
    )


def test_grasp_without_normalisation_is_a_derivative_of_the_loss_without_it() -> None:
    small_gates = 1e-2 * torch.ones(30, dtype=torch.float64)
    gates = small_gates.clone().requires_grad_()
    with batch_norm_bypassed(supernet := small()):
        (gradient,) = torch.autograd.grad(loss(supernet, gates), gates, create_graph=True)
        (product,) = torch.autograd.grad((gradient * gradient.detach()).sum(), gates)
    numerics = changed(preset("linearised", "grasp", "nb201"), batchnorm="bypass", gate_scale=1e-2)
    found = operation_sensitivity(
        small(), inputs(), objective="grasp", numerics=numerics, batch=BATCH
    )
    assert flat(found) == pytest.approx((small_gates * product).abs().tolist(), rel=1e-8, abs=1e-30)
    normalised = operation_sensitivity(
        small(),
        inputs(),
        objective="grasp",
        numerics=changed(numerics, batchnorm="train"),
        batch=BATCH,
    )
    assert flat(found) != pytest.approx(flat(normalised), rel=0.1)


@pytest.mark.parametrize(
    "make",
    [lambda: NasBench201Supernet(10, 0), lambda: DartsSupernet(10, 0, cells=8)],
    ids=["nb201", "darts"],
)
def test_float32_with_rescaling_equals_float64(make: object) -> None:
    values = {}
    for name in ("float32", "float64"):
        given = network_inputs(None, 0, Dataset(10, 32), name, "cpu")
        found = operation_sensitivity(make().to(given.dtype), given, objective="synflow")  # type: ignore[operator]
        assert not found.fault
        values[name] = [
            math.log(value) + found.log_scale if value else -math.inf for value in flat(found)
        ]
    assert values["float32"] == pytest.approx(values["float64"], abs=2e-5)


def test_the_reference_numerics_are_said_to_vanish_or_overflow() -> None:
    """As published: alpha of ones, float32, batch normalisation in training mode.

    The raw supernet reaches 6e56 without it.
    """
    given = network_inputs(None, 0, Dataset(10, 32), "float32", "cpu")
    numerics = changed(preset("linearised", "synflow", "nb201"), batchnorm="train")
    found = operation_sensitivity(
        NasBench201Supernet(10, 0), given, objective="synflow", numerics=numerics
    )
    assert found.fault == "the gradients vanished: every sensitivity is 0"
    double = replace(given, dtype=torch.float64)
    assert not operation_sensitivity(
        NasBench201Supernet(10, 0).double(), double, objective="synflow", numerics=numerics
    ).fault
    assert OperationSensitivity(((0.0, math.inf),)).fault.startswith("the sensitivities overflow")
    log_scale = operation_sensitivity(
        NasBench201Supernet(10, 0).double(), double, objective="synflow"
    ).log_scale
    assert 45 < log_scale / math.log(10) < 60


def test_what_is_computed_and_is_no_number_counts_as_overflow() -> None:
    supernet = small()
    supernet.gates.keep(
        [[kind != "nor_conv_3x3" for kind in choice.operations] for choice in supernet.choices]
    )
    supernet.classifier.weight.data.fill_(math.nan)
    found = operation_sensitivity(supernet, inputs(), objective="synflow")
    assert all(math.isnan(row[3]) and math.isinf(row[2]) for row in found.values)
    assert found.fault.startswith("the sensitivities overflow")


def test_gates_are_ones_or_normal_of_a_small_deviation() -> None:
    supernet = DartsSupernet(10, 0, channels=4, cells=3)
    given = network_inputs(None, 0, Dataset(10, 32), "float64", "cpu")
    authors, linearised = (
        preset("authors", "synflow", "darts"),
        preset("linearised", "synflow", "darts"),
    )
    drawn = torch.cat(drawn_gates(supernet, given, authors)).detach()
    assert float(drawn.std()) == pytest.approx(1e-3, rel=0.15)
    assert abs(float(drawn.mean())) < 3e-4
    assert torch.equal(
        torch.cat(drawn_gates(supernet, given, changed(authors, signs="absolute"))).detach(),
        drawn.abs(),
    )
    assert torch.allclose(
        torch.cat(drawn_gates(supernet, given, changed(authors, gate_scale=0.1))),
        100 * drawn,
        rtol=1e-14,
    )
    assert torch.equal(
        torch.cat(drawn_gates(supernet, given, linearised)), torch.ones(224, dtype=torch.float64)
    )
    assert torch.equal(
        torch.cat(drawn_gates(supernet, given, changed(authors, alpha="ones"))),
        torch.ones(224, dtype=torch.float64),
    )


def test_absolute_weights_are_those_of_a_supernet_that_has_them() -> None:
    numerics = changed(preset("linearised", "snip", "darts"), weights="absolute")
    found = {}
    for objective in ("snip", "grasp"):
        supernet = small()
        before = [parameter.clone() for parameter in supernet.parameters()]
        found[objective] = operation_sensitivity(
            supernet, inputs(), objective=objective, numerics=numerics, batch=BATCH
        )
        assert all(map(torch.equal, before, supernet.parameters())), "the weights are put back"
        for parameter in supernet.parameters():
            parameter.data.abs_()
        expected = operation_sensitivity(supernet, inputs(), objective=objective, batch=BATCH)
        assert flat(found[objective]) == pytest.approx(flat(expected), rel=1e-12)
        assert flat(found[objective]) != pytest.approx(
            flat(operation_sensitivity(small(), inputs(), objective=objective, batch=BATCH))
        )


def test_candidates_that_are_gone_have_no_sensitivity_and_change_that_of_the_others() -> None:
    supernet = small()
    whole = operation_sensitivity(supernet, inputs(), objective="synflow")
    supernet.gates.keep(
        [[kind != "nor_conv_3x3" for kind in choice.operations] for choice in supernet.choices]
    )
    rest = operation_sensitivity(supernet, inputs(), objective="synflow")
    assert all(math.isnan(row[3]) and not math.isnan(row[2]) for row in rest.values)
    assert rest.values[0][1] * math.exp(rest.log_scale) < whole.values[0][1] * math.exp(
        whole.log_scale
    )


def test_every_space_has_a_sensitivity_for_each_candidate_but_none() -> None:
    given = network_inputs(None, 0, Dataset(10, 64), "float32", "cpu")
    for supernet in (
        small().float(),
        DartsSupernet(10, 0, channels=4, cells=3),
        ProxylessSupernet(10, 0, channels=8),
        MobileSupernet(10, 0, channels=8),
    ):
        found = operation_sensitivity(supernet, given, objective="synflow")
        for choice, row in zip(supernet.choices, found.values, strict=True):
            assert [
                kind for kind, value in zip(choice.operations, row, strict=True) if value == 0
            ] == (["none"] if "none" in choice.operations else [])
