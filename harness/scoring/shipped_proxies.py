"""``--proxy shipped``: the proxies of which a run finds every score among those that come with the
harness.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

import proxies
from harness.scoring.job import Job, draws_of
from harness.scoring.shipped_scores import ShippedScores


def shipped_proxies(
    scores: ShippedScores,
    job: Job,
    indices: Collection[int],
    seeds: Sequence[int],
    batches: Sequence[int] | None,
    names: Iterable[str],
) -> list[str]:
    """Return which proxies have scores of all architectures, under all draws.

    Args:
        scores: that come with the harness.
        job: of the run.
        indices: the architectures.
        seeds, batches: as in :class:`harness.runs.plan.Plan`.
        names: of the proxies that are looked for.
    """
    wanted = set(indices)
    known: dict[str, bool] = {}

    def complete(part: proxies.Request) -> bool:
        if part.name not in known:
            known[part.name] = all(
                scores.architectures(replace(job, batch=batch), part, seed) >= wanted
                for seed, batch in draws_of(part, seeds, batches)
            )
        return known[part.name]

    requests = map(proxies.request, names)
    return [one.name for one in requests if all(map(complete, proxies.expand([one])))]
