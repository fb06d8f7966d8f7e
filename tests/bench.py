"""Speed, measured: ``make bench``. Milliseconds per architecture on one core, for every proxy alone and for all together.

Compare figures within one run; a clock means little across machines. Not collected by ``make test``.
"""

import time

import pytest

import benchmarks_data
import proxies
from harness.executors import reproducible
from harness.inputs import network_inputs
from harness.scoring import Job, Task, build_network, score_task
from proxies.passes import PASSES

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


@pytest.mark.benchmark(group="all proxies against their passes")
def test_all_against_its_passes(benchmark) -> None:
    """``extra_info`` gets the seconds of all distinct passes alone, and how many times as long all proxies take together."""
    job, dataset = Job("nb201", "cifar10"), benchmarks_data.get("nb201").datasets["cifar10"]
    readings = sorted({reading for name in SCORED for reading in proxies.request(name).readings})
    spent = 0.0

    def passes() -> None:
        nonlocal spent
        for index in INDICES:
            network = build_network(job, Task(index, 0, ()), "cpu")
            inputs = network_inputs(None, 0, dataset, job.dtype, "cpu")
            started = time.perf_counter()
            for name, options in readings:
                PASSES[name].function()(network, inputs, **dict(options))
            spent += time.perf_counter() - started

    def score() -> None:
        for index in INDICES:
            score_task(job, Task(index, 0, SUITES["all"]))

    with reproducible():
        passes()
        benchmark.pedantic(score, rounds=1)
    benchmark.extra_info |= {"passes": spent, "ratio": benchmark.stats.stats.mean / spent}
