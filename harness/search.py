"""FreeDARTS: find an architecture in a supernet at initialisation, by the sensitivity of its
operations, within seconds.

Zhang, Huang, "Connection Sensitivity Matters for Training-free DARTS", arXiv 2106.11542.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import benchmarks_data
from benchmarks_data import spaces
from benchmarks_data.command import FAILED, Parser, given_path, guarded, writable_folder
from benchmarks_data.errors import InputError, unknown
from benchmarks_data.table import is_accuracy
from harness.command import (
    check_device,
    check_replaceable,
    positive,
    say_what_is_replaced,
    scale,
    tables_folder,
)
from harness.computing.local import cores
from harness.fed import fed
from harness.inputs import ImageFile, add_images, check_batch, images_named, name_of
from harness.numerics import say_meaningless
from harness.schedules import SCHEDULES
from harness.scoring import DTYPES
from harness.searching import STEPS, Plan, Search, Setting, logged, measurements_of, search
from proxies.passes.objectives import (
    ALPHAS,
    BATCHNORMS,
    OBJECTIVES,
    PRESETS,
    SIGNS,
    WEIGHTS,
    Numerics,
    changed,
    preset,
)

if TYPE_CHECKING:
    from benchmarks_data.table import Table

PROG = "python -m harness.search"


def parser(prog: str = PROG) -> argparse.ArgumentParser:
    """Return the command's argument parser."""
    p = Parser(
        prog,
        "Search an architecture in a supernet at initialisation, by the zero-cost sensitivity of "
        "its operations.",
    )
    what = p.add_argument_group("what is searched")
    what.add_argument(
        "--space",
        default="nb201",
        metavar="NAME",
        help=f"one of {', '.join(spaces.names())} (default: nb201)",
    )
    what.add_argument(
        "--dataset", metavar="NAME", help="whose networks are searched (default: the space's first)"
    )
    what.add_argument(
        "--objective",
        nargs="+",
        choices=OBJECTIVES,
        default=["synflow"],
        help="what R is (default: synflow)",
    )
    what.add_argument(
        "--schedule", nargs="+", choices=SCHEDULES, default=["one-shot"],
        help="one-shot, as in the authors' code; the others are this project's constructions "
            "(default: one-shot)",
    )  # fmt: skip
    what.add_argument(
        "--seeds",
        type=positive,
        default=1,
        metavar="N",
        help="seeds 0 to N-1 of weights and batches (default: 1)",
    )
    what.add_argument(
        "--steps",
        type=positive,
        metavar="N",
        help="measurements of an iterative schedule (default: one a decision)",
    )
    what.add_argument(
        "--none",
        choices=("in", "out"),
        default="in",
        help="whether none is a candidate (default: in)",
    )
    what.add_argument(
        "--channels",
        type=positive,
        metavar="N",
        help="initial channels of the supernet (default: as published)",
    )
    what.add_argument(
        "--cells",
        type=positive,
        metavar="N",
        help="cells of the supernet, in nb201 of a stage (default: as published)",
    )
    how = p.add_argument_group("how sensitivities are measured")
    how.add_argument(
        "--preset", choices=PRESETS, default="authors",
        help="what the next five are unless given: as in the authors' notebooks, or linearised: "
            "gates of 1, and for synflow "
        "no normalisation (default: authors)",
    )  # fmt: skip
    how.add_argument("--alpha", choices=ALPHAS, help="gates: ones, or normal")
    how.add_argument(
        "--gate-scale",
        type=scale,
        metavar="X",
        help="their value or standard deviation (default: ones 1, normal 1e-3)",
    )
    how.add_argument(
        "--signs", choices=SIGNS, help="normal gates as they are drawn, or their absolute values"
    )
    how.add_argument(
        "--weights",
        choices=WEIGHTS,
        help="weights of snip and grasp; those of synflow are absolute",
    )
    how.add_argument(
        "--batchnorm", choices=BATCHNORMS, help="normalisation by the batch's statistics, or none"
    )
    how.add_argument(
        "--batch",
        type=positive,
        default=64,
        metavar="N",
        help="images of snip and grasp (default: 64)",
    )
    add_images(how)
    how.add_argument(
        "--dtype",
        choices=DTYPES,
        help="(default: float32 with --preset authors, and for synflow without normalisation; "
        "else float64)",
    )
    how.add_argument("--device", default="cpu", help="cpu, cuda, cuda:1, mps ... (default: cpu)")
    how.add_argument(
        "--workers",
        type=positive,
        metavar="N",
        help="processes that search (default: the machine's cores; 1 on other devices)",
    )
    against = p.add_argument_group("what it is compared with")
    against.add_argument(
        "--target",
        nargs="+",
        metavar="COLUMN",
        help="columns of the table (default: test accuracies)",
    )
    against.add_argument(
        "--tables",
        type=given_path,
        metavar="DIR",
        help="folder of tables (default: NAS_TABLES, else the installed one)",
    )
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
    args = parser(prog).parse_args(argv)
    if args.replay:
        return _replay(args, parser(prog).parse_args(["--replay", str(args.replay)]))
    settings = make_settings(args)
    said = fed_to(settings)
    print(f"{prog}: {said}", flush=True)
    table, targets = targets_of(args, settings[0].space)
    out = writable_folder(args.out or Path("reports") / f"search-{args.space}")
    check_replaceable(out, "search.json")
    plan = Plan(
        tuple(dict.fromkeys(args.schedule)),
        args.none == "in",
        args.steps,
        writable_folder(out / STEPS),
    )
    from harness.analysis import read_scores
    from harness.search_report import Context, publish_search, read_published

    if args.scores:
        read_scores(args.scores / "scores.csv")
    published = read_published(args.published, args.space) if args.published else {}
    warnings = say_what_is_doubtful(prog, settings)
    say_what_is_replaced(prog, out, "search.json")
    searches = [
        one for searches in search_all(plan, settings, args.workers).values() for one in searches
    ]
    provenance: dict[str, Any] = {
        "command": [prog, *(sys.argv[1:] if argv is None else argv)],
        "space": args.space,
        "preset": args.preset,
        "none": args.none,
        "steps": plan.steps,
        "schedules": list(plan.schedules),
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


def _replay(args: argparse.Namespace, alone: argparse.Namespace) -> int:
    """Replay the searches of a command line.

    Raises:
        InputError: it differs from *alone*, which has no other option.
    """
    from harness.replay import replay

    if others := [name for name, value in vars(args).items() if value != getattr(alone, name)]:
        raise InputError(
            "--replay decides by what a search has logged, with its settings: leave "
            f"--{others[0]} out"
        )
    return replay(args.replay)


def make_settings(args: argparse.Namespace) -> list[Setting]:
    """Return the settings of a command line, one for each objective and seed.

    Raises:
        InputError: for what cannot be used.
    """
    if args.weights == "drawn" and "synflow" in args.objective:
        raise InputError(
            "--weights drawn: synflow takes absolute weights by definition; name --objective "
            "snip or grasp"
        )
    if args.steps and set(args.schedule) == {"one-shot"}:
        raise InputError("--steps: one-shot measures once; name an iterative --schedule too")
    shared, settings = shared_by_settings(args), []
    for objective in dict.fromkeys(args.objective):
        numerics = changed(
            preset(args.preset, objective, args.space), alpha=args.alpha,
            gate_scale=args.gate_scale, signs=args.signs,
            weights=args.weights, batchnorm=args.batchnorm,
        )  # fmt: skip
        dtype = args.dtype or default_dtype(args.preset, objective, numerics)
        settings += [
            Setting(objective=objective, seed=seed, numerics=numerics, dtype=dtype, **shared)
            for seed in range(args.seeds)
        ]
    return settings


def shared_by_settings(args: argparse.Namespace) -> dict[str, Any]:
    """Return what all settings of a command line have in common.

    Raises:
        InputError: for what cannot be used.
    """
    space = spaces.get(args.space)
    dataset = args.dataset or next(iter(space.datasets))
    if dataset not in space.datasets:
        raise unknown(f"dataset of {space.name}:", dataset, space.datasets)
    images = images_named(args.images)
    if isinstance(images, ImageFile) and set(args.objective) - {"synflow"}:
        check_batch(images, args.batch, space.datasets[dataset].classes)
    return {
        "space": space.name,
        "dataset": dataset,
        "images": images,
        "batch": args.batch,
        "channels": args.channels,
        "cells": args.cells,
        "device": check_device(args.device),
    }


def say_what_is_doubtful(prog: str, settings: Sequence[Setting]) -> list[str]:
    """Print to stderr what makes rounding errors of sensitivities.

    Return why some say nothing in any precision.
    """
    if any(
        one.dtype == "float32"
        and one.numerics.alpha == "ones"
        and one.numerics.batchnorm == "train"
        for one in settings
    ):
        print(
            f"{prog}: in float32 a supernet with gates of 1 and normalisation returns rounding "
            "errors",
            file=sys.stderr,
        )
    return say_meaningless(prog, ((one.space, one.objective, one.numerics) for one in settings))


def default_dtype(preset: str, objective: str, numerics: Numerics) -> str:
    """Return the precision of sensitivities.

    Float32 as in the notebooks and where they are rescaled on their way, else float64.
    """
    return (
        "float32"
        if preset == "authors" or (objective, numerics.batchnorm) == ("synflow", "bypass")
        else "float64"
    )


def fed_to(settings: Sequence[Setting]) -> str:
    """Return the sentence that says which objectives are fed what: synflow reads no images."""
    objectives = list(dict.fromkeys(setting.objective for setting in settings))
    readers = [objective for objective in objectives if objective != "synflow"]
    return fed(
        name_of(settings[0].images),
        readers,
        [objective for objective in objectives if objective not in readers],
    )


def targets_of(args: argparse.Namespace, name: str) -> tuple[Table | None, list[str]]:
    """Return the table of a space's benchmark and the columns to look up.

    None where the space has no table.
    """
    space = spaces.get(name)
    if not space.benchmark:
        for option in ("target", "tables", "scores"):
            if getattr(args, option, None):
                raise InputError(
                    f"the space {name} has no table of trained results: leave --{option} out"
                )
        return None, []
    table = benchmarks_data.get(space.benchmark).table(tables_folder(args.tables))
    if args.target:
        targets = [table.target(target) for target in dict.fromkeys(args.target)]
        if others := [target for target in targets if not is_accuracy(target)]:
            raise InputError(
                f"--target {others[0]} is no accuracy, which searches are set beside: leave it out"
            )
        return table, targets
    found = []
    for dataset in space.datasets:
        try:
            found.append(table.default_target(dataset))
        except InputError:  # a table may lack a dataset
            continue
    return table, found


def search_all(
    plan: Plan, settings: Sequence[Setting], workers: int | None
) -> dict[Setting, list[Search]]:
    """Return the searches of each setting, in the order of *settings*, with a bar of the
    measurements that are logged.

    Args:
        plan: what is searched for under every setting.
        settings: all on one device.
        workers: how many processes; None is one for each core, or a single one on another device
            than the CPU.
    """
    from rich.console import Console

    from harness.computing.contract import all_or_nothing
    from harness.computing.local import Local
    from harness.progress import watched

    local = Local(workers or (cores() if settings[0].device == "cpu" else 1))
    searched: dict[Setting, list[Search]] = {}
    with watched(
        Console(stderr=True),
        "searching",
        measurements_of(plan, settings),
        partial(logged, plan, settings),
    ):
        for done, (setting, searches) in enumerate(
            all_or_nothing(local, partial(_labelled, plan), settings), 1
        ):
            searched[setting] = searches
            if not sys.stderr.isatty() and done * 20 // len(settings) > (done - 1) * 20 // len(
                settings
            ):
                print(f"searched {done} of {len(settings)} settings", file=sys.stderr, flush=True)
    return {setting: searched[setting] for setting in settings}


def _labelled(plan: Plan, setting: Setting) -> tuple[Setting, list[Search]]:
    return setting, search(plan, setting)


if __name__ == "__main__":
    sys.exit(main())
