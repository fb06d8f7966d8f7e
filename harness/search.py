"""Search an architecture: in a supernet at initialisation by the sensitivity of its operations
(FreeDARTS), in a supernet that is trained, or in a benchmark by a proxy's scores.

Zhang, Huang, Wang, "Connection Sensitivity Matters for Training-free DARTS", arXiv 2106.11542; the
other methods are in :mod:`harness.search_methods.trained` and
:mod:`harness.search_methods.by_proxy`.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import proxies
from benchmarks_data.command import FAILED, Parser, given_path, guarded, writable_folder
from benchmarks_data.errors import InputError, unknown
from harness.runs.plan import RunOptions, make_plan
from harness.search_methods.by_proxy.command import carry_out as carry_out_by_proxy
from harness.search_methods.by_proxy.command import setting_of
from harness.search_methods.by_proxy.methods import BY_PROXY, ByProxy
from harness.search_methods.by_proxy.options import flags, foreign_option
from harness.search_methods.by_proxy.options import parser as by_proxy_parser
from harness.search_methods.command import fed_to, say_what_is_doubtful, targets_of
from harness.search_methods.method import Method
from harness.search_methods.methods import METHODS
from harness.search_methods.running import search_all
from harness.search_methods.trained.methods import TRAINED, Trained
from harness.search_methods.trained.options import parser as trained_parser
from harness.terminal.checks import check_replaceable, load_plugins, say_what_is_replaced
from harness.terminal.config_file import add_config, config_value, parsed
from harness.terminal.options import add_tables, add_targets

METHOD = METHODS["freedarts"]
PROG = "python -m harness.search"


def parser(prog: str = PROG) -> argparse.ArgumentParser:
    """Return the command's argument parser; long, since one option follows another."""
    p = Parser(
        prog,
        "Search an architecture in a supernet at initialisation, by the zero-cost sensitivity of "
        "its operations. Other methods train the supernet, or search a benchmark by a proxy; each "
        "has its own options: --method NAME --help.",
    )
    p.add_argument(
        "--method",
        choices=[*METHODS, *TRAINED, *BY_PROXY],
        default=METHOD.name,
        help=f"which search: at initialisation, by training ({', '.join(TRAINED)}), or by a proxy "
        f"(default: {METHOD.name})",
    )
    p.add_argument("--list", action="store_true", help="say what the methods do, and exit")
    METHOD.add_options(p)
    against = p.add_argument_group("what it is compared with")
    add_targets(against, "test accuracies")
    add_tables(against)
    against.add_argument(
        "--scores",
        type=given_path,
        metavar="DIR",
        help="a run's folder: the first choice of each of its proxies",
    )
    against.add_argument(
        "--published",
        type=given_path,
        metavar="FILE.json",
        help="genotypes of darts to set beside those found: {name: genotype}",
    )
    p.add_argument(
        "--out",
        type=given_path,
        metavar="DIR",
        help="where results go (default: reports/search-SPACE)",
    )
    add_config(p)
    p.add_argument(
        "--replay",
        type=given_path,
        metavar="DIR",
        help="decide again by the sensitivities logged in DIR, step by step, and exit",
    )
    return p


def main(argv: Sequence[str] | None = None, prog: str = PROG) -> int:
    """Run the command and return its exit status.

    0 done, 1 a search found nothing, 2 unusable input, 130 interrupted.
    """
    return guarded(prog, partial(_run, prog), argv, kept="finished measurements are")


def _run(prog: str, argv: Sequence[str] | None) -> int:
    words = sys.argv[1:] if argv is None else argv
    method = _named_method(words)
    if isinstance(method, Trained):
        return _trained(prog, method, words)
    if isinstance(method, ByProxy):
        return _by_proxy(prog, method, words)
    _check_options(words, METHOD.name, flags(parser(prog)), prog)
    args = parsed(parser(prog), words)
    if args.list:
        print(_listing())
        return 0
    if args.replay:
        return _replay(args, parser(prog).parse_args(["--replay", str(args.replay)]))
    return _freedarts(prog, args, words)


def _freedarts(prog: str, args: argparse.Namespace, words: Sequence[str]) -> int:
    """Search by FreeDARTS, as a command line says."""
    settings = METHOD.settings(args)
    said = fed_to(settings)
    print(f"{prog}: {said}", flush=True)
    table, targets = targets_of(args, settings[0].space)
    out = writable_folder(args.out or Path("reports") / f"search-{args.space}")
    check_replaceable(out, "search.json")
    work = METHOD.work(args, out)
    from harness.scoring.frames import read_scores
    from harness.search_methods.published import read_published
    from harness.search_methods.report import Context, publish_search

    if args.scores:
        read_scores(args.scores / "scores.csv")
    published = read_published(args.published, args.space) if args.published else {}
    warnings = say_what_is_doubtful(prog, settings)
    say_what_is_replaced(prog, out, "search.json")
    searches = [
        one for searches in search_all(work, settings, args.workers).values() for one in searches
    ]
    provenance: dict[str, Any] = {
        "command": [prog, *words],
        "space": args.space,
        "preset": args.preset,
        "none": args.none,
        "steps": args.steps,
        "schedules": list(dict.fromkeys(args.schedule)),
        "settings": [setting.key() for setting in settings],
        "device": settings[0].device,
        "warnings": warnings,
        "targets": targets,
        "table": table.provenance() if table else "none",
        "finished": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
    }
    context = Context(args.space, settings[0].dataset, table, targets, args.scores, published, said)
    publish_search(searches, context, out, provenance)
    return FAILED if any(one.fault for one in searches) else 0


def _named_method(words: Sequence[str]) -> ByProxy | Trained | None:
    """Return the method with options of its own that a command line names, the last one, or else
    its file of options; None where they name FreeDARTS or none.
    """
    alone = argparse.ArgumentParser(add_help=False, allow_abbrev=False, exit_on_error=False)
    alone.add_argument("--method", nargs="?")
    alone.add_argument("--config", nargs="?")
    args = alone.parse_known_args(words)[0]
    named = args.method or (config_value(Path(args.config), "method") if args.config else None)
    if not isinstance(named, str):
        return None
    if named not in {**METHODS, **TRAINED, **BY_PROXY}:
        raise unknown("method", named, [*METHODS, *TRAINED, *BY_PROXY])
    return TRAINED.get(named) or BY_PROXY.get(named)


def _check_options(words: Sequence[str], method: str, own: set[str], prog: str) -> None:
    """Raise InputError when a command line has an option of another method than its own."""
    of = {name: flags(by_proxy_parser(one, prog)) for name, one in BY_PROXY.items()}
    of |= {name: flags(trained_parser(one, prog)) for name, one in TRAINED.items()}
    of[METHOD.name] = flags(parser(prog))
    if reason := foreign_option(words, own, of):
        raise InputError(f"--method {method}: {reason}")


def _listing() -> str:
    """Return a line for each method."""
    methods: list[Method | Trained | ByProxy] = [
        *METHODS.values(), *TRAINED.values(), *BY_PROXY.values(),
    ]  # fmt: skip
    width = max(len(method.name) for method in methods)
    lines = [f"  {method.name:<{width}}  {method.description}" for method in methods]
    return "\n".join(["Methods (options: --method NAME --help):", *lines])


def _trained(prog: str, method: Trained, words: Sequence[str]) -> int:
    """Search by training a supernet, as a command line says."""
    of_method = trained_parser(method, prog)
    _check_options(words, method.name, flags(of_method), prog)
    args = parsed(of_method, words)
    from harness.search_methods.trained.command import carry_out

    return carry_out(args, method, prog, [prog, *words])


def _by_proxy(prog: str, method: ByProxy, words: Sequence[str]) -> int:
    """Search a benchmark by a proxy, as a command line says."""
    of_method = by_proxy_parser(method, prog)
    _check_options(words, method.name, flags(of_method), prog)
    args = parsed(of_method, words)
    options = RunOptions(
        benchmark=args.benchmark,
        dataset=args.dataset,
        archs="all",
        targets=[args.target] if args.target else None,
        tables=args.tables,
        shipped=False,
    )
    if method.scores:
        proxies.request(args.proxy)  # one proxy: no name that stands for several
        options = replace(
            options,
            proxies=[args.proxy],
            images=args.images,
            dtype=args.dtype,
            device=args.device,
            plugins=load_plugins(prog, args.plugin),
        )
    plan = make_plan(options)
    for warning in plan.notes:
        print(f"{prog}: {warning}", file=sys.stderr)
    setting = setting_of(args, method, plan.job, plan.table, plan.targets[0], plan.indices)
    carry_out_by_proxy(setting, args, prog, [prog, *words])
    return 0


def _replay(args: argparse.Namespace, alone: argparse.Namespace) -> int:
    """Replay the searches of a command line.

    Raises:
        InputError: it differs from *alone*, which has no other option.
    """
    from harness.search_methods.replay import replay

    if others := [name for name, value in vars(args).items() if value != getattr(alone, name)]:
        raise InputError(
            "--replay decides by what a search has logged, with its settings: leave "
            f"--{others[0]} out"
        )
    return replay(args.replay)


if __name__ == "__main__":
    sys.exit(main())
