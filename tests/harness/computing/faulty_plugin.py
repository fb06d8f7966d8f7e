"""Proxies that cost their process its life, hang, or take too much memory, for architectures of the
indices that a file names.
"""

import os
import signal
import time

from proxies import proxy


def _marked(text: str) -> bool:
    """Whether this is one of the calls that are meant to fail.

    All with 'always', the first one only with 'once'.
    """
    mode, marker = os.environ.get("FAULT_MODE", "always"), os.environ["FAULT_MARKER"]
    path = f"{marker}-{text}"
    if mode == "once" and os.path.exists(path):  # noqa: PTH110
        return False
    open(path, "a").close()  # noqa: PTH123
    return True


@proxy("faulty", reads="cost")
def faulty(cost) -> float:
    """Number of multiply-accumulates, where nothing goes wrong on purpose."""
    kind, wanted = os.environ["FAULT"].split(":")
    if cost.flops == int(wanted) and _marked(kind):
        if kind == "abort":
            os.abort()
        elif kind == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        elif kind == "hang":
            time.sleep(3600)
        elif kind == "memory":
            import torch

            torch.ones(2**32)
    return float(cost.flops)
