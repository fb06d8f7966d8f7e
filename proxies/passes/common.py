"""What passes share: their inputs, and context managers that change a network and put it back."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import Any, Protocol

import torch
from torch import Tensor, nn

from proxies.view import NotApplicable, Place, View


@dataclass(frozen=True)
class Sensitivities:
    """What a scalar R of the network gains from each operation.

    Attributes:
        operations: for every operation, <output, dR/doutput>, which is dR/dalpha for a gate alpha =
            1 on that output (or what stands in place of dR/dalpha); None where the network's
            operations are unknown.
        live: the places of live operations; None where they are unknown.
        log_scale: the logarithm of a positive number by which everything was divided.
    """

    operations: dict[Place, float] | None
    live: frozenset[Place] | None
    log_scale: float = 0.0


class Draw(Protocol):
    """Returns the *part*-th of the frozen batches of a given size; parts do not overlap."""

    def __call__(self, size: int, part: int = 0) -> Tensor: ...


@dataclass(frozen=True)
class Inputs:
    """What a pass, or a proxy that reads ``network``, may feed to a network.

    All of it depends on the seed (images and labels on that of batches, where these have their
    own) and is the same each time and for each architecture, so that scores can be compared.

    Attributes:
        image_shape: (channels, height, width) of one image; (length,) of a sequence of tokens.
        images: ``images(size)`` draws a normalised batch, shape (size, channels, height, width), in
            ``dtype`` on ``device``; ``images(size, part)`` the part-th of such batches, from 0 on,
            none of whose images is in another. It is a copy, which one may change. Of a network of
            the caller's that takes no images it is int64 (size,), the positions of its samples, of
            a benchmark's network of tokens int64 (size, length). Raises InputError, or
            NotApplicable for the caller's own images, when there are not as many.
        labels: ``labels(size)``, ``labels(size, part)`` draw the labels of the same batch, shape
            (size,), int64, from 0 on; (size, length) where there are logits of every token.
        stream: ``stream(*names)`` returns a new CPU generator that depends on the seed and the
            names alone.
        dtype, device: of images, weights and every computation.
        channels_last: whether images and weights that are drawn are laid out for speed.
    """

    image_shape: tuple[int, ...]
    images: Draw
    labels: Draw
    stream: Callable[..., torch.Generator]
    dtype: torch.dtype
    device: torch.device
    channels_last: bool = True

    def gaussian(self, shape: tuple[int, ...], *names: object) -> Tensor:
        """Return standard normal numbers that depend on the seed and *names* alone."""
        drawn = torch.randn(shape, generator=self.stream(*names)).to(self.device, self.dtype)
        return laid_out(drawn) if self.channels_last else drawn


def in_double(inputs: Inputs) -> Inputs:
    """Return the same inputs in float64."""
    return replace(
        inputs, dtype=torch.float64, images=lambda size, part=0: inputs.images(size, part).double()
    )


def laid_out(values: Tensor) -> Tensor:
    """Return images or weights with the channels last in memory, which convolution and pooling on a
    CPU take twice as fast.
    """
    return (
        values.contiguous(memory_format=torch.channels_last)
        if values.dim() == 4 and values.device.type == "cpu"
        else values
    )


def layers_of(network: nn.Module) -> dict[str, nn.Conv2d | nn.Linear]:
    """Return the convolutions and linear layers of a network by qualified name."""
    return {
        name: module
        for name, module in network.named_modules()
        if isinstance(module, nn.Conv2d | nn.Linear)
    }


def apply(function: type[torch.autograd.Function], *args: object) -> Any:
    """Call an autograd function, whose ``apply`` has no types."""
    return function.apply(*args)  # type: ignore[no-untyped-call]


@contextmanager
def output_hooks(
    modules: Iterable[nn.Module], hook: Callable[[nn.Module, Any], Any]
) -> Iterator[None]:
    """Call ``hook(module, output)`` after each module's forward.

    What it returns, if anything, replaces the output.
    """
    with ExitStack() as stack:
        for module in modules:
            stack.enter_context(
                module.register_forward_hook(lambda module, _, output: hook(module, output))
            )
        yield


def tensors_of(output: Any) -> tuple[Tensor, ...]:
    """Return what a module takes or puts out, a tensor or several, as a tuple.

    Of several the last is what the module has computed; the others it hands on.
    """
    return output if isinstance(output, tuple) else (output,)


def in_form_of(output: Any, tensors: tuple[Tensor, ...]) -> Any:
    """Return tensors as *output* has them: as a tuple, or the only one by itself."""
    return tensors if isinstance(output, tuple) else tensors[0]


@contextmanager
def stages_rescaled(stages: Iterable[nn.Module]) -> Iterator[list[float]]:
    """Divide all that each stage puts out, a tensor or several, by its largest absolute value.

    Yield the logarithms of those.

    It keeps a positively homogeneous network inside the range of float32: its output is divided by
    the product.
    """
    log_scales: list[float] = []

    def rescale(_: nn.Module, output: Any) -> Any:
        several = tensors_of(output)
        largest = max(float(one.detach().abs().max()) for one in several)
        if largest == 0.0:
            return output
        log_scales.append(math.log(largest))
        return in_form_of(output, tuple(one / largest for one in several))

    with output_hooks(stages, rescale):
        yield log_scales


@contextmanager
def input_hooks(modules: Iterable[nn.Module], hook: Callable[[Tensor], None]) -> Iterator[None]:
    """Call ``hook(input)`` before each module's forward."""
    with ExitStack() as stack:
        for module in modules:
            stack.enter_context(module.register_forward_pre_hook(lambda _, args: hook(args[0])))
        yield


@contextmanager
def captured_outputs(
    modules: Iterable[nn.Module], *, apart: bool = False
) -> Iterator[dict[nn.Module, list[Tensor]]]:
    """Collect the outputs of every call of each module, for derivatives by them.

    *apart* keeps them from a network that overwrites what its modules put out.
    """
    captured: dict[nn.Module, list[Tensor]] = {}

    def capture(module: nn.Module, output: Tensor) -> Tensor:
        # A view of its own for each module: Identity returns its input, whose gradient would count
        # other edges too.
        own = output.view_as(output)
        captured.setdefault(module, []).append(own)
        return own.clone() if apart else own

    with output_hooks(dict.fromkeys(modules), capture):
        yield captured


@contextmanager
def overridden(modules: Iterable[nn.Module], **attributes: Any) -> Iterator[None]:
    """Set plain attributes of each module, and put back what was there before."""
    saved = [
        (m.__dict__, {key: m.__dict__[key] for key in attributes if key in m.__dict__})
        for m in modules
    ]
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


@contextmanager
def batch_statistics(network: nn.Module) -> Iterator[None]:
    """Let every batch normalisation use the batch's statistics, and keep its running ones
    unchanged.

    No activation overwrites its input meanwhile, since hooks and derivatives look at it.
    """
    in_place = [module for module in network.modules() if getattr(module, "inplace", False)]
    with (
        overridden(_batch_norms(network), training=True, track_running_stats=False),
        overridden(in_place, inplace=False),
    ):
        yield


@contextmanager
def image_statistics(network: nn.Module) -> Iterator[None]:
    """Do the same where a batch is one image, which has no statistics of a single value."""
    with batch_statistics(network), ExitStack() as stack:
        for norm in _batch_norms(network):
            stack.enter_context(norm.register_forward_pre_hook(_check_values))
        yield


def _check_values(_: nn.Module, args: tuple[Tensor, ...]) -> None:
    (x,) = args
    if x[:, 0].numel() == 1:
        raise NotApplicable(
            "the score normalises every image by its own statistics, and a batch normalisation "
            "gets one value a channel"
        )


def running_statistics(network: nn.Module) -> AbstractContextManager[None]:
    """Let every batch normalisation use its running statistics.

    Mean 0 and variance 1 at initialisation.
    """
    return overridden(_batch_norms(network), training=False)


def _batch_norms(network: nn.Module) -> list[nn.Module]:
    return [
        module
        for module in network.modules()
        if isinstance(module, nn.modules.batchnorm._BatchNorm)
    ]


def _identity(x: Tensor) -> Tensor:
    return x


def ones_image(inputs: Inputs) -> Tensor:
    """Return one all-ones image, shape (1, channels, height, width)."""
    return torch.ones(1, *inputs.image_shape, dtype=inputs.dtype, device=inputs.device)


def gaussian_weights(network: nn.Module, inputs: Inputs, *names: object) -> dict[str, Tensor]:
    """Return standard normal weights for every convolution and linear layer, by qualified name of
    the parameter.
    """
    return {
        f"{name}.weight": inputs.gaussian(tuple(layer.weight.shape), *names, name)
        for name, layer in layers_of(network).items()
    }


def kaiming_weights(network: nn.Module, inputs: Inputs, *names: object) -> dict[str, Tensor]:
    """Return weights drawn normal with variance 2 / fan in (He et al.

    2015), by qualified name of the parameter.
    """
    drawn = gaussian_weights(network, inputs, *names)
    return {name: value * (2 / value[0].numel()) ** 0.5 for name, value in drawn.items()}


def labels(_: View, inputs: Inputs, *, batch: int) -> Tensor:
    """Return the labels of the first batch, shape (batch,)."""
    return inputs.labels(batch)
