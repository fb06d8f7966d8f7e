"""The main command: score architectures with proxies, correlate the scores with trained accuracies,
report.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import fields
from functools import partial
from pathlib import Path

from benchmarks_data.command import FAILED, Parser, given_path, guarded
from benchmarks_data.populations import POPULATIONS
from harness.runs.command import Invocation, carry_out, without_score
from harness.runs.plan import RunOptions, drawn, folder_of, make_plan
from harness.runs.several import ALL, FOLDER, across_benchmarks
from harness.scoring.job import PRECISION_HELP, PRECISIONS
from harness.terminal.checks import load_plugins
from harness.terminal.config_file import add_config, parsed
from harness.terminal.executor_options import add_options, executor_of
from harness.terminal.listing import listing, proxy_description
from harness.terminal.options import (
    add_device,
    add_focus,
    add_images,
    add_plugins,
    add_replace,
    add_shipped,
    add_store,
    add_tables,
    add_targets,
    add_tokens,
    add_width,
    positive,
)

PROG = "python -m harness.run"


def parser(prog: str = PROG) -> argparse.ArgumentParser:
    """Return the command's argument parser."""
    about = (
        "Score architectures of a tabular NAS benchmark with training-free proxies, and "
        "correlate with trained accuracies."
    )
    p = Parser(prog, about)
    _add_what_is_scored(p)
    _add_what_it_is_compared_with(p)
    _add_where_results_go(p)
    _add_how_it_is_computed(p)
    add_options(p)
    add_plugins(p, "Python files that register further proxies, or define a BENCHMARK")
    add_config(p)
    p.add_argument("--list", action="store_true", help="list proxies and benchmarks, and exit")
    p.add_argument("--describe", metavar="NAME", help="say all about a proxy, and exit")
    return p


def _add_what_is_scored(p: argparse.ArgumentParser) -> None:
    """Add the options; it is long because they are many."""
    what = p.add_argument_group("what is scored")
    what.add_argument(
        "--proxy",
        nargs="+",
        default=["zeros"],
        metavar="NAME",
        help="proxies, with options as in 'zeros[aggregate=min]'; 'all', or 'shipped': those whose "
        "scores of these architectures come with the harness. The trivial baselines are added "
        "(default: zeros)",
    )
    what.add_argument(
        "--benchmark",
        nargs="+",
        default=["nb201"],
        metavar="NAME",
        help="several give a report each and one across them; 'all' is every one with a table "
        "(default: nb201)",
    )
    what.add_argument(
        "--dataset",
        metavar="NAME",
        help="whose network is scored (default: the first target's, else cifar10)",
    )
    what.add_argument(
        "--archs",
        metavar="N",
        help=f"'all', a number to draw, or a file of indices (default: {RunOptions.archs})",
    )
    what.add_argument(
        "--sample-seed",
        type=int,
        default=0,
        metavar="SEED",
        help="seeds the draw of architectures (default: 0)",
    )
    what.add_argument(
        "--population",
        choices=POPULATIONS,
        default="all",
        help="every index, those with a path from input to output, or one per isomorphism class "
        "(default: all)",
    )
    what.add_argument(
        "--seeds",
        type=positive,
        default=1,
        metavar="N",
        help="seeds 0 to N-1 of weights and batches (default: 1)",
    )
    what.add_argument(
        "--batches",
        type=positive,
        metavar="N",
        help="batches 0 to N-1 of images and labels, each with every seed of weights (default: "
        "each seed draws its own)",
    )
    add_images(what)
    add_tokens(what)


def _add_what_it_is_compared_with(p: argparse.ArgumentParser) -> None:
    against = p.add_argument_group("what it is compared with")
    add_targets(against, "the dataset's test accuracy")
    add_tables(against)
    against.add_argument(
        "--against",
        metavar="NAME",
        help="the score to compare each other one with, declared beforehand (default: all pairs)",
    )
    add_focus(against, "the first --proxy that is no trivial baseline; of 'all', 'shipped' zeros")


def _add_where_results_go(p: argparse.ArgumentParser) -> None:
    where = p.add_argument_group("where results go")
    where.add_argument(
        "--out",
        type=given_path,
        metavar="DIR",
        help=f"CSV files and figures (default: reports/BENCHMARK-DATASET; of several {FOLDER})",
    )
    add_width(where)
    add_replace(where)
    add_store(where, "all scores, for later runs")
    add_shipped(where)
    where.add_argument(
        "--force",
        action="store_true",
        help="score anew what the store has or comes with the harness; what fails is shown as "
        "failed",
    )


def _add_how_it_is_computed(p: argparse.ArgumentParser) -> None:
    how = p.add_argument_group("how it is computed")
    add_device(how)
    how.add_argument("--dtype", choices=PRECISIONS, default="float32", help=PRECISION_HELP)
    how.add_argument(
        "--memory",
        type=positive,
        metavar="MB",
        help="for architectures computed together, in each process (default: 256; on a GPU half "
        "of what is free)",
    )


def main(argv: Sequence[str] | None = None, prog: str = PROG) -> int:
    """Run the command and return its exit status.

    0 done, 1 a proxy has no score at all (one that does not apply counts where it was named), 2
    unusable input, 130 interrupted.
    """
    return guarded(prog, partial(_run, prog), argv, kept="finished scores are")


def _run(prog: str, argv: Sequence[str] | None) -> int:
    args = parsed(parser(prog), argv)
    plugins = load_plugins(prog, args.plugin)
    if args.list or args.describe:
        print(proxy_description(args.describe) if args.describe else listing())
        return 0
    options = options_of(args, plugins)
    command = [prog, *(sys.argv[1:] if argv is None else argv)]
    called = Invocation(executor_of(args), args.store, prog, command, args.width)
    if args.benchmark == [ALL] or len(args.benchmark) > 1:
        return FAILED if across_benchmarks(args.benchmark, options, called) else 0
    plan = make_plan(options)
    out, note = folder_of(plan)
    notes = [*([drawn(plan)] if args.archs is None else []), *([note] if note else [])]
    return FAILED if without_score(carry_out(plan, out, called, notes), args.proxy) else 0


def options_of(args: argparse.Namespace, plugins: tuple[tuple[Path, int], ...]) -> RunOptions:
    """Return what a command line asks for, as plain values."""
    given = {**vars(args), "benchmark": args.benchmark[0]}
    names = [field.name for field in fields(RunOptions)]
    named = {name: given[name] for name in names if given.get(name) is not None}
    return RunOptions(
        **named,
        proxies=args.proxy,
        targets=args.target,
        plugins=plugins,
        shipped=not args.no_shipped,
    )


if __name__ == "__main__":
    sys.exit(main())
