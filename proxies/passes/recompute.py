"""Memory for time: a stage whose activations are large forgets them, and computes them again where
a derivative needs them.

As torch.utils.checkpoint does; but here the backward pass forgets as well, so that second
derivatives hardly take more memory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable

from proxies.passes.common import apply, overridden

Run = Callable[[Tensor], Tensor]


@contextmanager
def recomputed(
    stages: Iterable[nn.Module], variables: Callable[[nn.Module], list[Tensor]], *, above: int
) -> Iterator[None]:
    """Let every stage whose input has more than *above* values compute its activations again in the
    backward pass.

    Args:
        stages: modules that follow one another; one that takes several tensors keeps its
            activations.
        variables: returns the tensors, besides its input, by which a stage's output is
            differentiated.
        above: a number of values of all images of a batch together.
    """
    with ExitStack() as stack:
        for stage in stages:
            forward = partial(_forward, stage.forward, variables(stage), above)
            stack.enter_context(overridden([stage], forward=forward))
        yield


def _forward(run: Run, variables: list[Tensor], above: int, x: Any) -> Any:
    if isinstance(x, tuple) or x.numel() <= above or not torch.is_grad_enabled():
        return run(x)
    y: Tensor = apply(_Stage, run, variables, x, *variables)
    return y


class _Stage(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, run: Run, variables: list[Tensor], x: Tensor, *_: Tensor) -> Tensor:
        ctx.save_for_backward(x)
        ctx.run, ctx.variables = run, variables
        return run(x)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        (x,) = ctx.saved_tensors
        return (
            None,
            None,
            *apply(_StageBackward, ctx.run, ctx.variables, gradient, x, *ctx.variables),
        )


class _StageBackward(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any, run: Run, variables: list[Tensor], gradient: Tensor, x: Tensor, *_: Tensor
    ) -> tuple[Tensor, ...]:
        ctx.save_for_backward(gradient, x)
        ctx.run, ctx.variables = run, variables
        derivatives = _first_derivatives(run, variables, gradient, x, differentiable=False)[1]
        return tuple(
            torch.zeros_like(v) if d is None else d
            for v, d in zip([x, *variables], derivatives, strict=True)
        )

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *adjoints: Tensor) -> tuple[Tensor | None, ...]:
        gradient, x = ctx.saved_tensors
        inputs, derivatives = _first_derivatives(
            ctx.run, ctx.variables, gradient, x, differentiable=True
        )
        pairs = [
            (d, u)
            for d, u in zip(derivatives, adjoints, strict=True)
            if d is not None and d.requires_grad
        ]
        outputs, weights = [d for d, _ in pairs], [u for _, u in pairs]
        return (
            None,
            None,
            *torch.autograd.grad(outputs, [*inputs, *ctx.variables], weights, allow_unused=True),
        )


def _first_derivatives(
    run: Run, variables: list[Tensor], gradient: Tensor, x: Tensor, *, differentiable: bool
) -> tuple[list[Tensor], tuple[Tensor | None, ...]]:
    """Return copies of the gradient and of x, and the derivatives of <gradient, run(x)> by x and
    the variables, a graph of them.
    """
    with torch.enable_grad():
        inputs = [tensor.detach().requires_grad_() for tensor in (gradient, x)]
        outputs = run(inputs[1])
        derivatives = torch.autograd.grad(
            outputs,
            [inputs[1], *variables],
            inputs[0],
            create_graph=differentiable,
            allow_unused=True,
        )
    return inputs, derivatives
