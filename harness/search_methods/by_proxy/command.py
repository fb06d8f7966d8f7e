"""A command line of a search by proxy, carried out for a person."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import proxies
from benchmarks_data.command import writable_folder
from harness.scoring.job import Job
from harness.search_methods.by_proxy.algorithms import Sizes
from harness.search_methods.by_proxy.candidates import limits_of
from harness.search_methods.by_proxy.methods import ByProxy
from harness.search_methods.by_proxy.options import POPULATION, TOURNAMENT, TRAIN
from harness.search_methods.by_proxy.searching import Setting, check, searched
from harness.terminal.checks import check_replaceable, say_what_is_replaced

if TYPE_CHECKING:
    from benchmarks_data.table import Table


def setting_of(
    args: argparse.Namespace,
    method: ByProxy,
    job: Job,
    table: Table,
    target: str,
    indices: list[int],
) -> Setting:
    """Return what a command line asks for, checked.

    Args:
        args: of the parser of *method*.
        method: of search.
        job: what scores depend on.
        table, target: what training comes to.
        indices: the architectures whose target is known.

    Raises:
        InputError: for what cannot be searched.
    """
    setting = Setting(
        method,
        job,
        proxies.request(args.proxy) if method.scores else None,
        args.proxy_seed if method.scores else 0,
        table,
        target,
        indices,
        _sizes_of(args, method),
        args.seeds,
        limits_of("--at-most", args.at_most),
        limits_of("--at-least", args.at_least),
    )
    check(setting)
    return setting


def _sizes_of(args: argparse.Namespace, method: ByProxy) -> Sizes:
    population = args.population_size if method.evolves else POPULATION
    usual = min(TRAIN, args.budget) if method.trains_highest else max(TRAIN, population)
    train = (args.train or usual) if method.scores else args.budget
    tournament = args.tournament_size if method.evolves else TOURNAMENT
    return Sizes(args.budget, train, population, tournament)


def carry_out(
    setting: Setting, args: argparse.Namespace, prog: str, command: Sequence[str]
) -> None:
    """Search, write the report, and print what a person wants to know.

    Raises:
        InputError: for what cannot be used.
    """
    from harness.search_methods.by_proxy.report import RECORD, input_sentence, publish_search

    job = setting.job
    default = Path("reports") / f"search-{job.benchmark}-{job.dataset}-{setting.method.name}"
    out = writable_folder(args.out or default)
    check_replaceable(out, RECORD)
    if said := input_sentence(setting):
        print(f"{prog}: {said}", flush=True)

    from harness.scoring.store import Store

    with Store(args.store) as store:
        outcome = searched(setting, store, args.workers, prog)
    say_what_is_replaced(prog, out, RECORD)
    for line in publish_search(setting, outcome, out, command):
        print(line)
    print(f"Report, curve and figure: {out / 'report.html'}")
