"""Derivatives that forget activations or use fused kernels twice equal the plain ones.

And how much memory passes take.
"""

import multiprocessing
import resource
import sys
from concurrent.futures import ProcessPoolExecutor

import pytest
import torch
from torch import nn

from benchmarks_data.nb201 import space
from harness.scoring.job import Job, Task
from harness.scoring.networks import build_network
from proxies.passes import PASSES, loss
from proxies.passes.loss import gate_hessian_gradient, hessian_gradient, loss_gradient
from proxies.passes.second_order import twice_differentiable
from proxies.view import cell_view
from tests.networks import inputs, small

CELLS = [
    space.cell(1),
    ("nor_conv_3x3", "none", "skip_connect", "none", "avg_pool_3x3", "nor_conv_1x1"),
]


@pytest.mark.parametrize("cell", CELLS, ids=space.format_cell)
def test_recomputed_stages_give_the_same_derivatives(
    cell: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    def derivatives() -> list[torch.Tensor]:
        first = loss_gradient(cell_view(small(cell)), inputs(), batch=8)
        second = hessian_gradient(cell_view(small(cell)), inputs(), batch=8)
        gates = [
            *first.operations.values(),
            *gate_hessian_gradient(cell_view(small(cell)), inputs(), batch=8).operations.values(),
        ]
        pairs = [*first.weights.values(), *second.weights.values()]
        return [
            *(derivative for _, derivative in pairs),
            *first.channels.values(),
            torch.tensor(gates, dtype=torch.float64),
        ]

    kept = derivatives()
    monkeypatch.setattr(loss, "FIRST_ORDER", 0)
    monkeypatch.setattr(loss, "SECOND_ORDER", 0)
    for one, other in zip(kept, derivatives(), strict=True):
        torch.testing.assert_close(other, one, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(
    "module",
    [
        nn.Conv2d(4, 6, 3, stride=2, padding=1, bias=True),
        nn.Conv2d(4, 4, 3, padding=2, dilation=2, groups=2, bias=False),
        nn.BatchNorm2d(4),
        nn.BatchNorm2d(4, affine=False),
        nn.Sequential(nn.BatchNorm2d(4)),
    ],
    ids=str,
)
def test_second_derivatives_equal_those_of_pytorch(module: nn.Module) -> None:
    generator = torch.Generator().manual_seed(0)
    module = module.double()
    at_initialisation = isinstance(module, nn.Sequential)
    for parameter in [] if at_initialisation else module.parameters():  # neither ones nor zeros
        parameter.data = torch.randn(parameter.shape, generator=generator, dtype=torch.float64)
    x = torch.randn(3, 4, 5, 5, generator=generator, dtype=torch.float64).requires_grad_()
    variables = [x] if at_initialisation else [x, *module.parameters()]

    def twice() -> list[torch.Tensor]:
        output = module(x)
        first = torch.autograd.grad((output**3).sum(), variables, create_graph=True)
        inner = sum((gradient**2).sum() for gradient in first)
        return [*first, *torch.autograd.grad(inner, variables)]

    expected = twice()
    with twice_differentiable(nn.Sequential(module)):
        found = twice()
    torch.testing.assert_close(found, expected, rtol=1e-9, atol=1e-9)


#: Each pass has a process of its own, forked from one that has imported what they need.
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload([__name__])


def memory_of_a_batch(name: str) -> int:
    """How much more memory a process needs for 128 images than for one, in KiB."""
    torch.set_num_threads(1)
    job = Job("nb201", "cifar10")

    def peak(batch: int) -> int:
        options = {"batch": batch, "repeats": 1, "entries": 1}
        taken = {key: value for key, value in options.items() if key in PASSES[name].options}
        network = build_network(job, Task(1462, 0, ()), "cpu")  # of six 3 x 3 convolutions
        PASSES[name].function()(cell_view(network), inputs("float32", 32), **taken)
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    before = peak(2 if name == "stage_features" else 1)
    return peak(128) - before


BATCHED = [
    name
    for name, entry in PASSES.items()
    if "batch" in entry.options and not entry.largest_batch and not entry.supernet
    if not entry.transformers
]


@pytest.mark.slow
@pytest.mark.parametrize("name", BATCHED)
@pytest.mark.skipif(sys.platform != "linux", reason="ru_maxrss is in KiB on Linux")
def test_a_batch_of_128_takes_less_than_a_gigabyte_and_a_half(name: str) -> None:
    with ProcessPoolExecutor(1, mp_context=PROCESSES) as pool:
        assert pool.submit(memory_of_a_batch, name).result() < 1.5 * 2**20
