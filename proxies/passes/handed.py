"""The network itself, for a proxy that does what no other pass does."""

from __future__ import annotations

from torch import nn

from proxies.passes.common import Inputs
from proxies.view import View


def network(view: View, inputs: Inputs) -> tuple[nn.Module, Inputs]:
    """Return the pair (network, inputs), for a proxy that does what no other pass does.

    The network is that of one architecture and seed: images (batch, channels, height, width) ->
    logits (batch, classes), in ``inputs.dtype`` on ``inputs.device``. A benchmark's is in training
    mode, and its parameters require gradients. :func:`harness.score` hands over a copy of the
    caller's in evaluation mode. What a proxy does to it reaches no other proxy; a benchmark's
    network that comes back with hooks, another mode or other weights costs the proxy its score.
    """
    return view.module, inputs
