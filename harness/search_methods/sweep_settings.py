"""The settings of a sweep: every combination of gate scale, normalisation and signs."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator
from itertools import product

from benchmarks_data.errors import InputError
from harness.search_methods.command import default_dtype, shared_by_settings
from harness.search_methods.settings import Setting
from proxies.passes.objectives import Numerics, changed, preset


def make_settings(args: argparse.Namespace) -> list[Setting]:
    """Return the settings of a command line, seed by seed, so that what is there of a stopped sweep
    is balanced.
    """
    shared, objectives = shared_by_settings(args), list(dict.fromkeys(args.objective))
    if len(args.seeds) not in (1, len(objectives)):
        raise InputError(
            f"--seeds takes one number, or one for each of {len(objectives)} objectives, not "
            f"{len(args.seeds)}"
        )
    seeds = args.seeds * len(objectives) if len(args.seeds) == 1 else args.seeds
    return [
        Setting(
            objective=objective,
            seed=seed,
            numerics=numerics,
            dtype=args.dtype or default_dtype("linearised", objective, numerics),
            **shared,
        )
        for objective, count in zip(objectives, seeds, strict=True)
        for seed in range(count)
        for numerics in _grid(objective, args.space, args.scales, args.batchnorm, args.signs)
    ]


def _grid(
    objective: str,
    space: str,
    scales: Iterable[float],
    batchnorms: Iterable[str],
    signs: Iterable[str],
) -> Iterator[Numerics]:
    """Yield the numerics of an objective.

    Normal gates of every scale and sign, and gates of 1, which have no sign.
    """
    authors = preset("authors", objective, space)
    for batchnorm in dict.fromkeys(batchnorms):
        for size, sign in product(sorted(set(scales)), dict.fromkeys(signs)):
            yield changed(authors, gate_scale=size, signs=sign, batchnorm=batchnorm)
        yield changed(authors, alpha="ones", signs="absolute", batchnorm=batchnorm)
