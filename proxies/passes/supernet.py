"""ZEROS of the candidate operations of a supernet: one backward pass for all of them.

zeta(o, i, j) = |alpha * dR/dalpha|, alpha being the gate of operation o on edge (i, j), which all
cells share (arXiv 2106.11542).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.func import functional_call

from proxies.passes.common import (
    Inputs,
    batch_norm_bypassed,
    batch_statistics,
    in_double,
    ones_image,
    stages_rescaled,
)
from proxies.passes.loss import derivatives, hessian_products
from proxies.passes.objectives import OVERFLOWN, VANISHED, Numerics, changed
from proxies.passes.objectives import preset as of_preset
from proxies.passes.second_order import twice_differentiable

if TYPE_CHECKING:
    from benchmarks_data.spaces.choice import Choice
    from benchmarks_data.spaces.supernet import Supernet


@dataclass(frozen=True)
class OperationSensitivity:
    """zeta of every candidate.

    All values are divided by exp(``log_scale``), which keeps them inside the range of float32.

    Attributes:
        values: for every choice, zeta of each of its candidates; NaN for those that were not kept,
            infinite where the computation overflowed.
        log_scale: the logarithm of a positive number.
    """

    values: tuple[tuple[float, ...], ...]
    log_scale: float = 0.0

    @property
    def fault(self) -> str:
        """What makes the values useless, OVERFLOWN or VANISHED; empty when nothing does."""
        known = [value for row in self.values for value in row if not math.isnan(value)]
        if not all(map(math.isfinite, known)):
            return OVERFLOWN
        if not any(known):
            return VANISHED
        return ""


def operation_sensitivity(
    supernet: Supernet,
    inputs: Inputs,
    *,
    objective: str,
    numerics: Numerics | None = None,
    batch: int = 64,
    gates: Sequence[Tensor] | None = None,
) -> OperationSensitivity:
    """Return zeta of every candidate that the supernet's gates keep.

    Args:
        supernet: in the precision and on the device of *inputs*.
        inputs: what may be fed to it.
        objective: synflow: R is the sum of the logits of one all-ones image, under absolute weights
            and zero biases; snip: the cross-entropy of a batch; grasp: its Hessian times its
            gradient, by the gates, stands for dR/dalpha.
        numerics: what gates, weights and normalisation are; by default the preset ``linearised``.
        batch: number of images of snip and grasp.
        gates: by choice, in place of those that the numerics say.
    """
    numerics = numerics or of_preset("linearised", objective, "")
    if gates is None:
        gates = drawn_gates(supernet, inputs, numerics)
    gates = [gate.detach().requires_grad_() for gate in gates]
    bypassed = numerics.batchnorm == "bypass"
    norms = batch_norm_bypassed(supernet) if bypassed else batch_statistics(supernet)
    with norms, _set_gates(supernet, gates), torch.enable_grad():
        if objective == "synflow":
            gradients, log_scale = _flow(supernet, inputs, gates, rescaled=bypassed)
        else:
            with _absolute_weights(supernet) if numerics.weights == "absolute" else nullcontext():
                gradients, log_scale = _loss(supernet, inputs, gates, objective, batch), 0.0
    return zeta_of(gates, gradients, supernet.gates.kept, log_scale)


def zeta_of(
    gates: Sequence[Tensor],
    gradients: Sequence[Tensor],
    kept: Sequence[Sequence[bool]],
    log_scale: float = 0.0,
) -> OperationSensitivity:
    """Return |gate * gradient| of the candidates that are kept, by choice.

    *log_scale* is the logarithm of what the gradients are divided by.
    """
    rows = []
    for gate, gradient, flags in zip(gates, gradients, kept, strict=True):
        zeta = (gate.detach() * gradient).abs().tolist()
        # What is computed and is no number has overflown on its way.
        zeta = [math.inf if math.isnan(value) else value for value in zeta]
        rows.append(
            tuple(value if keep else math.nan for value, keep in zip(zeta, flags, strict=True))
        )
    return OperationSensitivity(tuple(rows), log_scale)


@dataclass(frozen=True)
class ChosenSensitivities:
    """The sensitivities of a supernet, as they concern one architecture.

    Attributes:
        edges: the (source, target) nodes of each choice.
        chosen: zeta of the architecture's operation of each choice.
        skip: zeta of the skip connection of each choice.
        log_scale: the logarithm of what all are divided by.
    """

    edges: tuple[tuple[int, int], ...]
    chosen: tuple[float, ...]
    skip: tuple[float, ...]
    log_scale: float


def choose(
    choices: Sequence[Choice], sensitivity: OperationSensitivity, kinds: Sequence[str]
) -> ChosenSensitivities:
    """Return what a supernet's sensitivities say of the architecture with these operations.

    Raises:
        FloatingPointError: they are useless.
    """
    if sensitivity.fault:
        raise FloatingPointError(sensitivity.fault)
    rows = list(zip(choices, sensitivity.values, kinds, strict=True))
    return ChosenSensitivities(
        edges=tuple(choice.edge for choice in choices),
        chosen=tuple(values[choice.operations.index(kind)] for choice, values, kind in rows),
        skip=tuple(values[choice.operations.index("skip_connect")] for choice, values, _ in rows),
        log_scale=sensitivity.log_scale,
    )


def supernet_synflow(supernet: Supernet, inputs: Inputs, **options: str) -> OperationSensitivity:
    """Return the sensitivities for one all-ones image; in float64 where normalisation is active."""
    numerics = _numerics(supernet, "synflow", **options)
    if numerics.batchnorm == "train":
        supernet, inputs = supernet.double(), in_double(inputs)
    return operation_sensitivity(supernet, inputs, objective="synflow", numerics=numerics)


def supernet_snip(
    supernet: Supernet, inputs: Inputs, *, batch: int, **options: str
) -> OperationSensitivity:
    """Return the sensitivities for the loss of a batch, in float64.

    In float32 they are rounding errors with gates of 1.

    A cell of the supernet multiplies its input by some 18 through skip connections and poolings, so
    that after 15 cells what the convolutions add is below the precision of float32, and the last
    normalisation takes out the rest.
    """
    numerics = _numerics(supernet, "snip", **options)
    return operation_sensitivity(
        supernet.double(), in_double(inputs), objective="snip", numerics=numerics, batch=batch
    )


def supernet_grasp(
    supernet: Supernet, inputs: Inputs, *, batch: int, **options: str
) -> OperationSensitivity:
    """Return the sensitivities for the product of the loss's Hessian and gradient, in float64."""
    numerics = _numerics(supernet, "grasp", **options)
    return operation_sensitivity(
        supernet.double(), in_double(inputs), objective="grasp", numerics=numerics, batch=batch
    )


def _numerics(supernet: Supernet, objective: str, *, preset: str, **options: str) -> Numerics:
    """Return what a request's options stand for.

    The word ``preset`` leaves an option to the preset.
    """
    given = {name: value for name, value in options.items() if value != "preset"}
    scale = float(given.pop("gate_scale")) if "gate_scale" in given else None
    return changed(of_preset(preset, objective, supernet.space), gate_scale=scale, **given)


def drawn_gates(supernet: Supernet, inputs: Inputs, numerics: Numerics) -> list[Tensor]:
    """Return the gates of every choice, as the numerics and the seed of the inputs say."""
    gates = []
    for number, choice in enumerate(supernet.choices):
        shape = (len(choice.operations),)
        value = torch.ones(shape, dtype=inputs.dtype, device=inputs.device)
        if numerics.alpha == "normal":
            value = inputs.gaussian(shape, "alpha", number)
        value = numerics.gate_scale * value
        gates.append((value.abs() if numerics.signs == "absolute" else value).requires_grad_())
    return gates


@contextmanager
def _absolute_weights(supernet: Supernet) -> Iterator[None]:
    """Let the supernet compute with the absolute values of its parameters."""
    parameters = list(supernet.parameters())
    before = [parameter.data for parameter in parameters]
    try:
        for parameter in parameters:
            parameter.data = parameter.data.abs()
        yield
    finally:
        for parameter, data in zip(parameters, before, strict=True):
            parameter.data = data


@contextmanager
def _set_gates(supernet: Supernet, gates: list[Tensor]) -> Iterator[None]:
    before = supernet.gates.values
    supernet.gates.values = gates
    try:
        yield
    finally:
        supernet.gates.values = before


def _flow(
    supernet: Supernet, inputs: Inputs, gates: list[Tensor], *, rescaled: bool
) -> tuple[list[Tensor], float]:
    """Return dR/dalpha of R, the sum of the logits, and the logarithm of what it is divided by."""
    linear = {
        name: torch.zeros_like(value) if name.endswith("bias") else value.detach().abs()
        for name, value in supernet.named_parameters()
    }
    with stages_rescaled(supernet.stages if rescaled else []) as log_scales:
        total = functional_call(supernet, linear, (ones_image(inputs),)).sum()
    return derivatives(total, gates), math.fsum(log_scales)


def _loss(
    supernet: Supernet, inputs: Inputs, gates: list[Tensor], objective: str, batch: int
) -> list[Tensor]:
    """Return dL/dalpha of the cross-entropy L of a batch, or the product of its Hessian with it."""
    images, labels = inputs.images(batch), inputs.labels(batch)
    if objective == "snip":
        return derivatives(nn.functional.cross_entropy(supernet(images), labels), gates)
    with twice_differentiable(supernet):
        return hessian_products(nn.functional.cross_entropy(supernet(images), labels), gates)
