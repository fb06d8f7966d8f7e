"""What the command lines of searches mean, checked."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import benchmarks_data
from benchmarks_data import spaces
from benchmarks_data.errors import InputError, unknown
from benchmarks_data.spaces.sizes import check_cells
from benchmarks_data.target import Target
from harness.reporting.fed import fed
from harness.scoring.checks import labels_missing
from harness.scoring.image_file import ImageFile, check_batch
from harness.scoring.inputs import images_named, name_of
from harness.search_methods.numerics import say_meaningless
from harness.search_methods.settings import Setting
from harness.terminal.checks import check_device, tables_folder
from proxies.passes.objectives import Numerics

if TYPE_CHECKING:
    from benchmarks_data.table import Table


def shared_by_settings(args: argparse.Namespace) -> dict[str, Any]:
    """Return what all settings of a command line have in common.

    Raises:
        InputError: for what cannot be used.
    """
    space = spaces.get(args.space)
    dataset = args.dataset or next(iter(space.datasets))
    if dataset not in space.datasets:
        raise unknown(f"dataset of {space.name}:", dataset, space.datasets)
    check_cells(space, args.cells)
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
    """Print to stderr what is doubtful: rounding errors, and labels that leave classes out.

    Return why some sensitivities say nothing in any precision.
    """
    first = settings[0]
    if isinstance(first.images, ImageFile):
        readers = [one for one in dict.fromkeys(s.objective for s in settings) if one != "synflow"]
        classes = spaces.get(first.space).datasets[first.dataset].classes
        if missing := labels_missing(first.images, classes, by_loss=readers):
            print(f"{prog}: {missing}", file=sys.stderr)
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
        if others := [target for target in targets if not Target.parse(target).is_accuracy]:
            raise InputError(
                f"--target {others[0]} is no accuracy, which searches are set beside: leave it out"
            )
        return table, targets
    defaults = []
    for dataset in space.datasets:
        try:
            defaults.append(table.default_target(dataset))
        except InputError:  # a table may lack a dataset
            continue
    return table, defaults
