"""Speed, measured: ``make bench``. Not collected by ``make test``.

Compare figures within one run: a clock means little across machines, and ratios are what counts.
"""

import random
import resource
import statistics
import time
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

import benchmarks_data
import proxies
from benchmarks_data.nb201 import space
from benchmarks_data.table import Table
from harness.analysis.results import Results
from harness.computing.contract import Executor
from harness.computing.determinism import reproducible
from harness.computing.local import Local
from harness.computing.ray_cluster import OnRay
from harness.reporting.publish import publish
from harness.scoring import execution, portions
from harness.scoring.job import BFLOAT16, Job, Task
from harness.scoring.networks import score_task
from proxies.engines.nb201.passes import compute

#: Two architectures for what takes long, of which the first is a large one.
FEW = (1, 6818)
SAMPLE = random.Random(0).sample(range(space.SIZE), 1000)
JOB = Job("nb201", "cifar10")
SCORED = [
    request.name
    for request in proxies.expand(map(proxies.request, proxies.registered()))
    if not request.of_transformers
]
#: Eight measures of zero-cost-nas at its batch of 64, of which the first six need one derivative
#: by the weights or none, and the cells they are timed on.
EIGHT = ("fisher", "grad_norm", "l2_norm", "plain", "snip", "synflow", "grasp", "jacov")
TWELVE = SAMPLE[:12]
TOGETHER = ["zeros[boundary=periodic]", "zeros[weights=expected]", "params", "l2_norm"]


def reference(names: Iterable[str], indices: Iterable[int]) -> float:
    """Score one network after the other; return the seconds for one."""
    tasks = [Task(index, 0, tuple(names)) for index in indices]
    started = time.perf_counter()
    for task in tasks:
        score_task(JOB, task)
    return (time.perf_counter() - started) / len(tasks)


def whole(names: Iterable[str], indices: Iterable[int], executor: Executor | int) -> float:
    """Score as the command does, by an executor or so many processes.

    Return the seconds for one architecture.
    """
    tasks = [Task(index, 0, tuple(names)) for index in indices]
    started = time.perf_counter()
    for _ in execution.run(JOB, tasks, Local(executor) if isinstance(executor, int) else executor):
        pass
    return (time.perf_counter() - started) / len(tasks)


@pytest.mark.parametrize("name", SCORED)
@pytest.mark.benchmark(group="one network after the other, two architectures, one core")
def test_alone(benchmark, name: str) -> None:
    with reproducible():
        benchmark.pedantic(reference, ((name,), FEW), rounds=1, warmup_rounds=1)
    benchmark.extra_info["architectures"] = len(FEW)


@pytest.mark.benchmark(group="the suite of all proxies, two architectures, one core")
def test_suite(benchmark) -> None:
    """``ratio``: how many times as long all proxies take, each alone, as together."""
    with reproducible():
        alone = sum(reference((name,), FEW) for name in SCORED)
        together = benchmark.pedantic(whole, (SCORED, FEW, 1), rounds=1)
    benchmark.extra_info |= {"architectures": len(FEW), "ratio": alone / together}


@pytest.mark.parametrize("names", [EIGHT[:6], EIGHT], ids=["six", "eight"])
@pytest.mark.benchmark(group="measures of zero-cost-nas in bfloat16, 12 architectures, one core")
def test_bfloat16(benchmark, names: tuple[str, ...]) -> None:
    """``ratio``: the median over cells of how many times as long float32 takes, in CPU time, the
    two in alternation; ``float32``: its seconds a cell.
    """
    low = replace(JOB, dtype=BFLOAT16)

    def seconds(index: int, job: Job) -> float:
        started = time.process_time()
        for one, requests in job.by_precision(map(proxies.request, names)):
            task = Task(index, 0, tuple(request.name for request in requests))
            for _ in execution.run(one, [task], Local(1)):
                pass
        return time.process_time() - started

    def score() -> list[tuple[float, float]]:
        return [(seconds(index, JOB), seconds(index, low)) for index in TWELVE]

    for job in (JOB, low):
        seconds(TWELVE[0], job)
    times = benchmark.pedantic(score, rounds=1)
    benchmark.extra_info |= {
        "architectures": len(TWELVE),
        "ratio": statistics.median(exact / rounded for exact, rounded in times),
        "float32": statistics.mean(exact for exact, _ in times),
    }


@pytest.mark.parametrize("name", TOGETHER)
@pytest.mark.benchmark(group="many architectures at once, all 15,625, one core")
def test_together(benchmark, name: str) -> None:
    """``ratio``: how many times as long one network after the other takes."""
    seconds = benchmark.pedantic(whole, ((name,), range(space.SIZE), 1), rounds=1)
    with reproducible():
        benchmark.extra_info |= {
            "architectures": space.SIZE,
            "ratio": reference((name,), SAMPLE[:100]) / seconds,
        }


@pytest.mark.benchmark(group="NAS-Bench-101 on a torus, cells of many graphs at once, one core")
def test_nb101(benchmark) -> None:
    """``ratio``: how many times as long one network after the other takes.

    Every 80th of the portions that a run of all cells has.
    """
    job, names = Job("nb101", "cifar10"), ("zeros[boundary=periodic]",)
    size = benchmarks_data.get("nb101").size
    every = portions.portions(job, [Task(index, 0, names) for index in range(size)])
    tasks = [task for portion in every[::80] for task in portion.tasks]

    def score() -> int:
        return sum(len(scores) for scores in execution.run(job, tasks, Local(1)))

    with reproducible():
        assert benchmark.pedantic(score, rounds=1) == len(tasks)
        alone = random.Random(0).sample(tasks, 20)
        started = time.perf_counter()
        for task in alone:
            score_task(job, task)
    seconds = (time.perf_counter() - started) / len(alone)
    ratio = seconds / (benchmark.stats["mean"] / len(tasks))
    benchmark.extra_info |= {"architectures": len(tasks), "ratio": ratio}


@pytest.mark.benchmark(group="the closed form of all 15,625, without store and portions, one core")
def test_expected(benchmark) -> None:
    def score() -> list[float]:
        portions.shared_by_seed.cache_clear()
        flows = compute("expected_flow", portions.shared_by_seed(JOB, 0), list(space.cells()))
        return [request.score(flow) for flow in flows]

    request = proxies.request("zeros[weights=expected]")
    with reproducible():
        assert len(benchmark.pedantic(score, rounds=3)) == space.SIZE
    benchmark.extra_info["architectures"] = space.SIZE


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("count", [100, 1000, space.SIZE])
@pytest.mark.benchmark(group="zeros and synflow")
def test_scaling(benchmark, count: int, workers: int) -> None:
    """``ratio`` as above, of 300 networks on one core.

    ``peak``: share of the cores' measured matrix multiplication.
    """
    names = ("zeros", "synflow")
    indices = SAMPLE[:count] if count <= len(SAMPLE) else range(space.SIZE)
    seconds = benchmark.pedantic(whole, (names, indices, workers), rounds=1)
    benchmark.extra_info |= {
        "architectures": count,
        "workers": workers,
        "gigabytes": _most_memory(),
    }
    if count == space.SIZE:
        with reproducible():
            ratio = reference(names, SAMPLE[:300]) / seconds / workers
            benchmark.extra_info |= {
                "ratio": ratio,
                "peak": _operations(indices) / (seconds * count * workers * _peak()),
            }


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", ["jacov[batch=16]", "naswot"])
@pytest.mark.benchmark(group="Ray, two workers")
def test_ray(benchmark, name: str) -> None:
    """``ratio``: how many times as long as two processes it takes, both with the start of their
    workers.
    """
    ray = pytest.importorskip("ray")
    ray.init(
        num_cpus=2,
        include_dashboard=False,
        log_to_driver=False,
        runtime_env={"env_vars": {"PYTHONPATH": str(Path.cwd())}},
    )
    try:
        local = whole((name,), SAMPLE[:200], 2)
        seconds = benchmark.pedantic(whole, ((name,), SAMPLE[:200], OnRay()), rounds=1)
    finally:
        ray.shutdown()
    benchmark.extra_info |= {"architectures": 200, "ratio": seconds / local}


def _operations(indices: Iterable[int]) -> float:
    """Return the floating-point operations of one pass forward and one back through every distinct
    network.
    """
    distinct = sorted({space.without_dead_edges(space.cell(index)) for index in indices})
    sizes = compute("cost", portions.shared_by_seed(JOB, 0), distinct)
    return sum(2 * 2 * one.flops for one in sizes)


def _peak() -> float:
    """Return the operations a second of the multiplication of two matrices of 1,024 rows on one
    core.
    """
    matrix = torch.randn(1024, 1024)
    times = []
    for _ in range(10):
        started = time.perf_counter()
        matrix @ matrix
        times.append(time.perf_counter() - started)
    return 2 * 1024**3 / min(times)


def _most_memory() -> float:
    """Return the gigabytes that this process, or the largest of its children, has taken at most."""
    return (
        max(
            resource.getrusage(who).ru_maxrss
            for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
        )
        / 1e6
    )


@pytest.mark.benchmark(group="analysis of 20 proxies, 3 targets, 15,625 architectures")
def test_report(benchmark, tmp_path) -> None:
    """Synthetic scores through everything that follows scoring.

    ``extra_info`` gets the largest memory of the process, in GB.
    """
    nb201 = benchmarks_data.get("nb201")
    stream = np.random.default_rng(0)
    accuracy = nb201.table().values["cifar10_test"].to_numpy()
    targets = [f"cifar10_{name}" for name in ("test_200ep", "test_200ep_run1", "test_200ep_run2")]
    table = Table(
        "synthetic",
        "",
        pd.DataFrame({name: accuracy + stream.normal(0, 0.3, nb201.size) for name in targets}),
    )
    strings = [nb201.architecture(index).string for index in range(nb201.size)]
    names = list(dict.fromkeys(["zeros", "params", "live_params", *SCORED]))[:20]
    scores = pd.concat(
        pd.DataFrame(
            {
                "benchmark": "nb201", "index": range(nb201.size), "arch": strings, "proxy": name,
                "seed": 0,
                "score": np.round(accuracy + stream.normal(0, 1 + number, nb201.size), 1),
                "seconds": 0.1, "status": "ok",
            }
        )
        for number, name in enumerate(names)
    )  # fmt: skip
    settings = {
        "command": ["bench"], "benchmark": "nb201", "dataset": "cifar10", "proxies": [],
        "targets": targets, "table": {"name": "made up"}, "seeds": [0], "dtype": "float32",
        "archs": {"given": "all", "population": "all", "count": nb201.size}, "images": "noise",
    }  # fmt: skip

    def report() -> None:
        publish(Results(scores, table, targets, "all", "nb201"), tmp_path, settings)

    benchmark.pedantic(report, rounds=1)
    benchmark.extra_info["gigabytes"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
