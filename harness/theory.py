"""ZEROS' theory and its claim of no parameter-intensive bias, measured on NAS-Bench-201 and on the
DARTS space.

``python -m harness.theory``: the neural tangent kernel's bound on the generalisation error against
ZEROS, for cells and for a supernet's operations, and the sizes of what ZEROS chooses against random
choices (arXiv 2106.11542, section 5).
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any

import benchmarks_data
from benchmarks_data.command import Parser, given_path, guarded, writable_folder
from benchmarks_data.errors import InputError
from harness.claims.kernel import BENCHMARK, DATASET, SEARCH_BATCH, Design
from harness.claims.measurements import measure_all
from harness.computing.local import cores
from harness.scoring.image_file import ImageFile, check_batch
from harness.scoring.inputs import Images, images_named
from harness.scoring.selection import select
from harness.search_methods.numerics import say_meaningless
from harness.terminal.checks import check_replaceable, say_what_is_replaced
from harness.terminal.options import add_images, natural, positive
from proxies.passes.objectives import OBJECTIVES, PRESETS, preset

PROG = "python -m harness.theory"
WIDTHS = (4, 8, 16)


def parser(prog: str = PROG) -> argparse.ArgumentParser:
    """Return the command's argument parser; long, since one option follows another."""
    p = Parser(
        prog,
        "Measure ZEROS against the neural tangent kernel's bound, and the sizes of what it "
        "chooses.",
    )
    p.add_argument(
        "--archs",
        default="200",
        metavar="N",
        help="connected cells of nb201: a number or a file (default: 200)",
    )
    p.add_argument(
        "--widths",
        type=positive,
        nargs="+",
        default=list(WIDTHS),
        metavar="N",
        help="initial channels (default: 4 8 16)",
    )
    p.add_argument(
        "--batch",
        type=positive,
        default=32,
        metavar="N",
        help="images of the kernel, snip and grasp of cells (default: 32)",
    )
    add_images(p)
    p.add_argument(
        "--seed",
        type=natural,
        default=0,
        metavar="N",
        help="the first, which draws the cells too (default: 0)",
    )
    p.add_argument(
        "--seeds",
        type=positive,
        default=3,
        metavar="N",
        help="how many seeds of weights and batches (default: 3)",
    )
    p.add_argument(
        "--preset",
        choices=PRESETS,
        default="authors",
        help="gates of supernets and searches, as of harness.search (default: authors)",
    )
    p.add_argument(
        "--searches",
        type=natural,
        default=3,
        metavar="N",
        help="seeds of searches whose sizes are compared (default: 3)",
    )
    p.add_argument(
        "--published",
        type=given_path,
        metavar="FILE.json",
        help="genotypes whose sizes are compared: {name: genotype}",
    )
    p.add_argument(
        "--workers", type=positive, metavar="N", help="processes (default: the machine's cores)"
    )
    p.add_argument(
        "--out",
        type=given_path,
        default=Path("reports/theory"),
        metavar="DIR",
        help="(default: reports/theory)",
    )
    return p


def main(argv: Sequence[str] | None = None, prog: str = PROG) -> int:
    """Run the command and return its exit status: 0 done, 2 unusable input, 130 interrupted."""
    return guarded(prog, partial(_run, prog), argv, kept="finished measurements are")


def _run(prog: str, argv: Sequence[str] | None) -> int:
    args = parser(prog).parse_args(argv)
    indices, warning = select(benchmarks_data.get(BENCHMARK), args.archs, "connected", args.seed)
    images, published = _given(args)
    out = writable_folder(args.out)
    check_replaceable(out, "theory.json")
    seeds = range(args.seed, args.seed + args.seeds)
    designs = {seed: Design(args.batch, images, seed, args.preset) for seed in seeds}
    design = designs[args.seed]
    print(f"{prog}: {design.fed()}", flush=True)
    if warning:
        print(f"{prog}: {warning}", file=sys.stderr)
    searches = list(product((BENCHMARK, "darts"), OBJECTIVES, range(args.searches)))
    warnings = say_meaningless(
        prog,
        (
            (space, objective, preset(args.preset, objective, space))
            for space, objective, _ in searches
        ),
    )
    say_what_is_replaced(prog, out, "theory.json")
    widths = sorted(set(args.widths))
    measured = measure_all(
        designs, list(product(indices, widths)), widths, searches, out, args.workers or cores()
    )

    from harness.claims.report import publish_theory

    provenance: dict[str, Any] = {
        "command": [prog, *(sys.argv[1:] if argv is None else argv)],
        **design.key(),
        "seeds": list(seeds),
        "preset": args.preset,
        "widths": widths,
        "archs": args.archs,
        "warnings": warnings,
        "finished": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
    }
    publish_theory(measured, published, design, out, provenance)
    return 0


def _given(args: argparse.Namespace) -> tuple[Images, dict[str, Any]]:
    """Return the images and the published genotypes of a command line.

    Raises:
        InputError: for what cannot be used.
    """
    if args.batch < 2:
        raise InputError("--batch 1: a kernel needs at least two images")
    images = images_named(args.images)
    if isinstance(images, ImageFile):
        check_batch(
            images,
            max(args.batch, SEARCH_BATCH),
            benchmarks_data.get(BENCHMARK).datasets[DATASET].classes,
        )
    if not args.published:
        return images, {}
    from harness.search_methods.published import read_published

    return images, read_published(args.published, "darts")


if __name__ == "__main__":
    sys.exit(main())
