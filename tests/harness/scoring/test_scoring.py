"""A score depends on nothing but its key: not on order, workers, company, batch or resume."""

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

import benchmarks_data
import proxies
from benchmarks_data.benchmark import Dataset
from benchmarks_data.errors import InputError
from harness.computing.local import Local
from harness.scoring import execution
from harness.scoring.checks import canonical_requests, check_images
from harness.scoring.image_file import ImageFile, image_file
from harness.scoring.inputs import network_inputs
from harness.scoring.job import Job, Task
from harness.scoring.networks import score_task
from proxies import registry
from proxies.passes import activations
from proxies.requests import with_batch
from tests.networks import OTHERS, every_proxy_with_small_batches

JOB = Job("nb201", "cifar10")
NAMES = (
    "zeros",
    "synflow",
    "naswot[batch=8]",
    "params",
    "snip[batch=8]",
    "zen[batch=2,repeats=2]",
    "az_trainability[batch=4]",
)
TASKS = [Task(index, seed, NAMES) for index in (0, 3, 12, 1651) for seed in (0, 1)]


def scored(job: Job, tasks: list[Task], workers: int) -> dict[tuple[int, int, str], float]:
    found = [score for scores in execution.run(job, tasks, Local(workers)) for score in scores]
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


@pytest.mark.slow
@pytest.mark.parametrize(("space", "index"), OTHERS)
def test_every_proxy_scores_other_networks_and_changes_none(
    space: str, index: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each on its own network, and all in turn on the same one, in both orders.

    Images of 16 x 16 take a part of the time.
    """
    monkeypatch.setattr(benchmarks_data.get(space), "datasets", {"small": Dataset(10, 16)})
    job, names = Job(space, "small"), every_proxy_with_small_batches()
    alone = {name: score_task(job, Task(index, 0, (name,)))[0] for name in names}
    # A map of one pixel has no statistics of a single image.
    one_pixel = space in ("nas_bench_mr", "transnas101_micro")
    missing = {"dss", "head_confidence[batch=4]", "w_pca[batch=4]"}
    missing |= {"dextr[side=16]", "gradsign[batch=4]"} if one_pixel else set()
    assert {name for name, score in alone.items() if score.status != "ok"} == missing
    names = tuple(name for name in names if name not in missing)
    alone = {name: alone[name] for name in names}
    for order in (names, names[::-1]):
        assert {score.proxy: score.score for score in score_task(job, Task(index, 0, order))} == {
            name: score.score for name, score in alone.items()
        }


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


def test_a_failing_formula_or_pass_costs_only_its_own_score(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: object, **__: object) -> float:
        raise RuntimeError("broken\nin two lines")

    monkeypatch.setattr(activations, "activation_codes", fail)
    names = ("naswot", "of_nan", "synflow", "infinite")
    with registry.isolated():

        @proxies.proxy("of_nan", reads="synaptic_flow")
        def of_nan(_: object) -> float:
            """Gives NaN."""
            return math.nan

        @proxies.proxy("infinite", reads="cost")
        def infinite(_: object) -> float:
            """Gives infinity."""
            return math.inf

        found = {score.proxy: score for score in score_task(JOB, Task(0, 0, names))}
    assert {name: score.status for name, score in found.items()} == {
        "naswot": "error: RuntimeError: broken in two lines",
        "of_nan": "undefined: the formula gives NaN",
        "synflow": "ok",
        "infinite": "undefined: the score is infinitely good",
    }
    assert [name for name, score in found.items() if math.isnan(score.score)] == [
        "naswot",
        "of_nan",
        "infinite",
    ]


def test_the_trivial_baselines_are_always_added_and_nothing_twice() -> None:
    names = [
        request.name for request in canonical_requests(["zeros", "zeros[aggregate=mean]", "params"])
    ]
    assert names == ["zeros", "params", "flops", "live_params", "live_convs", "layers"]
    every = set(proxies.registered())
    of_tokens = {request.name for request in canonical_requests(["all"], tokens=True)}
    of_transformers = {"dss", "head_confidence", "w_pca"}
    assert of_tokens == every - of_transformers
    names = {request.name for request in canonical_requests(["all"], transformers=True)}
    assert names == every - {"params_nonembedding"}
    assert {request.name for request in canonical_requests(["all"])} == names - of_transformers


def test_a_proxy_of_a_pass_that_does_not_exist_is_no_matter_of_other_runs() -> None:
    with proxies.registry.isolated():

        @proxies.proxy("broken", reads=lambda _: "no_such_pass")
        def broken(_result: object) -> float:
            """Nothing."""
            return 0.0

        assert canonical_requests(["l2_norm"])[0].name == "l2_norm"


def batch(
    size: int,
    images: ImageFile | None = None,
    *,
    seed: int = 0,
    part: int = 0,
    image_size: int = 32,
) -> torch.Tensor:
    return network_inputs(images, seed, Dataset(10, image_size), "float64", "cpu").images(
        size, part
    )


def test_noise_is_frozen_and_differs_between_seeds_and_parts() -> None:
    one = batch(4, image_size=16)
    one.add_(1)  # a caller's change must not reach the next one
    two = batch(4, image_size=16)
    assert two.shape == (4, 3, 16, 16)
    assert torch.equal(one, two + 1)
    assert not torch.equal(two, batch(4, seed=1, image_size=16))
    assert not torch.equal(two, batch(4, part=1, image_size=16))


def test_images_are_normalised_resized_and_chosen_by_seed(images_npz: Path) -> None:
    images = image_file(images_npz)
    whole = batch(40, images)
    assert whole.mean((0, 2, 3)).tolist() == pytest.approx([0, 0, 0], abs=1e-9)
    assert whole.std((0, 2, 3), unbiased=False).tolist() == pytest.approx([1, 1, 1])
    assert batch(4, images, image_size=16).shape == (4, 3, 16, 16)
    assert not torch.equal(batch(40, images, seed=1), whole)
    assert torch.equal(torch.cat([batch(20, images), batch(20, images, part=1)]), whole)


def test_labels_belong_to_the_images(images_npz: Path) -> None:
    content = np.load(images_npz)
    images = image_file(images_npz)
    found = network_inputs(images, 0, Dataset(10, 32), "float64", "cpu")
    pixels = (content["images"] - content["images"].mean((0, 1, 2))) / content["images"].std(
        (0, 1, 2)
    )
    for image, label in zip(found.images(20, 1), found.labels(20, 1), strict=True):
        position = np.abs(pixels - image.permute(1, 2, 0).numpy()).sum((1, 2, 3)).argmin()
        assert content["labels"][position] == int(label)


def test_labels_beyond_the_classes_of_the_network_are_refused(images_npz: Path) -> None:
    with pytest.raises(InputError, match="labels from 0 to 9, and the network has 5 classes"):
        check_images(image_file(images_npz), [proxies.request("snip[batch=20]")], classes=5)
    check_images(image_file(images_npz), [proxies.request("naswot[batch=40]")], classes=5)


def test_datasets_with_images_of_one_size_share_what_does_not_read_the_logits() -> None:
    def where(name: str, dataset: str) -> str:
        return Job("nb201", dataset).dataset_of(proxies.request(name))

    unread = [
        name
        for name in proxies.registered()
        if not (request := proxies.request(name)).logits
        and not (request.components or request.of_transformers)
    ]
    assert {"naswot", "az_trainability", "zen"} < set(unread)
    for name in ["zen[batch=2,repeats=2]" if name == "zen" else name for name in unread]:
        small = with_batch(name, 4).name
        assert where(small, "cifar10") == where(small, "cifar100") != where(small, "imagenet16-120")
        task = Task(5000, 0, (small,))
        one, other = (
            score_task(Job("nb201", dataset), task)[0].score for dataset in ("cifar10", "cifar100")
        )
        assert one == other, "which is why they may share"
    assert (
        len({where("params", dataset) for dataset in ("cifar10", "cifar100", "imagenet16-120")})
        == 3
    )


def test_a_file_that_changes_during_a_run_is_refused(images_npz: Path) -> None:
    images = replace(image_file(images_npz), sha256="0" * 64)
    with pytest.raises(InputError, match="has changed"):
        batch(4, images)


@pytest.mark.parametrize(
    ("name", "wanted"), [("naswot", 128), ("zico[batch=32]", 64), ("vote", 64)]
)
def test_too_few_images_are_refused_before_scoring(
    name: str, wanted: int, images_npz: Path
) -> None:
    with pytest.raises(InputError, match=f"holds 40 images, and .* takes {wanted}"):
        check_images(image_file(images_npz), [proxies.request(name)], 10)
    check_images(
        image_file(images_npz),
        [proxies.request("naswot[batch=40]"), proxies.request("synflow")],
        10,
    )
