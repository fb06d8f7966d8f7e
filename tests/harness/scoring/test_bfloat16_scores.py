"""Scores in bfloat16: which ones, what they are near to, and under what they are stored."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

import benchmarks_data
import proxies
from benchmarks_data.benchmark import Dataset
from benchmarks_data.errors import InputError
from harness.scoring.checks import check_precision
from harness.scoring.job import BFLOAT16, Job, Score, Task, convolutional
from harness.scoring.networks import build_network, score_task
from harness.scoring.store import Store
from proxies import registry
from tests.networks import OTHERS, every_proxy_with_small_batches

SINGLE = Job("nb201", "cifar10")
LOW = replace(SINGLE, dtype=BFLOAT16)
CELL = 4096
IN_BFLOAT16 = [name for name in every_proxy_with_small_batches() if proxies.request(name).bfloat16]


def requests(*names: str) -> list[proxies.Request]:
    return [proxies.request(name) for name in names]


def scores(job: Job, names: Iterable[str]) -> dict[str, float]:
    computed = score_task(job, Task(CELL, 0, tuple(names)))
    assert {score.status for score in computed} == {"ok"}
    return {score.proxy: score.score for score in computed}


@pytest.fixture(scope="module")
def together() -> dict[str, float]:
    """All scores that are computed in bfloat16, of one cell, one after the other."""
    return scores(LOW, IN_BFLOAT16)


def test_scores_in_bfloat16_are_other_numbers_near_those_in_float32(
    together: dict[str, float],
) -> None:
    exact = scores(SINGLE, IN_BFLOAT16)
    assert together == pytest.approx(exact, rel=0.2)
    assert sum(together[name] != exact[name] for name in exact) > 0.8 * len(exact)


@pytest.mark.parametrize("name", IN_BFLOAT16)
def test_a_score_in_bfloat16_does_not_depend_on_its_company(
    name: str, together: dict[str, float]
) -> None:
    assert scores(LOW, [name]) == {name: together[name]}


@pytest.mark.parametrize(("space", "index"), OTHERS)
def test_other_convolutional_networks_are_scored_in_bfloat16_too(
    space: str, index: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Images of 16 x 16 take a part of the time."""
    monkeypatch.setattr(benchmarks_data.get(space), "datasets", {"small": Dataset(10, 16)})
    assert convolutional(space)
    computed = score_task(Job(space, "small", dtype=BFLOAT16), Task(index, 0, tuple(IN_BFLOAT16)))
    assert {score.proxy: score.status for score in computed} == dict.fromkeys(IN_BFLOAT16, "ok")


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs CUDA")
def test_scores_in_bfloat16_on_cuda_are_near_those_on_the_cpu(together: dict[str, float]) -> None:
    assert scores(replace(LOW, device="cuda"), IN_BFLOAT16) == pytest.approx(together, rel=0.2)


def test_the_network_in_bfloat16_keeps_the_layout_of_the_one_in_float32() -> None:
    for weight in build_network(LOW, Task(CELL, 0, ()), "cpu").parameters():
        if weight.dim() == 4:
            assert weight.is_contiguous(memory_format=torch.channels_last)


def test_what_is_computed_in_float32_is_stored_as_float32(tmp_path: Path) -> None:
    zeros, snip = requests("zeros", "snip")
    with Store(tmp_path / "s.sqlite") as store:
        done = [Score(1, "zeros", 0, 1.0, 0.0, "ok"), Score(1, "snip", 0, 1.0, 0.0, "ok")]
        store.write(SINGLE, done)
        assert store.finished(LOW, zeros, 0) == {1}
        assert store.finished(LOW, snip, 0) == set()
        store.write(LOW, [Score(2, "zeros", 0, 1.0, 0.0, "ok"), done[1]])
        assert store.finished(SINGLE, zeros, 0) == {1, 2}
        assert store.finished(LOW, snip, 0) == {1}


def test_a_job_is_divided_by_precision() -> None:
    divided = LOW.by_precision(requests("zeros", "snip", "params"))
    assert [(job.dtype, [one.name for one in its]) for job, its in divided] == [
        ("float32", ["zeros", "params"]),
        (BFLOAT16, ["snip"]),
    ]
    assert SINGLE.by_precision(requests("zeros", "snip")) == [(SINGLE, requests("zeros", "snip"))]


def test_what_loses_its_order_stays_in_float32_with_any_company() -> None:
    names = [
        "grasp",
        "gradsign",
        "te_regions",
        "zeros",
        "zeros[objective=grasp]",
        "zeros[scope=supernet]",
    ]
    assert {LOW.dtype_of(one) for one in requests(*names, "swap[weights=normal]")} == {"float32"}
    assert {LOW.dtype_of(one) for one in requests("zeros[objective=snip]", "jacov", "az_nas")} == {
        BFLOAT16
    }


def test_a_plugin_s_score_stays_in_float32() -> None:
    def mine(_: Any) -> float:
        """Zero."""
        return 0.0

    with registry.isolated():
        proxies.proxy("mine", reads="loss_gradient", options={"batch": 4})(mine)
        assert LOW.dtype_of(proxies.request("mine")) == "float32"
    assert LOW.dtype_of(proxies.request("snip")) == BFLOAT16


def test_precisions_are_told_and_one_that_changes_nothing_is_refused() -> None:
    told = check_precision(LOW, requests("zeros", "snip", "az_nas"))
    assert told.startswith("in bfloat16: snip, az_expressivity")
    assert "in float32 as ever: zeros, flops" in told
    assert check_precision(SINGLE, requests("zeros")) == ""
    with pytest.raises(InputError, match="none of zeros, params of nb201 is computed in it"):
        check_precision(LOW, requests("zeros", "params"))
    with pytest.raises(InputError, match="none of naswot of pit"):
        check_precision(replace(LOW, benchmark="pit", dataset="imagenet"), requests("naswot"))
