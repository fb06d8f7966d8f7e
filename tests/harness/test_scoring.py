"""A score depends on nothing but its key: not on order, workers, company, batch or resume."""

import math
from dataclasses import replace
from pathlib import Path

import pytest
import torch

import proxies
from benchmarks_data.errors import InputError
from harness import executors
from harness.inputs import batches, image_file
from harness.scoring import Job, Task, canonical_requests, score_task
from proxies import passes

JOB = Job("nb201", "cifar10")
NAMES = ("zeros", "synflow", "naswot[batch=8]", "params")
TASKS = [Task(index, seed, NAMES) for index in (0, 3, 12, 1651) for seed in (0, 1)]


def scored(job: Job, tasks: list[Task], workers: int) -> dict[tuple[int, int, str], float]:
    found = [score for scores in executors.run(job, tasks, workers) for score in scores]
    assert {score.status for score in found} == {"ok"}
    return {(score.index, score.seed, score.proxy): score.score for score in found}


@pytest.fixture(scope="module")
def expected() -> dict[tuple[int, int, str], float]:
    return scored(JOB, TASKS, 1)


def test_scores_do_not_depend_on_the_order(expected: dict) -> None:
    assert scored(JOB, TASKS[::-1], 1) == expected


def test_scores_do_not_depend_on_the_number_of_processes(expected: dict) -> None:
    assert scored(JOB, TASKS, 2) == expected


def test_scores_do_not_depend_on_their_company(expected: dict) -> None:
    alone = [replace(task, proxies=(name,)) for task in TASKS for name in NAMES]
    assert scored(JOB, alone, 1) == expected


def test_scores_do_not_depend_on_threads_or_random_state_of_the_caller(expected: dict) -> None:
    threads = torch.get_num_threads()
    torch.manual_seed(5)
    torch.set_num_threads(2)
    try:
        assert scored(JOB, TASKS, 1) == expected
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(threads)


def test_seeds_differ_and_a_disconnected_cell_is_lowest(expected: dict) -> None:
    assert expected[0, 0, "zeros"] != expected[0, 1, "zeros"]
    assert expected[0, 0, "params"] == expected[0, 1, "params"]
    assert expected[1651, 0, "zeros"] == expected[1651, 0, "naswot[batch=8]"] == -math.inf


def test_a_failing_formula_or_pass_costs_only_its_own_score(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> float:
        raise RuntimeError("broken\nin two lines")

    monkeypatch.setattr(passes, "activation_codes", fail)
    zeros = proxies.request("zeros").proxy
    monkeypatch.setitem(proxies._registry, "zeros", replace(zeros, function=lambda *_, **__: math.nan))
    monkeypatch.setitem(proxies._registry, "params", replace(proxies.request("params").proxy, function=lambda _: math.inf))
    found = {score.proxy: score for score in score_task(JOB, Task(0, 0, ("naswot", "zeros", "synflow", "params")))}
    assert {name: score.status for name, score in found.items()} == {
        "naswot": "error: RuntimeError: broken in two lines",
        "zeros": "undefined: the formula gives NaN",
        "synflow": "ok",
        "params": "undefined: the score is infinitely good",
    }
    assert [name for name, score in found.items() if math.isnan(score.score)] == ["naswot", "zeros", "params"]


def test_the_trivial_baselines_are_always_added_and_nothing_twice() -> None:
    names = [request.name for request in canonical_requests(["zeros", "zeros[aggregate=mean]", "params"])]
    assert names == ["zeros", "params", "flops", "live_params", "live_convs"]
    assert {request.name for request in canonical_requests(["all"])} == set(proxies.registered())


def test_noise_is_frozen_and_differs_between_seeds() -> None:
    one = batches(None, 0, 16, "float32", "cpu")(4)
    one.add_(1)  # a caller's change must not reach the next one
    two = batches(None, 0, 16, "float32", "cpu")(4)
    assert two.shape == (4, 3, 16, 16)
    assert torch.equal(one, two + 1)
    assert not torch.equal(two, batches(None, 1, 16, "float32", "cpu")(4))


def test_images_are_normalised_resized_and_chosen_by_seed(images_npz: Path) -> None:
    images = image_file(images_npz)
    batch = batches(images, 0, 32, "float64", "cpu")(40)
    assert batch.mean((0, 2, 3)).tolist() == pytest.approx([0, 0, 0], abs=1e-9)
    assert batch.std((0, 2, 3), unbiased=False).tolist() == pytest.approx([1, 1, 1])
    assert batches(images, 0, 16, "float32", "cpu")(4).shape == (4, 3, 16, 16)
    assert not torch.equal(batches(images, 1, 32, "float64", "cpu")(40), batch)


def test_too_few_images_for_a_batch_are_refused(images_npz: Path) -> None:
    job = replace(JOB, images=image_file(images_npz))
    with pytest.raises(InputError, match="holds 40 images, and a batch of 128"):
        list(executors.run(job, [Task(0, 0, ("naswot",))], 1))
