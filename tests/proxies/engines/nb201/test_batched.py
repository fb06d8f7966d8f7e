"""Many cells at once against one network after the other, which is the reference."""

import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest
import torch

import proxies
from benchmarks_data.nb201 import space
from harness.scoring import portions as portioning
from harness.scoring.job import Job, Score, Task
from harness.scoring.networks import score_task
from harness.scoring.portions import LARGEST, Portion, Way, portions
from proxies import registry
from proxies.engines.nb201 import flow, passes, shared
from proxies.engines.nb201.passes import Shared
from tests.networks import inputs, small
from tests.proxies.engines.nb201.batches import (
    LIVE,
    NAMES,
    of_network,
    scored,
    sharing_the_network_of,
)

#: Random cells, cells with dead edges, none at all, the largest, and two with one network.
INDICES = [*random.Random(0).sample(range(space.SIZE), 5), 1651, 1462, 0, *(
    space.index(f"|none~0|+|nor_conv_3x3~0|{kind}~1|+|none~0|none~1|skip_connect~2|")
    for kind in ("none", "nor_conv_1x1")
)]  # fmt: skip


TOGETHER = [name for name in NAMES if portioning.way_of("nb201", name) is Way.BATCH]


def test_what_is_computed_together_is_known() -> None:
    assert {
        "zeros",
        "synflow",
        "zeros[boundary=periodic]",
        "zeros[weights=expected]",
        "params",
        "live_params",
    } <= set(TOGETHER)
    assert {"l2_norm", "zeros[scope=supernet]"} <= set(TOGETHER)
    assert "naswot" not in TOGETHER
    assert portioning.way_of("nb101", "zeros") is Way.OWN_NETWORK
    assert {"snip", "grasp", "jacov", "az_trainability"} <= set(LIVE)


def test_scores_are_those_of_the_reference() -> None:
    """Seeds, datasets and precisions in turn: nothing that is kept for one is used for another."""
    found: dict[tuple[int, str, int, str, str], Score] = {}
    jobs = [
        Job("nb201", dataset, None, dtype)
        for dataset in ("cifar10", "imagenet16-120")
        for dtype in ("float64", "float32")
    ]
    for seed in (3, 0):
        tasks = [Task(index, seed, tuple(TOGETHER)) for index in INDICES]
        for job in jobs:
            found |= {
                (*key, job.dataset, job.dtype): score for key, score in scored(job, tasks).items()
            }
    assert len(found) == 2 * len(jobs) * len(INDICES) * len(TOGETHER)
    for job in jobs:
        for number, index in enumerate(INDICES):
            for score in score_task(job, Task(index, 3 * (number % 2), tuple(TOGETHER))):
                other = found[index, score.proxy, score.seed, job.dataset, job.dtype]
                tolerance = 1e-12 if job.dtype == "float64" else 1e-6
                assert other.status == score.status
                assert other.score == pytest.approx(score.score, rel=tolerance, nan_ok=True), score


def test_scores_do_not_depend_on_what_is_computed_with_them() -> None:
    """To the bit: whatever the memory of a batch, the order and the number of cells."""
    names = ("zeros", "synflow", "zeros[boundary=periodic]", "zeros[weights=expected]")
    tasks = [Task(index, 0, names) for index in random.Random(1).sample(range(space.SIZE), 60)]
    whole = scored(Job("nb201", "cifar10"), tasks)
    parts: dict[tuple[int, str, int], Score] = {}
    for start, size in ((0, 1), (1, 2), (3, 7), (10, 50)):
        parts |= scored(Job("nb201", "cifar10", memory=2**20), tasks[start : start + size][::-1])
    assert {key: score.score for key, score in whole.items()} == {
        key: score.score for key, score in parts.items()
    }


@pytest.fixture
def isolated() -> Iterator[None]:
    with registry.isolated():
        yield
    portioning.way_of.cache_clear()


@pytest.mark.usefixtures("isolated")
def test_what_a_plugin_does_to_results_costs_no_other_score() -> None:
    @proxies.proxy("spoils_flow", reads="synaptic_flow")
    def spoils_flow(flow) -> float:
        """Changes what it is given."""
        flow.layers.pop()
        return float(len(flow.layers))

    @proxies.proxy("spoils_gradient", reads="loss_gradient", ignores_dead_edges=True)
    def spoils_gradient(loss) -> float:
        """Changes what it is given."""
        for _, gradient in loss.weights.values():
            gradient.mul_(2)
        return 1.0

    same = sharing_the_network_of(7)[:3]
    names = ("spoils_flow", "synflow", "spoils_gradient", "grad_norm")
    found = scored(Job("nb201", "cifar10"), [Task(index, 0, names) for index in same])
    expected = of_network(7, ("synflow", "grad_norm"))
    for index in same:
        assert found[index, "grad_norm", 0].score == expected["grad_norm"]
        assert found[index, "synflow", 0].score == pytest.approx(expected["synflow"], rel=1e-6)
        assert found[index, "spoils_flow", 0].score > 10


def test_forms_stay_on_their_device() -> None:
    """On a device without numbers, as a GPU is not at hand."""
    given = replace(inputs(), device=torch.device("meta"))
    sharing = Shared(lambda cell: small(tuple(cell)), given)
    for form in (shared.zero_padded, shared.periodic, shared.expected):
        found = sharing.linear(form)
        assert found.stem.device.type == found.head.device.type == "meta"
        cell = next(part for part in found.body if isinstance(part, flow.CellMaps))
        assert cell.edges[0]["nor_conv_3x3"]._weight.device.type == "meta"


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs CUDA")
def test_scores_on_a_gpu_are_those_of_the_cpu() -> None:
    tasks = [Task(index, 0, tuple(TOGETHER)) for index in INDICES]
    ours, theirs = (
        scored(Job("nb201", "cifar10", None, "float64", device), tasks)
        for device in ("cpu", "cuda")
    )
    for key, score in ours.items():
        assert theirs[key].score == pytest.approx(score.score, rel=1e-9, nan_ok=True)


def test_memory_bounds_the_batch_and_not_the_number_of_cells(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sharing = Shared(lambda cell: small(tuple(cell)), inputs())
    row = passes._bytes_of_a_row(sharing.linear(shared.zero_padded))
    nodes = sum(3 * 16 * 8 * 8 * 8 / 2**stage for stage in range(3)) / 4
    assert row > nodes, "three nodes of each cell wait for the adjoint"
    sizes: list[int] = []

    def counted(network: flow.LinearNetwork, cells: Sequence[Sequence[str]]) -> flow.Flows:
        sizes.append(len(cells))
        return flow.flows(network, cells)

    monkeypatch.setattr(passes, "flows", counted)
    for memory, largest in ((row, 1), (5 * row + 1, 5), (1, 1)):
        sizes.clear()
        passes.compute("synaptic_flow", sharing, [space.cell(index) for index in INDICES], memory)
        assert max(sizes) == largest


def test_a_batch_that_fails_is_halved_until_the_culprit_is_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sharing = Shared(lambda cell: small(tuple(cell)), inputs())
    bad = space.without_dead_edges(space.cell(1462))

    def fragile(network: flow.LinearNetwork, cells: Sequence[Sequence[str]]) -> flow.Flows:
        if bad in cells:
            raise MemoryError("too little")
        return flow.flows(network, cells)

    monkeypatch.setattr(passes, "flows", fragile)
    found = passes.compute("synaptic_flow", sharing, [space.cell(index) for index in INDICES])
    assert [isinstance(one, MemoryError) for one in found] == [index == 1462 for index in INDICES]


def test_every_score_is_in_one_chunk_and_large_work_is_divided() -> None:
    names = ("zeros", "naswot", "params")
    tasks = [Task(index, seed, names) for index in range(1000) for seed in (0, 1)] + [
        Task(7, 2, ("naswot",))
    ]
    found = portions(Job("nb201", "cifar10"), tasks)
    scores = [
        (task.index, task.seed, name)
        for portion in found
        for task in portion.tasks
        for name in task.proxies
    ]
    assert len(scores) == sum(map(len, found))
    assert sorted(scores) == sorted(
        (task.index, task.seed, name) for task in tasks for name in task.proxies
    )
    assert all(
        len({task.seed for task in portion.tasks}) == 1 and len(portion.tasks) <= LARGEST
        for portion in found
    )
    assert all(len(portion.tasks) == 1 for portion in found if portion.way is Way.OWN_NETWORK)
    assert {
        name
        for portion in found
        if portion.way is Way.OWN_NETWORK
        for task in portion.tasks
        for name in task.proxies
    } == {"naswot"}
    whole = portions(
        Job("nb201", "cifar10"), [Task(index, 0, ("zeros",)) for index in range(space.SIZE)]
    )
    assert len(whole) == math.ceil(space.SIZE / LARGEST)
    assert portions(Job("nbmacro", "cifar10"), [Task(0, 0, ("zeros",))]) == [
        Portion((Task(0, 0, ("zeros",)),), Way.OWN_NETWORK)
    ]


def test_a_pass_that_fails_costs_the_scores_that_read_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise MemoryError("too little")

    monkeypatch.setattr(flow, "_through_cell", fail)
    found = scored(
        Job("nb201", "cifar10"), [Task(index, 0, ("zeros", "params")) for index in (1, 2)]
    )
    assert found[1, "zeros", 0].status == "error: MemoryError: too little"
    assert found[2, "params", 0].status == "ok"
