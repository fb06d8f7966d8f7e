"""Every data-driven proxy against its definition, computed literally and independently, in float64
on small networks.
"""

import math

import numpy as np
import pytest
import torch
from torch import nn

import proxies
from benchmarks_data.nb201 import space
from benchmarks_data.nb201.network import Network
from proxies.passes.jacobian import InputJacobian
from proxies.passes.loss import hessian_gradient, loss_gradient
from proxies.view import cell_view
from tests.networks import FORMULA_CELLS as CELLS
from tests.networks import inputs, score, small

BATCH = 12


def layers(net: nn.Module) -> list[nn.Conv2d | nn.Linear]:
    return [module for module in net.modules() if isinstance(module, nn.Conv2d | nn.Linear)]


def gradients(net: Network, part: int = 0) -> list[torch.Tensor]:
    """dL/dtheta of every layer, by the ordinary backward pass of a network in training mode."""
    net.zero_grad()
    nn.functional.cross_entropy(
        net.train()(inputs().images(BATCH, part)), inputs().labels(BATCH, part)
    ).backward()
    return [
        torch.zeros_like(m.weight) if m.weight.grad is None else m.weight.grad.clone()
        for m in layers(net)
    ]


def weights(net: Network) -> list[torch.Tensor]:
    return [module.weight.detach() for module in layers(net)]


@pytest.mark.parametrize("cell", CELLS, ids=space.format_cell)
def test_snip_grad_norm_and_plain(cell: tuple[str, ...]) -> None:
    net = small(cell)
    pairs = list(zip(weights(net), gradients(net), strict=True))
    expected = {
        "snip": sum(float((w * g).abs().sum()) for w, g in pairs),
        "grad_norm": sum(float(g.norm()) for _, g in pairs),
        "plain": sum(float((w * g).sum()) for w, g in pairs),
    }
    assert {name: score(f"{name}[batch={BATCH}]", cell) for name in expected} == pytest.approx(
        expected, rel=1e-9, abs=1e-12
    )


def test_l2_norm() -> None:
    assert score("l2_norm", CELLS[0]) == pytest.approx(
        sum(float(w.norm()) for w in weights(small(CELLS[0])))
    )


@pytest.mark.parametrize("cell", CELLS, ids=space.format_cell)
def test_fisher(cell: tuple[str, ...]) -> None:
    net, outputs = small(cell), {}
    for module in layers(net):
        module.register_forward_hook(
            lambda module, _, output: (output.retain_grad(), outputs.update({module: output}))[1]
        )
    gradients(net)
    expected = {"weights": 0.0, "channels": 0.0}
    for module, output in outputs.items():
        product = output.detach() * (
            torch.zeros_like(output) if output.grad is None else output.grad
        )
        per_channel = product.flatten(2).sum(2) if product.dim() == 4 else product
        for channel, value in enumerate(0.5 * (per_channel**2).mean(0)):
            expected["channels"] += float(value)
            expected["weights"] += float(value) * module.weight[channel].numel()
    for over, value in expected.items():
        assert score(f"fisher[batch={BATCH},over={over}]", cell) == pytest.approx(value, rel=1e-9)


@pytest.mark.parametrize("cell", CELLS, ids=space.format_cell)
def test_grasp_is_the_directional_derivative_of_the_gradient(cell: tuple[str, ...]) -> None:
    # H g by central differences along g.
    net, step = small(cell), 1e-8
    start, direction = weights(small(cell)), gradients(small(cell))
    ends = []
    for sign in (1, -1):
        with torch.no_grad():
            for module, w, g in zip(layers(net), start, direction, strict=True):
                module.weight.copy_(w + sign * step * g)
        ends.append(gradients(net))
    product = sum(
        float((w * (up - down)).sum()) / (2 * step)
        for w, up, down in zip(start, *ends, strict=True)
    )
    assert score(f"grasp[batch={BATCH}]", cell) == pytest.approx(-product, rel=1e-4)


def gated_loss(cell: tuple[str, ...], gates: torch.Tensor) -> torch.Tensor:
    net = small(cell)
    for number, operation in enumerate(net.operations):
        operation.module.register_forward_hook(
            lambda _, __, output, number=number: output * gates[number]
        )
    return nn.functional.cross_entropy(net(inputs().images(BATCH)), inputs().labels(BATCH))


@pytest.mark.parametrize("cell", CELLS, ids=space.format_cell)
@pytest.mark.parametrize("objective", ["snip", "grasp"])
def test_zeros_of_the_loss_by_literal_gates(cell: tuple[str, ...], objective: str) -> None:
    ones = torch.ones(18, dtype=torch.float64)
    derivative = torch.autograd.functional.jacobian(lambda gates: gated_loss(cell, gates), ones)
    if objective == "grasp":
        derivative = (
            torch.autograd.functional.hessian(lambda gates: gated_loss(cell, gates), ones)
            @ derivative
        )
    zeta = derivative.abs().reshape(3, 6).sum(0)[torch.tensor(space.live_edges(cell))]
    assert score(f"zeros[objective={objective},batch={BATCH}]", cell) == pytest.approx(
        math.log(float(zeta.mean())), abs=1e-8
    )


def jacobian(cell: tuple[str, ...]) -> np.ndarray:
    images = inputs().images(BATCH).requires_grad_()
    small(cell).train()(images).sum().backward()
    return images.grad.flatten(1).numpy()


@pytest.mark.parametrize("cell", CELLS, ids=space.format_cell)
def test_jacov(cell: tuple[str, ...]) -> None:
    eigenvalues = np.linalg.eigvalsh(np.corrcoef(jacobian(cell)))
    expected = -np.sum(np.log(eigenvalues + 1e-5) + 1 / (eigenvalues + 1e-5))
    assert score(f"jacov[batch={BATCH}]", cell) == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("zeros", -math.inf),
        ("zeros[objective=snip]", -math.inf),
        ("synflow", -math.inf),
        ("snip[batch=4]", 0.0),
        ("grad_norm[batch=4]", 0.0),
        ("plain[batch=4]", 0.0),
        ("grasp[batch=4]", 0.0),
        ("zico[batch=4]", 0.0),
        ("jacov[batch=4]", math.nan),
        ("epe_nas[batch=8]", math.nan),
        ("naswot[batch=4]", -math.inf),
        ("zen[batch=4,repeats=1]", -math.inf),
        ("te_ntk[batch=4]", math.nan),
        ("te_ntk[batch=4,mode=train]", math.nan),
        ("az_expressivity[batch=4,undefined=lowest]", -math.inf),
        ("swap[batch=4,weights=normal,repeats=2]", 1.0),
        ("te_regions", 1.0),
        ("swap[batch=4]", 1.0),
        ("az_expressivity[batch=4]", math.nan),
    ],
)
def test_a_network_that_ignores_its_input_has_a_documented_value(name: str, value: float) -> None:
    assert score(name, space.cell(1651)) == pytest.approx(value, nan_ok=True)


@pytest.mark.parametrize("cell", CELLS, ids=space.format_cell)
def test_grasp_of_normalised_layers_is_their_squared_gradient_norm(cell: tuple[str, ...]) -> None:
    curvature = hessian_gradient(cell_view(small(cell)), inputs(), batch=BATCH)
    gradient = loss_gradient(cell_view(small(cell)), inputs(), batch=BATCH)
    normalised = [
        name for name in curvature.weights if "shortcut" not in name and name != "classifier"
    ]
    products = math.fsum(
        -float((theta * product).sum())
        for theta, product in (curvature.weights[name] for name in normalised)
    )
    squares = math.fsum(float(gradient.weights[name][1].square().sum()) for name in normalised)
    assert products == pytest.approx(squares, rel=1e-3)  # but for the epsilon under the root


def test_epe_nas_by_hand() -> None:
    # Two classes: the first with two opposite Jacobians (correlation -1), the second with a single
    # image.
    rows = torch.tensor([[1.0, 2.0, 3.0], [3.0, 2.0, 1.0], [1.0, 0.0, 1.0]], dtype=torch.float64)
    labels = torch.tensor([4, 4, 7])
    formula = proxies.request("epe_nas").proxy.function
    assert formula(InputJacobian(rows, 10), labels) == pytest.approx(abs(4 * math.log(1 + 1e-5)))
    # Above 100 classes: the mean over classes of the distances between the classes' scores.
    rows = torch.cat([rows, torch.tensor([[1.0, 1.0, 0.0]], dtype=torch.float64)])
    s = [4 * math.log(1 + 1e-5) / 2, (2 * math.log(1 + 1e-5) + 2 * math.log(0.5 + 1e-5)) / 2]
    assert formula(InputJacobian(rows, 120), torch.tensor([4, 4, 7, 7])) == pytest.approx(
        abs(s[0] - s[1])
    )
    assert math.isnan(formula(InputJacobian(rows, 10), torch.arange(4)))


@pytest.mark.parametrize("cell", CELLS, ids=space.format_cell)
def test_zico(cell: tuple[str, ...]) -> None:
    both = [
        np.stack([a.numpy(), b.numpy()])
        for a, b in zip(gradients(small(cell)), gradients(small(cell), 1), strict=True)
    ]
    expected = 0.0
    for pair in both:
        deviation = pair.std(0)
        varies = deviation > 0
        total = float((np.abs(pair).mean(0)[varies] / deviation[varies]).sum())
        expected += math.log(total) if total > 0 else 0.0
    assert score(f"zico[batch={BATCH}]", cell) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("cell", CELLS, ids=space.format_cell)
def test_te_ntk_image_by_image(cell: tuple[str, ...]) -> None:
    given, net = inputs(), small(cell)
    for name, module in net.named_modules():
        if isinstance(module, nn.Conv2d | nn.Linear):
            deviation = math.sqrt(2 / module.weight[0].numel())
            module.weight.data = deviation * given.gaussian(
                tuple(module.weight.shape), "tangent_kernel", name
            )
    by_name = {name: value for name, value in net.named_parameters() if name.endswith("weight")}
    rows = []
    for image in given.images(5):
        net.eval().zero_grad()
        net(image[None]).sum().backward()
        rows.append(
            torch.cat(
                [
                    (torch.zeros_like(w) if w.grad is None else w.grad).flatten()
                    for w in by_name.values()
                ]
            )
        )
    eigenvalues = torch.linalg.eigvalsh(torch.stack(rows) @ torch.stack(rows).T)
    assert score("te_ntk[batch=5]", cell) == pytest.approx(
        float(eigenvalues[-1] / eigenvalues[0]), rel=1e-6
    )


@pytest.mark.parametrize("cell", CELLS, ids=space.format_cell)
def test_te_ntk_of_a_batch_that_normalises_itself(cell: tuple[str, ...]) -> None:
    given, net = inputs(), small(cell)
    for name, module in net.named_modules():
        if isinstance(module, nn.Conv2d | nn.Linear):
            fan_out = module.weight[:, 0].numel()
            drawn = given.gaussian(tuple(module.weight.shape), "tangent_kernel", name)
            module.weight.data = math.sqrt(2 / fan_out) * drawn
    by_name = [value for name, value in net.named_parameters() if name.endswith("weight")]
    rows = []
    for number in range(5):
        net.train().zero_grad()
        net(given.images(5))[number].sum().backward()
        rows.append(
            torch.cat(
                [(torch.zeros_like(w) if w.grad is None else w.grad).flatten() for w in by_name]
            )
        )
    eigenvalues = torch.linalg.eigvalsh(torch.stack(rows) @ torch.stack(rows).T)
    assert score("te_ntk[batch=5,mode=train]", cell) == pytest.approx(
        float(eigenvalues[-1] / eigenvalues[0]), rel=1e-6
    )
