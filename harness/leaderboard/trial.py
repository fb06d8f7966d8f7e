"""A submitted plugin, tried: it is loaded, scores a few cells, and needs what its card says."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import proxies
from benchmarks_data.errors import InputError
from harness.computing.local import Local
from harness.leaderboard.cards import REQUIREMENTS
from harness.scoring.execution import run
from harness.scoring.inputs import images_named
from harness.scoring.job import Job, Score, Task
from harness.scoring.natural import NOISE
from proxies import registry
from proxies.passes import PASSES
from proxies.status import OK

#: Cells of NAS-Bench-201 that are scored: with and without convolutions, one of them the largest.
CELLS = (77, 1462, 3000, 8888, 13714)
#: What only the network's own code decides, where a proxy reads that.
UNKNOWN = "network"


def tried(path: Path, claimed: Sequence[str] | None) -> tuple[list[str], list[str]]:
    """Return a line for each fault of a plugin, and a line for each thing that was seen.

    The plugin is run in this process. What it registers is forgotten.

    Args:
        path: the file.
        claimed: the requirements on its card; None where the card is not usable.
    """
    with registry.isolated():
        before = proxies.registered().keys()
        try:
            checksum = proxies.load_plugin(path)
        except InputError as error:
            return [str(error).removeprefix("--plugin ")], []
        names = sorted(proxies.registered().keys() - before)
        if not names:
            return [f"{path.name}: it registers no proxy"], []
        requests = proxies.expand(map(proxies.request, names))
        job = Job("nb201", "cifar10", plugins=((path, checksum),))
        wrong, scores = _of_scores(path.name, job, requests)
        if claimed is not None and not wrong:
            changed = _changed(job, requests, scores)
            wrong += _of_claims(path.name, requests, claimed, changed)
        seen = [
            f"{path.name}: {name}: {len(CELLS)} cells of NAS-Bench-201 scored, "
            f"{_mean_seconds(scores, name):.2g} s each"
            for name in names
            if name in scores
        ]
    return wrong, seen if not wrong else []


Scores = dict[str, list[Score]]


def _scored(job: Job, requests: Iterable[proxies.Request]) -> Scores:
    """Return the scores of CELLS under seed 0, by proxy."""
    names = tuple(request.name for request in requests)
    tasks = [Task(index, 0, names) for index in CELLS]
    scores: Scores = {name: [] for name in names}
    for some in run(job, tasks, Local(workers=1)):
        for one in some:
            scores[one.proxy].append(one)
    return {name: sorted(some, key=lambda one: one.index) for name, some in scores.items()}


def _of_scores(
    file: str, job: Job, requests: Sequence[proxies.Request]
) -> tuple[list[str], Scores]:
    """Return what is wrong with scores of a few cells, and the scores."""
    wrong = []
    scores, again = _scored(job, requests), _scored(job, requests)
    for name, some in scores.items():
        failed = [one for one in some if one.status != OK]
        if failed:
            wrong.append(
                f"{file}: {name} has no score of {len(failed)} of {len(some)} cells of "
                f"NAS-Bench-201, first of index {failed[0].index}: {failed[0].status}"
            )
        elif [one.score for one in some] != [one.score for one in again[name]]:
            wrong.append(f"{file}: {name} has other scores when it is run again with one seed")
        elif len({one.score for one in some}) == 1:
            wrong.append(f"{file}: {name} has one score for {len(some)} different cells")
    return wrong, scores


def _changed(job: Job, requests: Iterable[proxies.Request], scores: Scores) -> set[str]:
    """Return the proxies that read the network and have other scores on other images."""
    reading = [one for one in requests if any(name == UNKNOWN for name, _ in one.readings)]
    if not reading:
        return set()
    other = _scored(replace(job, images=images_named(NOISE)), reading)
    return {
        name
        for name, some in other.items()
        if [one.score for one in some] != [one.score for one in scores[name]]
    }


def _of_claims(
    file: str, requests: Sequence[proxies.Request], claimed: Sequence[str], changed: set[str]
) -> Iterator[str]:
    """Yield what the card says of requirements, and the passes of the proxies say otherwise.

    A proxy that reads the network alone may need anything; only that it reads images is seen, by
    scores that differ on other images.
    """
    needed, possible = dict[str, str](), set[str]()
    for one in requests:
        for name, _ in one.readings:
            known = {*PASSES[name].needs, *(["gradients"] if PASSES[name].gradients else [])}
            if name == UNKNOWN:
                possible |= set(REQUIREMENTS)
                known = {"images"} if one.name in changed else set()
            needed |= {need: one.name for need in REQUIREMENTS if need in known}
    for need in REQUIREMENTS:
        if need in needed and need not in claimed:
            yield f"card.toml: requirements lacks {need!r}, which {needed[need]} in {file} reads"
        elif need in claimed and need not in needed and need not in possible:
            yield f"card.toml: requirements names {need!r}, which nothing in {file} reads"


def _mean_seconds(scores: Scores, name: str) -> float:
    return math.fsum(one.seconds for one in scores[name]) / len(scores[name])
