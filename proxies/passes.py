"""The computations that proxies share. Each runs once per network, whatever number of proxies reads its result.

A pass takes the network and an :class:`Inputs`, leaves the network as it found it, and returns plain numbers or tensors. Passes
are named as strings by the proxies that read them, so that the registry can be listed without importing torch.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.func import functional_call

LAYERS = (nn.Conv2d, nn.Linear)


@dataclass(frozen=True)
class Inputs:
    """What a pass may feed to a network.

    Attributes:
        image_shape: (channels, height, width) of one image.
        draw: returns the frozen batch of a given size, shape (size, channels, height, width); raises InputError when
            there are not as many images.
        dtype, device: of every computation.
    """

    image_shape: tuple[int, int, int]
    draw: Callable[[int], Tensor]
    dtype: torch.dtype
    device: torch.device


@contextmanager
def output_hooks(modules: Iterable[nn.Module], hook: Callable[[nn.Module, Tensor], Tensor | None]) -> Iterator[None]:
    """Call ``hook(module, output)`` after each module's forward; what it returns, if anything, replaces the output."""
    with ExitStack() as stack:
        for module in modules:
            stack.enter_context(module.register_forward_hook(lambda module, _, output: hook(module, output)))
        yield


@contextmanager
def overridden(modules: Iterable[nn.Module], **attributes: Any) -> Iterator[None]:
    """Set plain attributes of each module, and put back what was there before."""
    saved = [(m.__dict__, {key: m.__dict__[key] for key in attributes if key in m.__dict__}) for m in modules]
    try:
        for current, _ in saved:
            current.update(attributes)
        yield
    finally:
        for current, before in saved:
            for key in attributes:
                current.pop(key, None)
            current.update(before)


def batch_norm_bypassed(network: nn.Module) -> AbstractContextManager[None]:
    """Let every batch normalisation return its input."""
    return overridden(_batch_norms(network), forward=_identity)


def batch_statistics(network: nn.Module) -> AbstractContextManager[None]:
    """Let every batch normalisation use the batch's statistics, and keep its running ones unchanged."""
    return overridden(_batch_norms(network), training=True, track_running_stats=False)


def _batch_norms(network: nn.Module) -> list[nn.Module]:
    return [module for module in network.modules() if isinstance(module, nn.modules.batchnorm._BatchNorm)]


def _identity(x: Tensor) -> Tensor:
    return x


@dataclass(frozen=True)
class SynapticFlow:
    """Sensitivities of R, the sum of the logits of the linearised network for one all-ones image.

    All values are divided by exp(``log_scale``), which keeps them inside the range of float32.

    Attributes:
        total: R.
        operations: <output, dR/doutput> of every operation, keyed by (cell, edge).
        live: the keys of live operations.
        layers: <output, dR/doutput> summed over the calls of every convolution and linear layer, which without
            biases equals <theta, dR/dtheta> (Euler's theorem: a layer is linear in its weights).
        log_scale: logarithm of the divisor.
    """

    total: float
    operations: dict[tuple[int, tuple[int, int]], float]
    live: frozenset[tuple[int, tuple[int, int]]]
    layers: list[float]
    log_scale: float


def synaptic_flow(network: Any, inputs: Inputs) -> SynapticFlow:
    """Run the linearised network forward and backward once: absolute weights, zero biases, no batch normalisation.

    R is positively homogeneous in every activation, so dividing each stage's output by a detached scalar divides R and all
    sensitivities by the same number. Source: Tanaka et al., arXiv 2006.05467; arXiv 2106.11542, section 3.
    """
    linear = {
        name: torch.zeros_like(value) if name.endswith("bias") else value.detach().abs()
        for name, value in network.named_parameters()
    }
    captured: dict[nn.Module, list[Tensor]] = {}
    log_scales: list[float] = []

    def capture(module: nn.Module, output: Tensor) -> Tensor:
        # A view of its own for each module: Identity returns its input, whose gradient would count other edges too.
        own = output.view_as(output)
        captured.setdefault(module, []).append(own)
        return own

    def rescale(_: nn.Module, output: Tensor) -> Tensor:
        largest = float(output.detach().max())
        if largest == 0.0:
            return output
        log_scales.append(math.log(largest))
        return output / largest

    operations = network.operations
    layers = [module for module in network.modules() if isinstance(module, LAYERS)]
    ones = torch.ones(1, *inputs.image_shape, dtype=inputs.dtype, device=inputs.device, requires_grad=True)
    with (
        batch_norm_bypassed(network),
        output_hooks(dict.fromkeys([*layers, *(operation.module for operation in operations)]), capture),
        output_hooks(network.stages, rescale),
        torch.enable_grad(),
    ):
        total = functional_call(network, linear, (ones,)).sum()
        outputs = [output for calls in captured.values() for output in calls]
        gradients = torch.autograd.grad(total, outputs, allow_unused=True)
    products = iter([0.0 if g is None else float((o.detach() * g).sum()) for o, g in zip(outputs, gradients, strict=True)])
    flow = {module: sum(next(products) for _ in calls) for module, calls in captured.items()}
    return SynapticFlow(
        total=total.item(),
        operations={(o.cell, o.edge): flow[o.module] for o in operations},
        live=frozenset((o.cell, o.edge) for o in operations if o.live),
        layers=[flow[module] for module in layers],
        log_scale=math.fsum(log_scales),
    )


@dataclass(frozen=True)
class ActivationCodes:
    """Which units of which images are active.

    Attributes:
        agreement: K of shape (batch, batch), float64: the number of units, over all calls of all ReLUs, that are
            active for both images or for neither.
        units: the number of units, K's diagonal.
    """

    agreement: Tensor
    units: int


def activation_codes(network: Any, inputs: Inputs, *, batch: int) -> ActivationCodes:
    """Send *batch* images through the network in training mode and compare the signs at every call of a ReLU."""
    agreement = torch.zeros(batch, batch, dtype=torch.float64, device=inputs.device)
    units = 0

    def compare(_: nn.Module, output: Tensor) -> None:
        nonlocal units
        active = (output > 0).flatten(1).float()
        # A code x of zeros and ones: x.y + (1-x).(1-y) = n - |x| - |y| + 2 x.y. Counts below 2^24 are exact in float32.
        ones = active.sum(1)
        agreement.add_(active.shape[1] - ones[:, None] - ones[None, :] + 2 * (active @ active.T))
        units += active.shape[1]

    relus = [module for module in network.modules() if isinstance(module, nn.ReLU)]
    with batch_statistics(network), output_hooks(relus, compare), torch.no_grad():
        network(inputs.draw(batch))
    return ActivationCodes(agreement, units)


@dataclass(frozen=True)
class Cost:
    """The size of a network: trainable parameters, multiply-accumulates for one image, and both notions of what is live."""

    params: int
    flops: int
    live_params: int
    live_convs: int


def cost(network: Any, inputs: Inputs) -> Cost:
    """Count parameters, and multiply-accumulates of convolutions and linear layers (biases, pooling and norms are free)."""
    flops = 0

    def count(module: nn.Module, output: Tensor) -> None:
        nonlocal flops
        flops += output.numel() * module.weight[0].numel()  # type: ignore[index]

    layers = [module for module in network.modules() if isinstance(module, LAYERS)]
    with batch_norm_bypassed(network), output_hooks(layers, count), torch.no_grad():
        network(torch.zeros(1, *inputs.image_shape, dtype=inputs.dtype, device=inputs.device))
    params = _size(network)
    dead = sum(_size(operation.module) for operation in network.operations if not operation.live)
    convs = sum(_size(operation.module) > 0 for operation in network.operations if operation.live)
    return Cost(params=params, flops=flops, live_params=params - dead, live_convs=convs)


def _size(module: nn.Module) -> int:
    return sum(parameter.numel() for parameter in module.parameters() if parameter.requires_grad)
