"""What is fed to a network of the caller's: images that are drawn or given, or other tensors."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

import torch
from torch import Tensor, nn

from benchmarks_data.benchmark import Dataset
from benchmarks_data.errors import InputError
from benchmarks_data.initialisation import generator
from harness.scoring.inputs import network_inputs
from harness.scoring.natural import CURRENT, NATURAL, draw
from proxies.passes.common import Inputs, laid_out
from proxies.view import NotApplicable

Shape = tuple[int, int, int]


@dataclass(frozen=True)
class Fed:
    """What the caller gives.

    Attributes:
        image_shape: of one image; that of the images where these are given.
        images: (n, channels, height, width), or None: drawn.
        labels: (n,), or (n, length) of tokens; None: drawn, where images are.
        inputs: keyword tensors of a network that takes something else than images, whose first axis
            counts samples; None: it takes images.
    """

    image_shape: Shape
    images: Tensor | None = None
    labels: Tensor | None = None
    inputs: Mapping[str, Tensor] | None = None


class Keywords(nn.Module):
    """A network that takes keyword tensors, as one that takes the numbers of samples: (batch,) ->
    logits (batch, classes), or (batch, classes, length) where it has logits of every token.
    """

    def __init__(self, network: nn.Module, inputs: Mapping[str, Tensor]) -> None:
        super().__init__()
        self.network = network
        self._inputs = dict(inputs)

    def forward(self, numbers: Tensor) -> Any:
        output = self.network(**{name: one[numbers] for name, one in self._inputs.items()})
        output = getattr(output, "logits", output)
        if isinstance(output, Tensor) and output.dim() == 3:
            return output.movedim(-1, 1)
        return output


def checked(image_shape: Any, images: Any, labels: Any, inputs: Any) -> Fed:
    """Return what a caller gives.

    Raises:
        InputError: something has not the shape or the type that it must have.
    """
    if inputs is not None:
        if images is not None:
            raise InputError("images and inputs are both given: give one of them")
        count = _check_inputs(inputs)
    elif images is not None:
        if not isinstance(images, Tensor) or images.dim() != 4 or 0 in images.shape:
            raise InputError(
                f"images must be a tensor (n, channels, height, width), not {_described(images)}"
            )
        if not images.is_floating_point():
            raise InputError(
                f"images must be floating-point numbers, normalised, not {images.dtype}: divide "
                "them by 255, say"
            )
        count, image_shape = len(images), tuple(images.shape[1:])
    elif labels is not None:
        raise InputError("labels are given without images: give images= or inputs= too")
    else:
        count = 0
    if labels is not None:
        _check_labels(labels, count)
    if not _is_shape(image_shape):
        raise InputError(
            f"image_shape must be (channels, height, width), positive whole numbers, not "
            f"{image_shape!r}"
        )
    return Fed(tuple(image_shape), images, labels, inputs)


def _is_shape(value: Any) -> bool:
    return (
        isinstance(value, tuple | list)
        and len(value) == 3
        and all(isinstance(one, int) and not isinstance(one, bool) and one > 0 for one in value)
    )


def _check_inputs(inputs: Any) -> int:
    if not isinstance(inputs, Mapping) or not inputs:
        raise InputError(
            f"inputs must be a dict of keyword arguments of the network's forward, not "
            f"{_described(inputs)}"
        )
    for name, one in inputs.items():
        if not isinstance(name, str) or not isinstance(one, Tensor) or one.dim() < 1:
            raise InputError(
                f"inputs[{name!r}] must be a tensor whose first axis counts samples, not "
                f"{_described(one)}"
            )
    lengths = {name: len(one) for name, one in inputs.items()}
    if len(set(lengths.values())) > 1 or 0 in lengths.values():
        raise InputError(f"inputs must have one positive number of samples, not {lengths}")
    return next(iter(lengths.values()))


def _check_labels(labels: Any, count: int) -> None:
    if (
        not isinstance(labels, Tensor)
        or labels.is_floating_point()
        or labels.dtype == torch.bool
        or labels.dim() not in (1, 2)
        or len(labels) != count
    ):
        raise InputError(
            f"labels must be a tensor of {count} whole numbers, one for each sample, not "
            f"{_described(labels)}"
        )
    if int(labels.min()) < 0:
        raise InputError(f"labels must be 0 or more, not {int(labels.min())}")


def _described(value: Any) -> str:
    if isinstance(value, Tensor):
        return f"{str(value.dtype).removeprefix('torch.')} of shape {tuple(value.shape)}"
    return f"a {type(value).__name__}"


def inputs_of(
    fed: Fed,
    classes: int,
    seed: int,
    dtype: torch.dtype,
    device: torch.device,
    *,
    channels_last: bool = True,
) -> Inputs:
    """Return what passes may feed to the network.

    Images that are drawn have natural statistics, and labels that are drawn any of *classes*.
    Images of 3 channels and equal sides are those that the networks of benchmarks are fed.
    """
    name = str(dtype).removeprefix("torch.")
    shape = fed.image_shape
    base = network_inputs(CURRENT, seed, Dataset(classes, 1), name, str(device))
    images: Callable[..., Tensor]
    labels: Callable[..., Tensor] = base.labels
    if fed.inputs is not None:
        count = len(next(iter(fed.inputs.values())))
        images = partial(_part, torch.arange(count, device=device), "inputs")
    elif fed.images is not None:
        given = fed.images.detach().to(device, dtype)
        images = partial(_part, laid_out(given) if channels_last else given, "images")
    else:

        def images(size: int, part: int = 0) -> Tensor:
            drawn = _stream(shape, seed, part).first(size).to(device, dtype)
            return (laid_out(drawn) if channels_last else drawn).clone()

    if fed.labels is not None:
        labels = partial(_part, fed.labels.to(device, torch.int64), "labels")
    elif fed.inputs is not None or fed.images is not None:
        labels = _no_labels
    return Inputs(shape, images, labels, partial(generator, seed), dtype, device, channels_last)


def _part(values: Tensor, what: str, size: int, part: int = 0) -> Tensor:
    if size * (part + 1) > len(values):
        raise NotApplicable(
            f"the score takes {size * (part + 1)} samples, and {what} has {len(values)}: give "
            "more, or a smaller batch, as in snip[batch=16]"
        )
    return values[size * part : size * (part + 1)].clone()


def _no_labels(size: int, part: int = 0) -> Tensor:  # noqa: ARG001
    raise NotApplicable("the score needs labels: give labels=")


class _Stream:
    """Images of any shape by a seed, as many as are asked for: a smaller batch is the start of a
    larger one.

    Each channel has mean 0 and standard deviation 1. A single channel is green; beyond three, each
    group of three is an image of its own.
    """

    def __init__(self, shape: Shape, seed: int, part: int) -> None:
        self._shape = shape
        self._stream = generator(seed, NATURAL, part)
        self._drawn = torch.empty(0, *shape)

    def first(self, size: int) -> Tensor:
        """Return the first *size* images; their values are exact in float32."""
        if size > len(self._drawn):
            more = self._draw(size - len(self._drawn)).float()
            self._drawn = torch.cat([self._drawn, more])
        return self._drawn[:size]

    def _draw(self, count: int) -> Tensor:
        channels, height, width = self._shape
        groups = -(-channels // 3)
        fields = draw(count * groups, max(height, width), self._stream)[:, :, :height, :width]
        if channels == 1:
            return fields[:, 1:2]
        return fields.reshape(count, 3 * groups, height, width)[:, :channels]


@lru_cache(maxsize=4)
def _stream(shape: Shape, seed: int, part: int) -> _Stream:
    """Return the images of a part, which the networks of a comparison share."""
    return _Stream(shape, seed, part)
