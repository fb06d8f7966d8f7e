"""A command line of searches that train a supernet, carried out for a person."""

from __future__ import annotations

import argparse
import itertools
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks_data import spaces
from benchmarks_data.command import FAILED, writable_folder
from benchmarks_data.errors import InputError, unknown
from benchmarks_data.spaces.sizes import check_cells
from harness.scoring.image_file import image_file
from harness.search_methods.command import targets_of
from harness.search_methods.trained.checkpoints import CHECKPOINTS
from harness.search_methods.trained.methods import RECORD, Trained
from harness.search_methods.trained.searching import check_checkpoints, search
from harness.search_methods.trained.setting import Setting
from harness.terminal.checks import check_device, check_replaceable, say_what_is_replaced


def settings_of(args: argparse.Namespace, method: Trained) -> list[Setting]:
    """Return the settings of a command line: the grid, and each seed of it.

    Raises:
        InputError: for what cannot be used.
    """
    space = spaces.get(args.space)
    dataset = args.dataset or next(iter(space.datasets))
    if dataset not in space.datasets:
        raise unknown(f"dataset of {space.name}:", dataset, space.datasets)
    if args.images is None:
        raise InputError(f"--method {method.name} trains, and needs real images: --images FILE.npz")
    if args.least_rate > args.rate:
        raise InputError(f"--least-rate {args.least_rate:g} is more than --rate {args.rate:g}")
    images = image_file(args.images)
    counts, channels, cells, epochs = (
        list(dict.fromkeys(given or [None]))
        for given in (args.images_count, args.channels, args.cells, args.epochs)
    )
    for count in cells:
        check_cells(space, count)
    from harness.search_methods.trained.halves import check_halves

    for count in counts:
        check_halves(images, space.datasets[dataset], count, args.batch)
    same = {
        name: getattr(args, name)
        for name in (
            "batch", "rate", "least_rate", "momentum", "decay", "clip", "alpha_rate",
            "alpha_decay", "beta", "flood", "radius", "enter_every", "dtype",
        )
    }  # fmt: skip
    return [
        Setting(
            method=method.name, space=space.name, dataset=dataset, seed=seed, images=images,
            images_count=count, channels=width, cells=depth, epochs=length,
            augment=args.augment == "crop-flip", device=check_device(args.device), **same,
        )
        for count, width, depth, length in itertools.product(counts, channels, cells, epochs)
        for seed in range(args.seeds)
    ]  # fmt: skip


def carry_out(args: argparse.Namespace, method: Trained, prog: str, command: Sequence[str]) -> int:
    """Search, write the report, and return the exit status.

    Raises:
        InputError: for what cannot be used.
    """
    settings = settings_of(args, method)
    table, targets = targets_of(args, args.space)
    out = writable_folder(args.out or Path("reports") / f"search-{args.space}-{method.name}")
    check_replaceable(out, RECORD)
    from harness.search_methods.trained.beside import read_beside
    from harness.search_methods.trained.report import Beside, publish_trained
    from harness.search_methods.trained.results import labels_of

    labels, dataset = labels_of(settings), settings[0].dataset
    others = read_beside(args.beside, args.space, table, targets, labels, dataset)
    folder = writable_folder(out / CHECKPOINTS)
    check_checkpoints(settings, folder)
    say_what_is_replaced(prog, out, RECORD)
    selections = list(dict.fromkeys(args.select))

    def say(line: str) -> None:
        print(line, file=sys.stderr, flush=True)

    outcomes = [search(one, selections, args.tune, folder, say) for one in settings]
    beside = Beside(args.space, settings[0].dataset, table, targets, others)
    publish_trained(outcomes, beside, out, command, args.tune)
    return FAILED if any(one.fault for o in outcomes for one in o.selected) else 0
