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
from typing import Any

from benchmarks_data import spaces
from benchmarks_data.command import FAILED, Parser, given_path, guarded, writable_folder
from benchmarks_data.errors import InputError
from harness.scoring.job import DTYPES
from harness.search_methods.command import fed_to, make_settings, say_what_is_doubtful, targets_of
from harness.search_methods.running import search_all
from harness.search_methods.schedules import SCHEDULES
from harness.search_methods.searches import STEPS, Plan
from harness.terminal.checks import check_replaceable, say_what_is_replaced
from harness.terminal.options import add_images, positive, scale
from proxies.passes.objectives import (
    ALPHAS,
    BATCHNORMS,
    OBJECTIVES,
    PRESETS,
    SIGNS,
    WEIGHTS,
)

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
    from harness.scoring.frames import read_scores
    from harness.search_methods.report import Context, publish_search, read_published

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
    from harness.search_methods.replay import replay

    if others := [name for name, value in vars(args).items() if value != getattr(alone, name)]:
        raise InputError(
            "--replay decides by what a search has logged, with its settings: leave "
            f"--{others[0]} out"
        )
    return replay(args.replay)


if __name__ == "__main__":
    sys.exit(main())
