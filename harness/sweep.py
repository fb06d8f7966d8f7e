"""Which settings FreeDARTS' results depend on.

Gate scale x batch normalisation x signs of gates, for each objective.

``python -m harness.sweep``: one-shot searches in a supernet at initialisation under every
combination, with several seeds, and what they find: accuracies, size among random architectures,
how many different ones (arXiv 2106.11542).
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks_data.command import Parser, given_path, guarded, writable_folder
from harness.scoring.inputs import record_of
from harness.scoring.job import DTYPES
from harness.search_methods.command import fed_to, say_what_is_doubtful, targets_of
from harness.search_methods.measurements import STEPS
from harness.search_methods.options import add_space, add_supernet_size
from harness.search_methods.running import search_all
from harness.search_methods.searches import SearchPlan
from harness.search_methods.sweep_settings import make_settings
from harness.terminal.checks import check_replaceable, say_what_is_replaced
from harness.terminal.config_file import add_config, parsed
from harness.terminal.options import (
    add_device,
    add_images,
    add_tables,
    add_targets,
    positive,
    scale,
)
from proxies.passes.objectives import BATCHNORMS, OBJECTIVES, SIGNS

PROG = "python -m harness.sweep"
SCALES = (1e-4, 1e-3, 1e-2, 1e-1, 1.0)
RECORD = "sweep.json"


def parser(prog: str = PROG) -> argparse.ArgumentParser:
    """Return the command's argument parser; long, since one option follows another."""
    p = Parser(
        prog,
        "Search under every combination of gate scale, normalisation and signs of gates, and "
        "compare what is found.",
    )
    add_space(p)
    p.add_argument(
        "--objective",
        nargs="+",
        choices=OBJECTIVES,
        default=list(OBJECTIVES),
        help="(default: all)",
    )
    p.add_argument(
        "--scales", nargs="+", type=scale, default=list(SCALES), metavar="X",
        help="standard deviations of normal gates (default: 1e-4 1e-3 1e-2 1e-1 1); gates of 1 "
            "are searched too",
    )  # fmt: skip
    p.add_argument(
        "--batchnorm",
        nargs="+",
        choices=BATCHNORMS,
        default=list(BATCHNORMS),
        help="(default: both)",
    )
    p.add_argument(
        "--signs",
        nargs="+",
        choices=SIGNS,
        default=list(SIGNS),
        help="of normal gates (default: both)",
    )
    p.add_argument(
        "--seeds", nargs="+", type=positive, default=[20], metavar="N",
        help="seeds 0 to N-1 of weights and batches: a number for all objectives, or one for "
            "each (default: 20)",
    )  # fmt: skip
    p.add_argument(
        "--batch",
        type=positive,
        default=64,
        metavar="N",
        help="images of snip and grasp (default: 64)",
    )
    add_images(p)
    add_supernet_size(p)
    p.add_argument(
        "--dtype",
        choices=DTYPES,
        help="(default: float32 for synflow without normalisation, else float64)",
    )
    add_device(p)
    p.add_argument(
        "--workers",
        type=positive,
        metavar="N",
        help="processes (default: the machine's cores; 1 on other devices)",
    )
    add_targets(p, "test accuracies")
    add_tables(p)
    p.add_argument(
        "--out",
        type=given_path,
        metavar="DIR",
        help="where results go (default: reports/sweep-SPACE)",
    )
    add_config(p)
    return p


def main(argv: Sequence[str] | None = None, prog: str = PROG) -> int:
    """Run the command and return its exit status: 0 done, 2 unusable input, 130 interrupted."""
    return guarded(prog, partial(_run, prog), argv, kept="finished measurements are")


def _run(prog: str, argv: Sequence[str] | None) -> int:
    args = parsed(parser(prog), argv)
    settings = make_settings(args)
    said = fed_to(settings)
    print(f"{prog}: {said}", flush=True)
    table, targets = targets_of(args, settings[0].space)
    out = writable_folder(args.out or Path("reports") / f"sweep-{args.space}")
    check_replaceable(out, RECORD)
    warnings = say_what_is_doubtful(prog, settings)
    say_what_is_replaced(prog, out, RECORD)
    plan = SearchPlan(("one-shot",), none=True, steps=None, folder=writable_folder(out / STEPS))
    searches = {
        setting: one for setting, (one,) in search_all(plan, settings, args.workers).items()
    }

    from harness.search_methods.sweep_report import publish_sweep

    provenance: dict[str, Any] = {
        "command": [prog, *(sys.argv[1:] if argv is None else argv)],
        "space": args.space,
        "dataset": settings[0].dataset,
        "images": record_of(settings[0].images),
        "batch": args.batch,
        "seeds": args.seeds,
        "channels": args.channels,
        "cells": args.cells,
        "dtype": args.dtype,
        "warnings": warnings,
        "table": table.provenance() if table else "none",
        "finished": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
    }
    publish_sweep(searches, table, targets, said, out, provenance)
    return 0


if __name__ == "__main__":
    sys.exit(main())
