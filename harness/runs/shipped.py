"""Which scores of a run come with the harness, and are not computed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import proxies
from harness.runs.plan import Plan
from harness.scoring.job import draws_of
from harness.scoring.shipped_scores import file_of

if TYPE_CHECKING:
    from harness.scoring.store import Store


@dataclass(frozen=True)
class Shipped:
    """What a run has from the harness.

    Attributes:
        files: how many scores come from each file.
        wanted: how many scores the run has, all together.
        notes: what a person should know of scores that are there and not used.
    """

    files: Counter[str]
    wanted: int
    notes: list[str]

    @property
    def count(self) -> int:
        """How many scores come with the harness."""
        return self.files.total()

    def record(self) -> dict[str, Any]:
        """Return the entry of run.json; nothing where no score comes with the harness."""
        said = {"scores": self.count, "of": self.wanted, "files": sorted(self.files)}
        return {"shipped": said} if self.count else {}


def shipped_of(parts: Iterable[tuple[Plan, Store]]) -> Shipped:
    """Return which scores of plans are not in the stores, but come with the harness.

    With --force all are computed anew.
    """
    files: Counter[str] = Counter()
    wanted, notes = 0, list[str]()
    for plan, store in parts:
        indices = set(plan.indices)
        for request in proxies.expand(plan.requests):
            name = file_of(plan.job.architectures, plan.job.dataset_of(request))
            for seed, batch in draws_of(request, plan.seeds, plan.batches):
                wanted += len(indices)
                if store.below and not plan.options.force:
                    its = store.shipped(replace(plan.job, batch=batch), request, seed)
                    files[name] += len(its & indices)
        notes += store.below.notes if store.below and not plan.options.force else []
    return Shipped(+files, wanted, notes)
