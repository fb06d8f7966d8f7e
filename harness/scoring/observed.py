"""Passes through networks that are looked at first, so that what a score cannot say about them is
not applicable: those of callers, and of benchmarks that ask for it.
"""

from __future__ import annotations

import copy
import random
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

import proxies
from benchmarks_data.benchmark import Dataset, Tokens
from benchmarks_data.initialisation import generator
from harness.scoring.own_copies import neutralise
from proxies.passes import PASSES
from proxies.passes.common import Inputs, laid_out
from proxies.passes.probe import anatomy
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
        return entry.run(view, self.inputs, dict(options))

    def check(self) -> str:
        """Return that nothing is wrong: every pass has a network of its own."""
        return ""


class BenchmarkPasses(ObservedPasses):
    """Those of a benchmark's network, in evaluation mode.

    What applies is seen with a drawn batch, whatever passes are fed.
    """

    def __init__(self, network: nn.Module, inputs: Inputs, dataset: Dataset | Tokens) -> None:
        super().__init__()
        self.inputs, self._network = inputs, network.eval()
        tokens = isinstance(dataset, Tokens)

        def batch(size: int) -> Tensor:
            stream = generator(0, "probe")
            if isinstance(dataset, Tokens):
                ids = torch.randint(dataset.vocabulary, (size, *dataset.shape), generator=stream)
                return ids.to(inputs.device)
            values = torch.randn(size, *dataset.shape, generator=stream)
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
            head_inputs=getattr(network, "head_inputs", ()),
        )
