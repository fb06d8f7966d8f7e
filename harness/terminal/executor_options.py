"""The options that say where scores are computed."""

from __future__ import annotations

import argparse
import math

from benchmarks_data.errors import InputError
from harness.computing.contract import Executor
from harness.computing.local import Local
from harness.computing.processes import Limits
from harness.computing.ray_cluster import OnRay
from harness.terminal.options import positive

#: Options of one executor alone.
OF = {"local": ("workers", "worker_memory"), "ray": ("address", "cpus_per_task", "gpus_per_task")}


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options to a command's parser."""
    group = parser.add_argument_group("where it is computed")
    group.add_argument(
        "--executor",
        choices=tuple(OF),
        default="local",
        help="processes here, or a Ray cluster (default: local)",
    )
    group.add_argument(
        "--workers",
        type=positive,
        metavar="N",
        help="processes that score (default: the machine's cores)",
    )
    group.add_argument(
        "--timeout",
        type=_positive,
        metavar="SECONDS",
        help="an architecture that takes longer is tried once more, then given up (default: none)",
    )
    group.add_argument(
        "--worker-memory",
        type=positive,
        metavar="MB",
        help="what a process may take beyond its start (default: no limit)",
    )
    group.add_argument(
        "--address",
        metavar="HOST:PORT",
        help="of a Ray cluster, or 'auto' (default: one is started here)",
    )
    group.add_argument(
        "--cpus-per-task", type=_positive, metavar="N", help="that a Ray task takes (default: 1)"
    )
    group.add_argument(
        "--gpus-per-task", type=_number, metavar="N", help="that a Ray task takes (default: 0)"
    )


def executor_of(args: argparse.Namespace) -> Executor:
    """Return the executor that a command line asks for.

    Raises:
        InputError: for options of another one.
    """
    for name, options in OF.items():
        given = [option for option in options if getattr(args, option) is not None]
        if name != args.executor and given:
            raise InputError(
                f"--{given[0].replace('_', '-')} is an option of --executor {name}: add that, or "
                "leave it out"
            )
    if args.executor == "ray":
        return OnRay(
            args.address, args.cpus_per_task or 1.0, args.gpus_per_task or 0.0, args.timeout
        )
    memory = args.worker_memory * 2**20 if args.worker_memory else None
    return Local(args.workers, Limits(args.timeout, memory))


def _positive(text: str) -> float:
    """Parse a positive number for argparse."""
    value = _number(text)
    if value == 0:
        raise argparse.ArgumentTypeError(f"expected a positive number, not {text!r}")
    return value


def _number(text: str) -> float:
    """Parse a number from 0 on for argparse."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 <= value < 1e9:
        raise argparse.ArgumentTypeError(f"expected a number from 0 on, not {text!r}")
    return value
