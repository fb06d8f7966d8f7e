"""Speed, measured: ``make bench``. Milliseconds per architecture on one core, for every proxy alone and for all together.

Compare figures within one run; a clock means little across machines. Not collected by ``make test``.
"""

import pytest

import proxies
from harness.executors import reproducible
from harness.scoring import Job, Task, score_task

INDICES = (1, 6818)
SCORED = [request.name for request in proxies.expand(map(proxies.request, proxies.registered()))]
SUITES = {name: (name,) for name in SCORED} | {"all": tuple(SCORED)}


@pytest.mark.parametrize("suite", SUITES)
@pytest.mark.benchmark(group="two architectures, one core")
def test_score(benchmark, suite: str) -> None:
    def score() -> None:
        for index in INDICES:
            score_task(Job("nb201", "cifar10"), Task(index, 0, SUITES[suite]))

    with reproducible():
        benchmark.pedantic(score, rounds=1, warmup_rounds=1)
    benchmark.extra_info["architectures"] = len(INDICES)
