"""ZEROS' theory and its claim of no parameter-intensive bias, measured on NAS-Bench-201 and on the
DARTS space.

``python -m harness.theory``: the neural tangent kernel's bound on the generalisation error against
ZEROS, for cells and for a supernet's operations, and the sizes of what ZEROS chooses against random
choices (arXiv 2106.11542, section 5).
"""

from __future__ import annotations

import argparse
import math
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any

import benchmarks_data
from benchmarks_data import spaces
from benchmarks_data.command import Parser, given_path, guarded, writable_folder
from benchmarks_data.errors import InputError
from harness.command import check_replaceable, natural, positive, say_what_is_replaced
from harness.computing.local import cores
from harness.inputs import ImageFile, Images, add_images, check_batch, images_named
from harness.kernel import (
    BENCHMARK,
    CELL,
    DATASET,
    KERNEL,
    SCORES,
    SEARCH_BATCH,
    Design,
    measure_cell,
    measure_supernet,
    search_size,
)
from harness.lines import Lines, path_of
from harness.numerics import say_meaningless
from harness.searching import STEPS
from harness.selection import select
from proxies.passes.objectives import OBJECTIVES, OVERFLOWN, PRESETS, VANISHED, preset

PROG = "python -m harness.theory"
WIDTHS = (4, 8, 16)


def parser(prog: str = PROG) -> argparse.ArgumentParser:
    """Return the command's argument parser."""
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
    cells, supernets, sizes = _measure_all(
        designs, list(product(indices, widths)), widths, searches, out, args.workers or cores()
    )

    from harness.theory_report import publish_theory

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
    publish_theory(cells, supernets, sizes, published, design, out, provenance)
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
    from harness.search_report import read_published

    return images, read_published(args.published, "darts")


def _measure_all(
    designs: Mapping[int, Design],
    items: Sequence[tuple[int, int]],
    widths: Sequence[int],
    searches: Sequence[tuple[str, str, int]],
    out: Path,
    workers: int,
) -> tuple[dict[Any, Any], dict[Any, Any], dict[Any, Any]]:
    """Return what is measured of cells, supernets and searches, as
    :func:`harness.theory_report.publish_theory` takes it.

    Args:
        designs: by seed; the first one's images are those of searches.
        items: (index, width) of the cells.
        widths: of the supernets.
        searches: (space, objective, seed).
        out: the folder of the logs.
        workers: how many processes.
    """
    logs = {
        seed: Lines(path_of(out, "theory", design.key()), design.key(), valid=_valid)
        for seed, design in designs.items()
    }
    for seed, design in designs.items():
        _measure(
            logs[seed],
            f"seed {seed}, cells",
            "cells",
            items,
            partial(measure_cell, design),
            workers,
        )
        _measure(
            logs[seed],
            f"seed {seed}, supernets",
            "supernets",
            widths,
            partial(measure_supernet, design),
            workers,
        )
    first = next(iter(designs))
    _measure(
        logs[first],
        "sizes",
        "sizes",
        searches,
        partial(search_size, designs[first], writable_folder(out / STEPS)),
        workers,
    )
    cells = {
        (seed, *item): logs[seed].known[_key("cells", item)] for seed in designs for item in items
    }
    supernets = {
        (seed, width): logs[seed].known[_key("supernets", width)]
        for seed in designs
        for width in widths
    }
    return cells, supernets, {item: logs[first].known[_key("sizes", item)] for item in searches}


def _key(what: str, item: object) -> str:
    return f"{what} {item}"


def _valid(key: str, value: Any) -> bool:
    """Return whether a line of the log can be a measurement."""
    if not isinstance(value, dict):
        return False
    what = key.partition(" ")[0]
    if what == "sizes":
        whole = isinstance(value.get("params"), int) or value.get("params") is None
        return (
            value.keys() == {"arch", "params", "fault"}
            and whole
            and isinstance(value["arch"], str)
            and value["fault"] in ("", OVERFLOWN, VANISHED)
        )
    if what == "cells":
        known = value.keys() == set(CELL) and all(
            isinstance(entry, float) for entry in value.values()
        )
        return (
            known
            and not any(math.isnan(value[name]) for name in SCORES)
            and all(_plausible(value[name]) for name in KERNEL)
        )
    shape = [len(choice.operations) for choice in spaces.get(BENCHMARK).choices]
    return value.keys() == {*OBJECTIVES, *KERNEL} and all(
        _is_table(table, shape) for table in value.values()
    )


def _plausible(value: Any) -> bool:
    """Return whether a value can be a bound, a trace or a sensitivity.

    From 0 on, or NaN where a kernel is singular.
    """
    return isinstance(value, float) and (math.isnan(value) or 0.0 <= value < math.inf)


def _is_table(value: Any, shape: Sequence[int]) -> bool:
    rows = isinstance(value, list) and all(
        isinstance(row, list) and all(map(_plausible, row)) for row in value
    )
    return rows and [len(row) for row in value] == shape


def _measure(
    log: Lines,
    title: str,
    what: str,
    items: Iterable[Any],
    compute: Callable[[Any], Any],
    workers: int,
) -> None:
    """Measure what the log does not know yet, in several processes, and log each result as it
    comes.
    """
    from rich.console import Console

    from harness.computing.contract import all_or_nothing
    from harness.computing.local import Local
    from harness.progress import watched

    due = [item for item in items if _key(what, item) not in log.known]
    before = len(log.known)
    with watched(Console(stderr=True), title, len(due), lambda: len(log.known) - before):
        for done, (item, value) in enumerate(
            all_or_nothing(Local(workers), partial(_labelled, compute), due), 1
        ):
            log.add(_key(what, item), value)
            if not sys.stderr.isatty() and done * 10 // len(due) > (done - 1) * 10 // len(due):
                print(f"{title}: measured {done} of {len(due)}", file=sys.stderr, flush=True)


def _labelled(compute: Callable[[Any], Any], item: Any) -> tuple[Any, Any]:
    return item, compute(item)


if __name__ == "__main__":
    sys.exit(main())
