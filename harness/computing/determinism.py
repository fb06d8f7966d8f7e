"""The settings of torch under which results do not depend on where they are computed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def reproducible() -> Iterator[None]:
    """Let torch compute on one thread, so that sums are taken in one order, and in full float32
    precision.
    """
    import torch

    cudnn, matmul = torch.backends.cudnn, torch.backends.cuda.matmul
    threads, tf32 = torch.get_num_threads(), (cudnn.allow_tf32, matmul.allow_tf32)
    torch.set_num_threads(1)
    cudnn.allow_tf32 = matmul.allow_tf32 = False
    try:
        yield
    finally:
        torch.set_num_threads(threads)
        cudnn.allow_tf32, matmul.allow_tf32 = tf32
