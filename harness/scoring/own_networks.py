"""How a network of the caller's is scored: copies of it, what it is seen to do, the passes.

Every pass gets a copy of its own, so that neither the caller's network nor another score notices
what it does.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor, nn

import proxies
from benchmarks_data.errors import InputError
from benchmarks_data.initialisation import generator
from harness.scoring.job import Score, Task
from harness.scoring.networks import apply_formulas
from harness.scoring.observed import ObservedPasses, undisturbed
from harness.scoring.own_copies import Setting, neutralise, prepared
from harness.scoring.own_inputs import Fed, inputs_of
from harness.scoring.own_parts import parts_of, seen_in
from proxies.passes.common import laid_out
from proxies.passes.probe import anatomy
from proxies.status import ERROR, NOT_APPLICABLE
from proxies.view import NotApplicable, View


def score_network(
    network: nn.Module,
    names: Sequence[str],
    fed: Fed,
    setting: Setting,
    *,
    stages: Sequence[Any] | None = None,
    operations: Sequence[Any] | None = None,
) -> list[Score]:
    """Return the scores of proxies (no aggregates) for any network.

    Raises:
        InputError: the network cannot be copied, or takes not what it is fed; or stages or
            operations are no modules of it.
    """
    with undisturbed(setting.device):
        passes = OwnPasses(network, fed, setting, stages, operations)
        scores = apply_formulas(passes, Task(0, setting.seed, tuple(names)))
    return [_told(score) for score in scores]


def _told(score: Score) -> Score:
    """Return a score of this package's whose formula makes nothing of the results, or no condition
    of a kernel, as one that does not apply.
    """
    if score.score == math.inf and score.proxy.partition("[")[0] == "te_ntk":
        status = f"{NOT_APPLICABLE}the tangent kernel is singular within rounding"
        return replace(score, score=math.nan, status=status)
    if score.status.startswith(ERROR) and proxies.request(score.proxy).proxy.own:
        reason = score.status.removeprefix(ERROR)
        if not _out_of_memory(reason):
            return replace(
                score, status=f"{NOT_APPLICABLE}it cannot be computed for this network ({reason})"
            )
    return score


def _out_of_memory(reason: str) -> bool:
    """Return whether a message is of an error that a smaller batch, or another machine, avoids."""
    reason = reason.lower()
    return any(
        one in reason
        for one in ("out of memory", "can't allocate memory", "not enough memory", "memoryerror")
    )


class _NotTaken(InputError):
    """The network raised something when it was tried."""


class OwnPasses(ObservedPasses):
    """The results of passes through copies of a network of the caller's."""

    def __init__(
        self,
        network: nn.Module,
        fed: Fed,
        setting: Setting,
        stages: Sequence[Any] | None,
        operations: Sequence[Any] | None,
    ) -> None:
        super().__init__()
        self._parts = parts_of(
            network, stages, operations, "network." if fed.inputs is not None else ""
        )
        try:
            self._prepare(network, fed, setting)
        except _NotTaken:  # views may need the layout that the caller has
            try:
                self._prepare(network, fed, replace(setting, channels_last=False))
            except _NotTaken as error:
                raise InputError(str(error)) from error.__cause__

    def _prepare(self, network: nn.Module, fed: Fed, setting: Setting) -> None:
        self._model = prepared(network, fed, setting)
        shape = self._look(fed, setting)
        self.inputs = inputs_of(
            fed,
            _classes(shape, fed, setting),
            setting.seed,
            setting.dtype,
            setting.device,
            channels_last=setting.channels_last,
        )

    def _look(self, fed: Fed, setting: Setting) -> tuple[int, ...] | None:
        """See what the network does, in which order stages are, and which operations are live."""

        def batch(size: int) -> Tensor:
            if fed.inputs is not None:
                return torch.zeros(size, dtype=torch.int64, device=setting.device)
            stream = generator(setting.seed, "probe")
            values = torch.randn(size, *fed.image_shape, generator=stream)
            values = values.to(setting.device, setting.dtype)
            return laid_out(values) if setting.channels_last else values

        given = (
            f"images of shape {fed.image_shape}: give image_shape="
            if fed.inputs is None
            else f"inputs {', '.join(fed.inputs)}: give what its forward takes"
        )
        try:
            seen = anatomy(copy.deepcopy(self._model), batch, images=fed.inputs is None)
        except Exception as error:
            reason = f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"
            raise _NotTaken(f"the network does not take {given} ({reason})") from error
        self.anatomy = seen
        self._parts = seen_in(self._parts, copy.deepcopy(self._model), batch(2))
        return seen.output

    def _run(self, reading: proxies.Reading) -> Any:
        """Return the result of a pass. What it raises is taken for the network's doing: nothing is
        kept that would have to be tried again.
        """
        try:
            return super()._run(reading)
        except NotApplicable:
            raise
        except Exception as error:
            if isinstance(error, MemoryError) or _out_of_memory(str(error)):
                raise
            reason = f"{type(error).__name__}: {error}"
            raise NotApplicable(f"its pass cannot go through this network ({reason})") from error

    def view(self, *, neutral: bool) -> View:
        """Return the view of a new copy."""
        network = copy.deepcopy(self._model)
        if neutral:
            neutralise(network)
        stages, operations = self._parts.of(network)
        return View(network, operations, stages, self.anatomy, embeddings=None)


def _classes(shape: tuple[int, ...] | None, fed: Fed, setting: Setting) -> int:
    """Return the number of classes: the width of the logits, which labels must keep to."""
    if shape is None or len(shape) < 2:
        return setting.classes or 1
    if setting.classes not in (None, shape[1]) and len(shape) < 4:
        raise InputError(
            f"classes={setting.classes}, and the network puts out {shape[1]} values a sample"
        )
    if fed.labels is None:
        return shape[1]
    if fed.labels.dim() != len(shape) - 1 or fed.labels.shape[1:] != shape[2:]:
        expected = ", ".join(["n", *map(str, shape[2:])])
        raise InputError(
            f"labels of shape {tuple(fed.labels.shape)} do not fit the network's output: give "
            f"({expected})"
        )
    if int(fed.labels.max()) >= shape[1]:
        raise InputError(
            f"labels go up to {int(fed.labels.max())}, and the network has {shape[1]} classes: "
            f"give labels below {shape[1]}"
        )
    return shape[1]
