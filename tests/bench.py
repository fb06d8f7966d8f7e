"""Speed, measured: ``make bench``. Milliseconds per architecture on one core, for every proxy alone and for all together.

Compare figures within one run; a clock means little across machines. Not collected by ``make test``.
"""

import resource
import time

import numpy as np
import pandas as pd
import pytest

import benchmarks_data
import proxies
from benchmarks_data.table import Table
from harness.executors import reproducible
from harness.inputs import network_inputs
from harness.publish import publish
from harness.results import Results
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


@pytest.mark.benchmark(group="analysis of 20 proxies, 3 targets, 15,625 architectures")
def test_report(benchmark, tmp_path) -> None:
    """Synthetic scores through everything that follows scoring. ``extra_info`` gets the largest memory of the process, in GB."""
    nb201 = benchmarks_data.get("nb201")
    stream = np.random.default_rng(0)
    accuracy = nb201.table().values["cifar10_test"].to_numpy()
    targets = [f"cifar10_{name}" for name in ("test_200ep", "test_200ep_run1", "test_200ep_run2")]
    table = Table("synthetic", "", pd.DataFrame({name: accuracy + stream.normal(0, 0.3, nb201.size) for name in targets}))
    strings = [nb201.architecture(index).string for index in range(nb201.size)]
    names = list(dict.fromkeys(["zeros", "params", "live_params", *SCORED]))[:20]
    scores = pd.concat(
        pd.DataFrame(
            {
                "benchmark": "nb201", "index": range(nb201.size), "arch": strings, "proxy": name, "seed": 0,
                "score": np.round(accuracy + stream.normal(0, 1 + number, nb201.size), 1), "seconds": 0.1, "status": "ok",
            }
        )
        for number, name in enumerate(names)
    )  # fmt: skip
    settings = {"command": ["bench"], "proxies": [], "targets": targets}

    def report() -> None:
        publish(Results(scores, table, targets, "all", "nb201"), tmp_path, settings)

    benchmark.pedantic(report, rounds=1)
    benchmark.extra_info["gigabytes"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
