"""Cells that differ in dead edges alone: one network, one score."""

import itertools

import pytest

import benchmarks_data
import proxies
from benchmarks_data.benchmark import Benchmark, Dataset
from benchmarks_data.nb201 import space
from harness.scoring import portions as portioning
from harness.scoring.job import Job, Task
from harness.scoring.networks import score_task
from harness.scoring.portions import Way, portions, score_portion
from proxies.engines.nb201 import ENGINE
from tests.networks import with_small_batches
from tests.proxies.engines.nb201.batches import LIVE, of_network, scored, sharing_the_network_of

#: The same with small batches, as each is computed on whole networks one after the other.
SMALL_LIVE = [with_small_batches(proxies.request(name)) for name in LIVE]


def has_dead_convolution(cell: tuple[str, ...]) -> bool:
    return any(
        kind in space.CONVOLUTIONS and not live
        for kind, live in zip(cell, space.live_edges(cell), strict=True)
    )


#: Connected cells with a dead convolution.
DEAD = [
    index
    for index in range(100)
    if has_dead_convolution(space.cell(index)) and space.is_connected(space.cell(index))
]


def test_dead_edges_change_no_score_that_is_computed_without_them(
    nb201: Benchmark, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To the bit; and they change each score that is not. Images of 16 x 16 take less time."""
    monkeypatch.setattr(nb201, "datasets", {"small": Dataset(10, 16)})
    chosen = [
        next(
            i
            for i in DEAD
            if space.cell(i)[0] in space.CONVOLUTIONS
            and space.cell(i)[2] == space.cell(i)[4] == "none"
        ),
        7,
    ]
    assert all(index in DEAD for index in chosen)
    for index in chosen:
        kept = of_network(portioning.without_dead_edges("nb201", index), SMALL_LIVE, "small")
        assert of_network(index, SMALL_LIVE, "small") == pytest.approx(
            kept, rel=0, abs=0, nan_ok=True
        )
    others = {
        *("naswot[batch=8]", "swap", "te_regions", "meco", "zen[batch=2,repeats=2]"),
        "dextr[side=16]",
        *("meco_opt", "vkdnw[batch=2]", "near[batch=8]", "wrcor[batch=4]", "intrain[batch=4]"),
    }
    assert {proxies.request(name).proxy.name for name in others} == {
        name
        for name, entry in proxies.registered().items()
        if not entry.of
        and not proxies.request(name).of_transformers
        and portioning.way_of("nb201", name) is Way.OWN_NETWORK
    }
    differing: set[str] = set()
    for index in DEAD[4:6]:
        whole, kept = (
            of_network(one, sorted(others), "small")
            for one in (index, portioning.without_dead_edges("nb201", index))
        )
        differing |= {name for name in others if whole[name] != kept[name]}
    assert differing == others


def test_dead_edges_of_other_cell_spaces_are_left_out_too() -> None:
    """To the bit, on TransNAS-Bench-101, whose operations keep their weights too."""
    job, names = (
        Job("transnas101_micro", "class_scene"),
        ("snip[batch=2]", "zeros[objective=snip,batch=2]"),
    )
    index = benchmarks_data.get("transnas101_micro").index(
        "64-41414-3_03_320"
    )  # the edge 2-3 is none: those into node 2 are dead
    kept = portioning.without_dead_edges(job.benchmark, index)
    assert kept != index
    (portion,) = portions(job, [Task(index, 0, names), Task(kept, 0, names)])
    assert portion.way is Way.SHARED_NETWORK
    alone = {score.proxy: score.score for score in score_task(job, Task(index, 0, names))}
    assert {
        score.proxy: score.score for score in score_portion(job, portion) if score.index == index
    } == alone


def test_cells_with_one_network_have_one_score_and_share_its_cost() -> None:
    job = Job("nb201", "cifar10")
    same = sharing_the_network_of(7)
    found = scored(job, [Task(index, 0, ("snip",)) for index in same])
    assert len(same) > 3
    assert len({score.score for score in found.values()}) == 1
    alone = score_task(job, Task(7, 0, ("snip",)))[0].seconds
    assert sum(score.seconds for score in found.values()) < 3 * alone


def test_cells_with_one_network_stand_side_by_side() -> None:
    cells = sorted(space.cells(), key=ENGINE.order)
    networks = [space.without_dead_edges(cell) for cell in cells]
    assert len(set(networks)) == sum(1 for _ in itertools.groupby(networks)) == 9445
