"""``--proxy shipped``: the proxies of which a run finds every score among those that come with the
harness.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

import proxies
from benchmarks_data.errors import InputError
from harness.scoring.job import Job, draws_of
from harness.scoring.shipped_scores import ShippedScores

#: What stands for them among the names of proxies.
SHIPPED = "shipped"
#: Names that stand for several proxies: every one, and those above.
GROUPS = frozenset({"all", SHIPPED})


def shipped_proxies(
    scores: ShippedScores,
    job: Job,
    indices: Collection[int],
    seeds: Sequence[int],
    batches: Sequence[int] | None,
) -> tuple[list[str], str]:
    """Return the proxies of the harness, without options, whose scores of all architectures come
    with it, and a sentence on those of which only a part does.

    Args:
        scores: that come with the harness.
        job: of the run.
        indices: the architectures.
        seeds, batches: as in :class:`harness.runs.plan.Plan`.

    Raises:
        InputError: there is no such proxy.
    """
    wanted = set(indices)
    counts: dict[str, int] = {}

    def covered(part: proxies.Request) -> int:
        """Return how many architectures have the scores of a request under all draws."""
        if part.name not in counts:
            each = [
                scores.architectures(replace(job, batch=batch), part, seed)
                for seed, batch in draws_of(part, seeds, batches)
            ]
            counts[part.name] = len(wanted.intersection(*each))
        return counts[part.name]

    found: dict[bool, list[str]] = {True: [], False: []}
    for name, proxy in proxies.registered().items():
        if proxy.own:
            least = min(map(covered, proxies.expand([proxies.request(name)])))
            if least:
                found[least == len(wanted)].append(name)
    if not found[True]:
        damaged = "".join(f"; {one}" for one in scores.problems)
        raise InputError(
            f"--proxy {SHIPPED}: no proxy has scores of all {len(wanted):,} architectures among "
            "those that come with the harness (python -m harness.scores list): choose others, or "
            f"name proxies{damaged}"
        )
    if not found[False]:
        return found[True], ""
    return found[True], (
        f"left out, as scores of a part of these {len(wanted):,} architectures alone come with the "
        f"harness: {', '.join(found[False])}"
    )
