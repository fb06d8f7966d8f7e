"""FreeDARTS: an architecture in a supernet at initialisation, by the sensitivity of its operations.

Zhang, Huang, Wang, "Connection Sensitivity Matters for Training-free DARTS", arXiv 2106.11542.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from benchmarks_data.command import writable_folder
from benchmarks_data.errors import InputError
from harness.scoring.job import DTYPES
from harness.search_methods.command import default_dtype, shared_by_settings
from harness.search_methods.measurements import STEPS
from harness.search_methods.method import Method
from harness.search_methods.options import add_space, add_supernet_size
from harness.search_methods.schedules import SCHEDULES
from harness.search_methods.searches import SearchPlan
from harness.search_methods.settings import Setting
from harness.terminal.options import add_device, add_images, positive, scale
from proxies.passes.objectives import (
    ALPHAS,
    BATCHNORMS,
    OBJECTIVES,
    PRESETS,
    SIGNS,
    WEIGHTS,
    changed,
    preset,
)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add what is searched, and how sensitivities are measured."""
    _add_searched(parser)
    _add_measured(parser)


def _add_searched(parser: argparse.ArgumentParser) -> None:
    """Add what is searched; long, since one option follows another."""
    what = parser.add_argument_group("what is searched")
    add_space(what)
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
    add_supernet_size(what)


def _add_measured(parser: argparse.ArgumentParser) -> None:
    """Add how sensitivities are measured; long, since one option follows another."""
    how = parser.add_argument_group("how sensitivities are measured")
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
    add_device(how)
    how.add_argument(
        "--workers",
        type=positive,
        metavar="N",
        help="processes that search (default: the machine's cores; 1 on other devices)",
    )


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


def make_plan(args: argparse.Namespace, out: Path) -> SearchPlan:
    """Return what is searched for under every setting, with logs in the folder of the results."""
    return SearchPlan(
        tuple(dict.fromkeys(args.schedule)),
        args.none == "in",
        args.steps,
        writable_folder(out / STEPS),
    )


FREEDARTS = Method(
    "freedarts",
    "takes the most sensitive operations of a supernet at initialisation",
    add_options,
    make_settings,
    make_plan,
)
