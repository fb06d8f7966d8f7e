"""Activation patterns of ReLUs, whatever way they are called.

As a module, a function of torch or a method of a tensor.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn
from torch.func import functional_call
from torch.overrides import TorchFunctionMode

from proxies.passes.common import Inputs, batch_statistics, gaussian_weights, kaiming_weights
from proxies.view import NotApplicable, View

Functions = frozenset[Callable[..., Any]]
#: Every way to call a ReLU; a module ends in the first of them.
RELUS: Functions = frozenset(
    {nn.functional.relu, torch.relu, torch.relu_, Tensor.relu, Tensor.relu_}
)
#: Smooth ones, which are negative where a ReLU is 0.
SMOOTH: Functions = frozenset({nn.functional.gelu, nn.functional.silu})


class _Watched(TorchFunctionMode):
    """Has *compute* give the output of every ReLU, or other of *functions*, that is called
    meanwhile, from its input and what would compute it.
    """

    def __init__(
        self,
        compute: Callable[[Tensor, Callable[[], Tensor]], Tensor],
        functions: Functions = RELUS,
    ) -> None:
        super().__init__()
        self._compute, self._functions = compute, functions

    def __torch_function__(
        self,
        function: Any,
        types: Sequence[type],
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        call = partial(function, *args, **(kwargs or {}))
        if function not in self._functions:
            return call()
        return self._compute(args[0] if args else call.keywords["input"], call)


def watched(see: Callable[[Tensor], None], functions: Functions = RELUS) -> _Watched:
    """Let *see* look at the output of every ReLU, or other of *functions*."""

    def compute(_: Tensor, call: Callable[[], Tensor]) -> Tensor:
        output = call()
        see(output)
        return output

    return _Watched(compute, functions)


@dataclass(frozen=True)
class ActivationCodes:
    """Which units of which images are active.

    Attributes:
        agreement: K of shape (batch, batch), float64: the number of units, over all calls of all
            ReLUs, that are active for both images or for neither.
        units: the number of units, K's diagonal.
    """

    agreement: Tensor
    units: int


def activation_codes(view: View, inputs: Inputs, *, batch: int) -> ActivationCodes:
    """Send *batch* images through the network in training mode and compare the signs at every call
    of a ReLU.

    Several operations of a cell read one node: what their ReLUs make of it is computed once, and
    counted for each.
    """
    network = view.module
    total = torch.zeros(batch, batch, dtype=torch.float64, device=inputs.device)
    units = 0
    #: What ReLUs have last been given, in which version, what they made of it, and the agreement of
    #: the images there.
    recent: deque[tuple[Tensor, int, Tensor, Tensor]] = deque(maxlen=3)

    def compare(x: Tensor, call: Callable[[], Tensor]) -> Tensor:
        nonlocal units
        known = next((entry for entry in recent if entry[0] is x and entry[1] == x._version), None)
        # Any network may overwrite what its ReLUs put out: then each computes its own.
        if known is None or view.anatomy is not None:
            output = call()
            known = x, x._version, output, _agreement(output)
            recent.append(known)
        total.add_(known[3])
        units += x[0].numel()
        return known[2]

    with batch_statistics(network), _Watched(compare), torch.no_grad():
        network(inputs.images(batch))
    return ActivationCodes(total, units)


def _agreement(output: Tensor) -> Tensor:
    """Return for each two images the number of units that are active for both or for neither,
    (batch, batch).

    A code x of zeros and ones: x.y + (1-x).(1-y) = n - |x| - |y| + 2 x.y. Counts below 2^24 are
    exact in float32.
    """
    active = (output.permute(0, 2, 3, 1) if output.dim() == 4 else output).flatten(1).sign().float()
    ones = active.sum(1)
    return active.shape[1] - ones[:, None] - ones[None, :] + 2 * (active @ active.T)


@dataclass(frozen=True)
class NeuronPatterns:
    """How many distinct patterns of activity over a batch the network's units show.

    Attributes:
        distinct: number of distinct patterns over all calls of all ReLUs (or of other activations
            too), for each draw of the weights.
    """

    distinct: list[int]


def neuron_patterns(view: View, inputs: Inputs, *, batch: int) -> NeuronPatterns:
    """Send *batch* images (at most 62: a bit each) through the network and collect for each unit
    those that activate it.
    """
    network = view.module
    return NeuronPatterns([_distinct_patterns(network, inputs.images(batch), {})])


def any_patterns(view: View, inputs: Inputs, *, batch: int) -> NeuronPatterns:
    """Do the same for the units of every ReLU, GELU and SiLU.

    A unit is active where its activation is positive. In a transformer each unit counts at each
    token.
    """
    return NeuronPatterns(
        [_distinct_patterns(view.module, inputs.images(batch), {}, RELUS | SMOOTH)]
    )


def gaussian_patterns(view: View, inputs: Inputs, *, batch: int, repeats: int) -> NeuronPatterns:
    """Do the same *repeats* times, each with standard normal weights of its own."""
    network = view.module
    images = inputs.images(batch)
    draws = (
        gaussian_weights(network, inputs, "gaussian_patterns", repeat) for repeat in range(repeats)
    )
    return NeuronPatterns([_distinct_patterns(network, images, weights) for weights in draws])


def _distinct_patterns(
    network: Any,
    images: Tensor,
    weights: dict[str, Tensor],
    functions: Functions = RELUS,
) -> int:
    """Return the number of distinct patterns when *weights* take the place of the network's."""
    bits = 2 ** torch.arange(len(images), device=images.device)
    patterns: list[Tensor] = []

    def collect(output: Tensor) -> None:
        if len(output) != len(images):
            raise NotApplicable("the first axis of an activation's output does not count samples")
        patterns.append(torch.unique(((output > 0).flatten(1) * bits[:, None]).sum(0)))

    with batch_statistics(network), watched(collect, functions), torch.no_grad():
        functional_call(network, weights, (images,))
    return len(torch.unique(torch.cat(patterns))) if patterns else 0


#: Side of the images in pixels, and the number of points on the segment.
REGION_SIDE, REGION_POINTS = 4, 1000


@dataclass(frozen=True)
class LinearRegions:
    """How many linear regions of a thinned network a segment between two inputs crosses."""

    crossed: int


def linear_regions(view: View, inputs: Inputs) -> LinearRegions:
    """Count the distinct activation codes at 1,000 points of the segment between two Gaussian
    images of 4 x 4 pixels.

    At full width every point has a code of its own, so the count says nothing. As in the reference
    implementation one channel is kept in every layer, here by setting all other weights to zero:
    the other units are then the same everywhere. The reference draws 1,000 independent images of 3
    x 3 pixels for a network of one cell a stage; with five cells nearly all of those differ too
    (1,000 regions for 54 of 60 cells), hence the segment. Source: Chen et al. 2021 (TE-NAS), arXiv
    2102.11535; for segments Hanin and Rolnick 2019, arXiv 1901.09021.
    """
    network = view.module
    weights = kaiming_weights(network, inputs, "linear_regions")
    thin = {}
    for name, value in weights.items():
        thin[name] = torch.zeros_like(value)
        fan_in = value[0].numel() / value[0, :1].numel()
        thin[name][0, 0] = value[0, 0] * fan_in**0.5  # variance 2 / fan in of the one channel
    codes: list[Tensor] = []

    def collect(output: Tensor) -> None:
        codes.append((output[:, 0] > 0).flatten(1))

    start, end = (
        inputs.gaussian((1, inputs.image_shape[0], REGION_SIDE, REGION_SIDE), "linear_regions", at)
        for at in ("start", "end")
    )
    along = torch.linspace(0, 1, REGION_POINTS, dtype=inputs.dtype, device=inputs.device).view(
        -1, 1, 1, 1
    )
    with batch_statistics(network), watched(collect), torch.no_grad():
        functional_call(network, thin, (start + (end - start) * along,))
    return LinearRegions(len(torch.unique(torch.cat(codes, 1), dim=0)) if codes else 1)
