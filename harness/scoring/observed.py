"""Passes through networks that are looked at first, so that what a score cannot say about them is
not applicable: those of callers, and of benchmarks that ask for it.
"""

from __future__ import annotations

import copy
import math
import random
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

import proxies
from benchmarks_data.initialisation import generator
from harness.scoring.job import Score
from harness.scoring.own_copies import neutralise
from proxies.passes import PASSES
from proxies.passes.common import Inputs, laid_out
from proxies.passes.probe import anatomy
from proxies.status import ERROR, NOT_APPLICABLE
from proxies.view import Anatomy, NotApplicable, View


@contextmanager
def undisturbed(device: torch.device) -> Iterator[None]:
    """Put back the global random states, and let neither the caller's modes nor fused kernels of
    attention change what is computed.
    """
    fast = torch.backends.mha.get_fastpath_enabled()
    with ExitStack() as stack:
        stack.enter_context(
            torch.random.fork_rng([device] if device.type == "cuda" else [], enabled=True)
        )
        stack.enter_context(torch.inference_mode(False))
        stack.enter_context(torch.enable_grad())
        stack.enter_context(torch.autocast(device.type, enabled=False))
        stack.callback(torch.backends.mha.set_fastpath_enabled, fast)
        stack.callback(random.setstate, random.getstate())
        stack.callback(np.random.set_state, np.random.get_state())  # noqa: NPY002
        torch.backends.mha.set_fastpath_enabled(False)
        yield


def told(score: Score) -> Score:
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


class ObservedPasses:
    """The results of passes, each of which gets a copy of the network for itself.

    Attributes:
        anatomy: what the network does.
        inputs: what passes feed it.
    """

    anatomy: Anatomy
    inputs: Inputs

    def __init__(self) -> None:
        self._results: dict[Any, tuple[Any, float]] = {}

    def view(self, *, neutral: bool) -> View:
        """Return the view of a new copy, without biases and trained normalisation if *neutral*."""
        raise NotImplementedError

    def result(self, reading: proxies.Reading) -> tuple[Any, float]:
        """Return the result of a pass and the seconds that it took; raise what the pass raised."""
        if reading not in self._results or PASSES[reading[0]].hands_out_network:
            started = time.perf_counter()
            try:
                result = self._run(reading)
            except Exception as error:
                result = error
            self._results[reading] = result, time.perf_counter() - started
        if isinstance(self._results[reading][0], Exception):
            raise self._results[reading][0]
        return self._results[reading]

    def _run(self, reading: proxies.Reading) -> Any:
        name, options = reading
        entry = PASSES[name]
        if entry.supernet:
            raise NotApplicable("the score is of a supernet")
        # A score that does not depend on the weights is one at initialisation.
        view = self.view(neutral="weights" not in entry.needs)
        try:
            return entry.run(view, self.inputs, dict(options))
        except NotApplicable:
            raise
        except Exception as error:
            if isinstance(error, MemoryError) or _out_of_memory(str(error)):
                raise
            reason = f"{type(error).__name__}: {error}"
            raise NotApplicable(f"its pass cannot go through this network ({reason})") from error

    def check(self) -> str:
        """Return that nothing is wrong: every pass has a network of its own."""
        return ""


class BenchmarkPasses(ObservedPasses):
    """Those of a benchmark's network, in evaluation mode."""

    def __init__(self, network: nn.Module, inputs: Inputs) -> None:
        super().__init__()
        self.inputs, self._network = inputs, network.eval()
        tokens = len(inputs.image_shape) == 1

        def batch(size: int) -> Tensor:
            if tokens:
                return inputs.images(size)
            values = torch.randn(size, *inputs.image_shape, generator=generator(0, "probe"))
            return laid_out(values.to(inputs.device, inputs.dtype))

        tried: Any = copy.deepcopy(self._network)
        self.anatomy = anatomy(
            tried, batch, images=not tokens, embeddings=getattr(tried, "embeddings", ())
        )

    def view(self, *, neutral: bool) -> View:
        """Return the view of a new copy, with the operations and stages that it names."""
        network: Any = copy.deepcopy(self._network)
        if neutral:
            neutralise(network)
        return View(
            network,
            network.operations,
            network.stages,
            self.anatomy,
            blocks=getattr(network, "blocks", ()),
            embeddings=getattr(network, "embeddings", ()),
        )
