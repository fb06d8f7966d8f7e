"""The registry of training-free proxies.

A proxy is a function from the results of shared passes (:mod:`proxies.passes`) to a number.
Registering one is a decorator::

    @proxy("synflow", reads="synaptic_flow", paper=Paper("Tanaka et al.", 2020,
    "https://arxiv.org/abs/2006.05467")) def synflow(flow: SynapticFlow) -> float:
        \"\"\"Sum of |theta * dR/dtheta|, as a logarithm.\"\"\"

Users name a proxy with its options: ``zeros``, ``zeros[aggregate=min]``. Listing the registry does
not import torch.
"""

from proxies.entries import Paper, Proxy
from proxies.registry import aggregate, load_plugin, problems, proxy, registered
from proxies.requests import Reading, Request, expand, request

#: Always reported beside the proxies that were asked for.
TRIVIAL_BASELINES = ("params", "flops", "live_params", "live_convs", "layers")
#: Reported besides where networks take tokens; elsewhere they say nothing of their own.
TOKEN_BASELINES = ("params_nonembedding",)
#: All that say how large a network is.
BASELINES = (*TRIVIAL_BASELINES, *TOKEN_BASELINES)

__all__ = [
    "BASELINES",
    "TOKEN_BASELINES",
    "TRIVIAL_BASELINES",
    "Paper",
    "Proxy",
    "Reading",
    "Request",
    "aggregate",
    "expand",
    "load_plugin",
    "problems",
    "proxy",
    "registered",
    "request",
]
