"""What tests of the engines on a torus share."""

from collections.abc import Sequence

import pytest

import benchmarks_data
import proxies
from harness.scoring.job import Job, Score, Task
from harness.scoring.networks import score_task
from harness.scoring.portions import Way, portions, score_portion, way_of

#: Every proxy that reads what these engines compute.
NAMES = tuple(
    f"{proxy}[{form}]"
    for proxy in ("zeros", "synflow")
    for form in ("boundary=periodic", "weights=expected")
) + ("params", "flops", "live_params", "live_convs", "layers")

TOLERANCES = {"float64": 1e-12, "float32": 1e-6}


def together(job: Job, tasks: Sequence[Task]) -> dict[tuple[int, str, int], Score]:
    """The scores of tasks, all of which the benchmark's engine computes."""
    assert all(way_of(job.benchmark, name) is Way.BATCH for name in NAMES)
    return {
        (score.index, score.proxy, score.seed): score
        for portion in portions(job, tasks)
        for score in score_portion(job, portion)
    }


def check_against_one_network_after_the_other(
    benchmark: str, indices: Sequence[int], dtype: str, seed: int = 0, dataset: str = "cifar10"
) -> None:
    """Compare the scores of an engine with the reference, all sizes to the last digit."""
    job = Job(benchmark, dataset, None, dtype)
    tasks = [Task(index, seed, NAMES) for index in indices]
    ours = together(job, tasks)
    assert len(ours) == len(set(indices)) * len(NAMES)
    for task in tasks:
        for expected in score_task(job, task):
            one = ours[task.index, expected.proxy, seed]
            assert one.status == expected.status
            if proxies.request(one.proxy).readings[0][0] == "cost":
                assert one.score == expected.score, expected
            else:
                assert one.score == pytest.approx(
                    expected.score, rel=TOLERANCES[dtype], nan_ok=True
                ), expected


def check_that_no_score_depends_on_its_batch(benchmark: str, indices: Sequence[int]) -> None:
    """To the bit: whatever the memory of a batch, the order and the number of architectures."""
    tasks = [Task(index, 0, NAMES) for index in indices]
    first = next(iter(benchmarks_data.get(benchmark).datasets))
    whole = together(Job(benchmark, first), tasks)
    parts: dict[tuple[int, str, int], Score] = {}
    for start, size in ((0, 1), (1, 2), (3, 7), (10, len(tasks) - 10)):
        some = tasks[start : start + size][::-1]
        parts |= together(Job(benchmark, first, memory=2**22), some)
    assert {key: one.score for key, one in whole.items()} == {
        key: one.score for key, one in parts.items()
    }
