"""The same work on a Ray cluster.

Results come back as they finish, and what a node or a worker loses is computed elsewhere.
"""

from __future__ import annotations

import faulthandler
import os
import socket
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks_data.errors import InputError
from harness.computing.contract import Item, Lost, Result
from harness.computing.determinism import reproducible

#: Tasks that wait or run, for each one that can run at once.
IN_FLIGHT = 2
#: How often Ray itself gives a task to another worker when the one that has it is lost.
RETRIES = 1


@dataclass(frozen=True)
class OnRay:
    """Tasks on a Ray cluster.

    Attributes:
        address: of a running cluster; None starts one on this machine for as long as the work
            takes.
        cpus, gpus: what a task takes.
        timeout: seconds after which the worker of an item ends itself; None is no limit.
    """

    address: str | None = None
    cpus: float = 1.0
    gpus: float = 0.0
    timeout: float | None = None

    def each(
        self,
        compute: Callable[[Item], Result],
        items: Sequence[Item],
        halves: Callable[[Item], Sequence[Item]] | None = None,
    ) -> Iterator[Result | Lost[Item]]:
        """Yield what *compute* makes of each item.

        See :class:`harness.computing.contract.Executor`.

        The cluster's nodes must be able to import *compute*.

        Raises:
            InputError: Ray is not installed, there is no cluster at the address, or none of its
                nodes has what an item takes.
        """
        ray = _ray()
        ours = not ray.is_initialized()
        if ours:
            _connect(ray, self.address)
        try:
            _check_that_it_fits(ray, self.cpus, self.gpus)
            yield from self._each(ray, compute, items, halves or (lambda _: ()))
        finally:
            if ours:
                ray.shutdown()

    def _each(
        self,
        ray: Any,
        compute: Callable[[Item], Result],
        items: Sequence[Item],
        halves: Callable[[Item], Sequence[Item]],
    ) -> Iterator[Result | Lost[Item]]:
        remote = ray.remote(num_cpus=self.cpus, num_gpus=self.gpus)(_compute)
        shared = ray.put(compute)
        due, running = deque(items), dict[Any, Item]()
        try:
            while due or running:
                while due and len(running) < IN_FLIGHT * _at_once(ray, self.cpus, self.gpus):
                    item = due.popleft()
                    retries = (
                        0 if halves(item) else RETRIES
                    )  # what can be divided is divided at once
                    running[
                        remote.options(max_retries=retries).remote(shared, item, self.timeout)
                    ] = item
                (finished, *_), _ = ray.wait(list(running), num_returns=1)
                item = running.pop(finished)
                try:
                    yield ray.get(finished)
                except ray.exceptions.RayTaskError as error:
                    raise (error.cause if isinstance(error.cause, Exception) else error) from None
                except (
                    ray.exceptions.RayError
                ) as error:  # a worker, a node or an object is lost, again and again
                    if parts := halves(item):
                        due.extendleft(reversed(parts))
                    else:
                        yield Lost(item, self._reason(error))
        finally:
            for task in running:
                ray.cancel(task, force=True)

    def _reason(self, error: Exception) -> str:
        limit = f" (or it took longer than {self.timeout:g} seconds)" if self.timeout else ""
        return f"Ray: {type(error).__name__}{limit}: {' '.join(str(error).split())[:200]}"


def _compute(compute: Callable[[Item], Result], item: Item, timeout: float | None) -> Result:
    with reproducible(), _ended_after(timeout):
        return compute(item)


@contextmanager
def _ended_after(seconds: float | None) -> Iterator[None]:
    """End this process when the block takes longer, even while native code runs."""
    if seconds is None:
        yield
        return
    with Path(os.devnull).open("w") as nowhere:
        faulthandler.dump_traceback_later(seconds, exit=True, file=nowhere)
        try:
            yield
        finally:
            faulthandler.cancel_dump_traceback_later()


def _ray() -> Any:
    try:
        import ray
    except ImportError as error:
        raise InputError("--executor ray needs Ray: pip install ray") from error
    return ray


def _connect(ray: Any, address: str | None) -> None:
    """Connect to a cluster, or start one.

    Its workers find this package where this process has it.
    """
    if address is not None and ":" in address and "//" not in address:
        host, _, port = address.rpartition(":")
        try:  # Ray itself would try for minutes, and then end this process
            socket.create_connection((host, int(port)), timeout=5).close()
        except (OSError, ValueError, OverflowError) as error:
            raise InputError(f"no Ray cluster at {address!r}: {error}") from error
    here = str(Path(__file__).resolve().parents[2])
    try:
        ray.init(
            address,
            include_dashboard=False if address is None else None,
            log_to_driver=False,
            logging_level="ERROR",
            runtime_env={"env_vars": {"PYTHONPATH": here}},
        )
    except (ConnectionError, ValueError, RuntimeError) as error:
        reason = " ".join(str(error).split())[:200]
        hint = (
            " (does it ask for a token? set RAY_AUTH_MODE=token)"
            if isinstance(error, ConnectionError) and address != "auto"
            else ""
        )
        raise InputError(f"no Ray cluster at {address!r}: {reason}{hint}") from error


def _check_that_it_fits(ray: Any, cpus: float, gpus: float) -> None:
    """Raise InputError when no node has the cores and GPUs of a task, which would then wait for
    ever.
    """
    nodes = [node["Resources"] for node in ray.nodes() if node["Alive"]]
    if not any(node.get("CPU", 0) >= cpus and node.get("GPU", 0) >= gpus for node in nodes):
        raise InputError(
            f"no node of the Ray cluster has {cpus:g} cores and {gpus:g} GPUs: ask for less for "
            "a task"
        )


def _at_once(ray: Any, cpus: float, gpus: float) -> int:
    """Return how many tasks the cluster can run at once, at least one."""
    known = ray.cluster_resources()
    counts = [
        known.get(name, 0.0) / amount for name, amount in (("CPU", cpus), ("GPU", gpus)) if amount
    ]
    return max(1, int(min(counts, default=1.0)))
