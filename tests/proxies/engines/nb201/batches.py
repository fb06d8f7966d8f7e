"""What tests of the engine share: names, and scores that are computed together."""

from collections.abc import Sequence

from benchmarks_data.nb201 import space
from harness.regression.baseline import every_request
from harness.scoring import portions as portioning
from harness.scoring.job import Job, Score, Task
from harness.scoring.networks import score_task
from harness.scoring.portions import Way, portions, score_portion

#: Each choice of a supernet's gates costs a pass of its own: tests of supernets have them all.
GATES = ("alpha", "gate_scale", "signs", "batchnorm")
NAMES = [
    request.name
    for request in every_request()
    if not request.proxy.of and not any(f"{gate}=" in request.name for gate in GATES)
]
LIVE = [name for name in NAMES if portioning.way_of("nb201", name) is Way.SHARED_NETWORK]


def scored(job: Job, tasks: Sequence[Task]) -> dict[tuple[int, str, int], Score]:
    found = [score for portion in portions(job, tasks) for score in score_portion(job, portion)]
    assert len({(score.index, score.proxy, score.seed) for score in found}) == len(found)
    return {(score.index, score.proxy, score.seed): score for score in found}


def of_network(index: int, names: Sequence[str], dataset: str = "cifar10") -> dict[str, float]:
    return {
        score.proxy: score.score
        for score in score_task(Job("nb201", dataset), Task(index, 0, tuple(names)))
    }


def sharing_the_network_of(index: int) -> list[int]:
    network = space.without_dead_edges(space.cell(index))
    return [
        other
        for other in range(space.SIZE)
        if space.without_dead_edges(space.cell(other)) == network
    ]
