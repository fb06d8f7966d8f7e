"""The stages and operations of a network of the caller's: named by it, seen by running it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor, nn

from benchmarks_data.benchmark import Operation
from benchmarks_data.errors import InputError, unknown
from proxies.passes.common import captured_outputs, output_hooks


@dataclass(frozen=True)
class Parts:
    """Stages and operations by the names of their modules; None where they are not given.

    ``prefix`` stands before these names in the copies that passes take.
    """

    stages: list[str] | None
    operations: list[tuple[str, Operation]] | None
    prefix: str

    def of(self, network: nn.Module) -> tuple[list[nn.Module] | None, list[Operation] | None]:
        """Return the stages and operations of a copy."""
        modules = dict(network.named_modules())
        stages, operations = self.stages, self.operations
        return (
            None if stages is None else [modules[self.prefix + one] for one in stages],
            None
            if operations is None
            else [replace(one, module=modules[self.prefix + name]) for name, one in operations],
        )


def parts_of(
    network: nn.Module,
    stages: Sequence[Any] | None,
    operations: Sequence[Any] | None,
    prefix: str,
) -> Parts:
    """Return what a caller gives, as names or modules of *network*.

    Raises:
        InputError: one is no module of the network, or a part of another one.
    """
    named = None if stages is None else [_name(network, one, "stages") for one in stages]
    placed = (
        None
        if operations is None
        else [_place(network, number, one) for number, one in enumerate(operations)]
    )
    for argument, names in (("stages", named), ("operations", [n for n, _ in placed or ()])):
        for number, name in enumerate(names or ()):
            for other in (names or ())[number + 1 :]:
                if f"{name}.".startswith(f"{other}.") or f"{other}.".startswith(f"{name}."):
                    raise InputError(
                        f"{argument} name {name} and {other}, which holds the same modules: leave "
                        "one out"
                    )
    return Parts(named, placed, prefix)


def seen_in(parts: Parts, network: nn.Module, batch: Tensor) -> Parts:
    """Return the parts with what running a copy of the network tells: which operations are live.

    Raises:
        InputError: stages are not run one after the other, each once; or an operation is never run.
    """
    stages, operations = parts.of(network)
    if stages is None and operations is None:
        return parts
    network.requires_grad_(True)
    order: list[nn.Module] = []
    modules = [operation.module for operation in operations or ()]
    try:
        with (
            output_hooks(stages or (), lambda module, _: order.append(module)),
            captured_outputs(modules, apart=True) as captured,
        ):
            output = network(batch)
    except AttributeError as error:
        raise InputError(f"operations must each put out one tensor ({error})") from error
    if (stages or []) != order:
        ran = [(parts.stages or [])[(stages or []).index(one)] for one in order]
        raise InputError(
            "stages must be run one after the other, each once, and these are run in the order "
            f"{', '.join(ran) or 'none'}: name them so, or leave some out"
        )
    for (name, _), module in zip(parts.operations or (), modules, strict=True):
        if module not in captured:
            raise InputError(f"operations: {name} is never run: leave it out")
    if not parts.operations:
        return parts
    live = _live(output, captured)
    return replace(
        parts,
        operations=[
            (
                name,
                one if one.kind else replace(one, kind=type(module).__name__, live=module in live),
            )
            for (name, one), module in zip(parts.operations, modules, strict=True)
        ],
    )


def _live(output: Any, captured: dict[nn.Module, list[Tensor]]) -> set[nn.Module]:
    """Return the modules whose output is not zero and reaches the network's."""
    if not isinstance(output, Tensor):
        raise InputError("operations are of networks that put out a tensor: leave them out")
    weights = torch.linspace(0.5, 1.5, output.numel(), device=output.device, dtype=output.dtype)
    calls = [
        (module, one)
        for module, several in captured.items()
        for one in several
        if one.requires_grad
    ]
    gradients = torch.autograd.grad(
        (output.flatten() * weights).sum(), [one for _, one in calls], allow_unused=True
    )
    return {
        module
        for (module, one), gradient in zip(calls, gradients, strict=True)
        if gradient is not None and bool(gradient.any()) and bool(one.any())
    }


def _name(network: nn.Module, part: Any, argument: str) -> str:
    """Return the qualified name of a part of a network, which is given by name or as the module."""
    modules = dict(network.named_modules())
    if isinstance(part, nn.Module):
        for name, module in modules.items():
            if module is part:
                return str(name)
        raise InputError(f"{argument}: a {type(part).__name__} is no module of the network")
    name = str(part)
    if not isinstance(part, str) or name not in modules or not name:
        raise unknown(f"module in {argument}:", name, filter(None, modules))
    return name


def _place(network: nn.Module, number: int, part: Any) -> tuple[str, Operation]:
    """Return the name of an operation's module, and the operation.

    One that is given by name is on an edge of its own, and its kind and whether it is live are seen
    later.
    """
    if isinstance(part, Operation):
        return _name(network, part.module, "operations"), part
    name = _name(network, part, "operations")
    module = network.get_submodule(name)
    return name, Operation(0, (number, number + 1), "", False, module)
