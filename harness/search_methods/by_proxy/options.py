"""The command lines of searches by proxy."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Mapping, Sequence

from benchmarks_data.command import Parser, given_path
from harness.scoring.job import PRECISION_HELP, PRECISIONS
from harness.search_methods.by_proxy.candidates import Limit
from harness.search_methods.by_proxy.methods import BY_PROXY, ByProxy
from harness.terminal.config_file import add_config
from harness.terminal.options import (
    add_device,
    add_images,
    add_plugins,
    add_store,
    add_tables,
    natural,
    positive,
)

#: What a search does where nothing else is said: pool and tournament as in the example that
#: Abdelfattah et al. publish with "Zero-Cost Proxies for Lightweight NAS", ICLR 2021.
BUDGET, TRAIN, POPULATION, TOURNAMENT = 500, 100, 64, 10


def parser(method: ByProxy, prog: str) -> argparse.ArgumentParser:
    """Return the argument parser of a method."""
    p = Parser(prog, f"Search a benchmark. The method {method.name} {method.description}.")
    p.add_argument(
        "--method", choices=["freedarts", *BY_PROXY], default="freedarts", help="--list says more"
    )
    _add_searched(p, method)
    if method.scores:
        _add_scores(p)
    _add_limits(p)
    _add_where(p)
    add_config(p)
    return p


def _add_searched(p: argparse.ArgumentParser, method: ByProxy) -> None:
    """Add what is searched, and how much; long, since one option follows another."""
    what = p.add_argument_group("what is searched")
    what.add_argument("--benchmark", default="nb201", metavar="NAME", help="(default: nb201)")
    what.add_argument(
        "--dataset",
        metavar="NAME",
        help="whose networks are searched (default: the target's, else the benchmark's first)",
    )
    what.add_argument(
        "--target",
        metavar="COLUMN",
        help="of the table: what training comes to (default: the dataset's test accuracy)",
    )
    add_tables(what)
    done = "scored" if method.scores else "trained"
    what.add_argument(
        "--budget",
        type=positive,
        default=BUDGET,
        metavar="N",
        help=f"different architectures that are {done} (default: {BUDGET})",
    )
    if method.scores:
        what.add_argument(
            "--train",
            type=positive,
            metavar="K",
            help=f"different architectures that are trained (default: {TRAIN}, or as many as are "
            "scored)"
            if method.trains_highest
            else f"different architectures that are trained, the first population included "
            f"(default: {TRAIN})",
        )
    if method.evolves:
        what.add_argument(
            "--population-size",
            type=positive,
            default=POPULATION,
            metavar="N",
            help=f"architectures that evolve (default: {POPULATION}; Real et al. 100)",
        )
        what.add_argument(
            "--tournament-size",
            type=positive,
            default=TOURNAMENT,
            metavar="N",
            help=f"of which the best becomes a parent (default: {TOURNAMENT}; Real et al. 25)",
        )
    what.add_argument(
        "--seeds",
        type=positive,
        default=5,
        metavar="N",
        help="searches, with seeds 0 to N-1 of all that they draw (default: 5)",
    )


def _add_scores(p: argparse.ArgumentParser) -> None:
    how = p.add_argument_group("what scores")
    how.add_argument(
        "--proxy",
        default="zeros",
        metavar="NAME",
        help="a proxy, with options as in 'zeros[aggregate=min]' (default: zeros)",
    )
    how.add_argument(
        "--proxy-seed",
        type=natural,
        default=0,
        metavar="SEED",
        help="of weights and batches, the same in all searches (default: 0)",
    )
    add_images(how)
    how.add_argument("--dtype", choices=PRECISIONS, default="float32", help=PRECISION_HELP)
    add_device(how)
    add_plugins(how)


def _add_limits(p: argparse.ArgumentParser) -> None:
    group = p.add_argument_group("limits: what is beyond is neither scored nor trained")
    for option in ("--at-most", "--at-least"):
        group.add_argument(
            option,
            type=Limit,
            nargs="+",
            action="extend",
            default=[],
            metavar="NAME=NUMBER",
            help="of a cost in the table, or of params, flops, live_params, live_convs, layers",
        )


def _add_where(p: argparse.ArgumentParser) -> None:
    where = p.add_argument_group("where results go")
    where.add_argument(
        "--out",
        type=given_path,
        metavar="DIR",
        help="(default: reports/search-BENCHMARK-DATASET-METHOD)",
    )
    add_store(where, "all scores, for later runs")
    where.add_argument(
        "--workers",
        type=positive,
        metavar="N",
        help="processes that score many at once (default: the machine's cores)",
    )


def flags(p: argparse.ArgumentParser) -> set[str]:
    """Return the options of a parser."""
    return {flag for action in p._actions for flag in action.option_strings}


def foreign_option(
    words: Sequence[str], own: Iterable[str], of: Mapping[str, Iterable[str]]
) -> str:
    """Return in words which option of *words* is one of another method; empty where none is.

    Args:
        words: a command line.
        own: the options of its method.
        of: the options of every method by name.
    """
    for word in words:
        flag = word.partition("=")[0]
        methods = [name for name, known in of.items() if flag in known]
        if flag.startswith("--") and flag not in own and methods:
            return (
                f"{flag} is an option of --method {', '.join(methods)}: leave it out, or name "
                "that method"
            )
    return ""
