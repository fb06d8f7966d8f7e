"""Searches by proxy, carried out: all that was given checked, every seed searched."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from random import Random
from typing import TYPE_CHECKING

import benchmarks_data
import proxies
from benchmarks_data.benchmark import HasNeighbours
from benchmarks_data.errors import InputError
from benchmarks_data.target import Target
from harness.scoring.job import Job
from harness.search_methods.by_proxy.algorithms import Sizes, Space
from harness.search_methods.by_proxy.candidates import check_limits, within
from harness.search_methods.by_proxy.course import Course
from harness.search_methods.by_proxy.methods import ByProxy
from harness.search_methods.by_proxy.stored_scores import StoredScores

if TYPE_CHECKING:
    from benchmarks_data.table import Table
    from harness.analysis.statistics import Vector
    from harness.scoring.store import Store


@dataclass(frozen=True)
class Setting:
    """What is searched for, and how.

    Attributes:
        method: of search.
        job: what scores depend on.
        request: the proxy; None where nothing is scored.
        proxy_seed: of weights and batches.
        table, target: what training comes to.
        indices: the architectures whose target is known.
        sizes: how much a search does.
        seeds: how many searches, with seeds from 0 on.
        at_most, at_least: limits by name.
    """

    method: ByProxy
    job: Job
    request: proxies.Request | None
    proxy_seed: int
    table: Table
    target: str
    indices: list[int]
    sizes: Sizes
    seeds: int
    at_most: Mapping[str, float]
    at_least: Mapping[str, float]


@dataclass(frozen=True)
class Outcome:
    """What searches came to.

    Attributes:
        courses: by seed.
        candidates: the architectures within the limits, ascending.
        accuracies: theirs (n,).
        missing: status -> how many scores that a search asked for are missing with it.
    """

    courses: list[Course]
    candidates: list[int]
    accuracies: Vector
    missing: dict[str, int]


def check(setting: Setting) -> None:
    """Raise InputError for what cannot be searched."""
    if not Target.parse(setting.target).higher_is_better:
        raise InputError(
            f"--target {setting.target}: less of it is better, and a search looks for the highest; "
            "name an accuracy, and limit this with --at-most"
        )
    if setting.request is not None and setting.request.components:
        raise InputError(
            f"--proxy {setting.request.name} ranks architectures among others, and has no score of "
            "one alone: name a single proxy"
        )
    check_limits(setting.table, setting.at_most, setting.at_least)
    _check_sizes(setting.method, setting.sizes)
    name = setting.job.benchmark
    if setting.method.evolves and not isinstance(benchmarks_data.get(name), HasNeighbours):
        raise InputError(
            f"--method {setting.method.name} needs neighbours of an architecture, which {name} "
            "does not offer: name --method random or first"
        )


def _check_sizes(method: ByProxy, sizes: Sizes) -> None:
    if method.trains_highest and sizes.train > sizes.budget:
        raise InputError(
            f"--train {sizes.train}: only {sizes.budget} architectures are scored; raise --budget, "
            "or train fewer"
        )
    if not method.evolves:
        return
    limits = {"--budget": sizes.budget}
    if method.fitness == "accuracy":
        limits["--train"] = sizes.train
    for option, most in limits.items():
        if sizes.population > most:
            raise InputError(
                f"--population-size {sizes.population} is more than {option} {most}: lower it, or "
                f"raise {option}"
            )
    if sizes.tournament > sizes.population:
        raise InputError(
            f"--tournament-size {sizes.tournament} is more than --population-size "
            f"{sizes.population}: lower it"
        )


def searched(setting: Setting, store: Store, workers: int | None, prog: str) -> Outcome:
    """Search with every seed, and say how far it has come.

    Raises:
        InputError: fewer architectures are within the limits than are to be scored or trained.
    """
    costs = cache(lambda name: StoredScores(setting.job, proxies.request(name), 0, store, workers))
    candidates = within(
        setting.table,
        setting.indices,
        setting.at_most,
        setting.at_least,
        lambda name, indices: costs(name).values(indices),
    )
    _check_enough(setting, len(candidates))
    accuracies = setting.table.values[setting.target][candidates].to_numpy(float)
    table = dict(zip(candidates, accuracies.tolist(), strict=True))
    scores = (
        StoredScores(setting.job, setting.request, setting.proxy_seed, store, workers)
        if setting.request
        else None
    )
    streams = [Random(seed) for seed in range(setting.seeds)]
    drawn = [one.sample(candidates, setting.method.draws(setting.sizes)) for one in streams]
    if scores:  # those of all searches at once; each search asks for its own
        scores.oriented([index for one in drawn for index in one])
    space, courses = _space(setting, candidates), []
    for seed, (stream, start) in enumerate(zip(streams, drawn, strict=True)):
        course = Course(seed, scores.oriented if scores else None, table)
        setting.method.search(course, start, space, setting.sizes, stream)
        course.seconds = scores.seconds(course.scored) if scores else 0.0
        courses.append(course)
        print(
            f"{prog}: search {seed + 1} of {setting.seeds}: {len(course.scored):,} scored, "
            f"{len(course.trained):,} trained",
            file=sys.stderr,
            flush=True,
        )
    asked = {index for one in courses for index in one.scored}
    missing = scores.missing(asked) if scores else {}
    return Outcome(courses, candidates, accuracies, missing)


def _check_enough(setting: Setting, count: int) -> None:
    sizes = setting.sizes
    wanted = {"--budget": sizes.budget}
    if setting.method.fitness == "accuracy":
        wanted["--train"] = sizes.train
    for option, number in wanted.items():
        if number > count:
            raise InputError(
                f"{option} {number}: there are {count} architectures within the limits whose "
                f"{setting.target} is known; lower it"
            )


def _space(setting: Setting, candidates: list[int]) -> Space:
    benchmark, allowed = benchmarks_data.get(setting.job.benchmark), set(candidates)

    @cache
    def neighbours(index: int) -> list[int]:
        assert isinstance(benchmark, HasNeighbours)  # as was checked
        return [other for other in benchmark.neighbours(index) if other in allowed]

    return Space(candidates, neighbours)
