"""What searches that train a supernet refuse: one line, status 2, and nothing is lost."""

import math
import resource
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch

from harness.search import main
from tests.harness.trained_searches import SMALL, images_in, train


def refused(status: int, shown: str, *said: str) -> None:
    lines = [line for line in shown.splitlines() if ", epoch" not in line]
    assert status == 2
    assert len(lines) == 1
    for text in said:
        assert text in lines[0]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--batch", "30"], "half of the images are for alpha, 20, and a batch takes 30"),
        (["--images-count", "30"], "two halves take a multiple of 20"),
        (["--images-count", "60"], "classes of only 4 images, and each would give 6"),
        (["--dataset", "cifar100"], "each class needs two images"),
        (["--dataset", "imagenet"], "unknown dataset of nb201"),
        (["--least-rate", "1"], "--least-rate 1 is more than --rate 0.025"),
        (["--schedule", "lowest"], "--schedule is an option of --method freedarts"),
        (["--proxy", "zeros"], "--proxy is an option of --method first, evolution, warm-up"),
        (["--beside", "absent"], "--beside absent: it holds no search.json"),
        (["--space", "darts", "--cells", "1"], "fewer than 3 cells"),
    ],
)
def test_what_cannot_be_searched_is_refused(
    more: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status = train("darts", tmp_path / "out", images_in(tmp_path), *more)
    refused(status, capsys.readouterr().err, said)


def test_images_are_needed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status = main(["--method", "darts", *SMALL, "--out", str(tmp_path)])
    refused(status, capsys.readouterr().err, "--images FILE.npz")


def test_a_class_without_two_images_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "images.npz"
    labels = np.array([*np.repeat(np.arange(9), 4), 9])
    np.savez(path, images=np.zeros((len(labels), 8, 8, 3), np.uint8), labels=labels)
    status = train("darts", tmp_path / "out", path)
    refused(status, capsys.readouterr().err, "and these of 10 have not: 9;")


def test_a_damaged_checkpoint_is_refused_and_left(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    images, out = images_in(tmp_path), tmp_path / "out"
    assert train("darts", out, images, "--seeds", "2") == 0
    capsys.readouterr()
    first, second = sorted((out / "checkpoints").glob("*.pt"))
    whole = second.read_bytes()
    changed = bytearray(whole)
    changed[_place_of_alpha(second)] ^= 8
    packed = [bytearray(whole) for _ in range(3)]
    for content, method in zip(packed, (8, 12, 14), strict=True):  # deflate, bzip2, LZMA
        content[whole.rindex(b"PK\x01\x02") + 10] = method
    for content in (b"", b"no checkpoint", whole[: len(whole) // 2], whole[:-1], changed, *packed):
        second.write_bytes(content)
        kept = first.read_bytes()
        status = train("darts", out, images, "--seeds", "2")
        refused(status, capsys.readouterr().err, str(second), "is damaged")
        assert second.read_bytes() == content
        assert first.read_bytes() == kept
        assert (out / "searches.csv").exists()


def _place_of_alpha(path: Path) -> int:
    """Return where in a checkpoint the first number of alpha is."""
    alpha = torch.load(path, weights_only=True)["alpha"][0]
    return path.read_bytes().index(alpha.numpy().tobytes())


def _without_entropy(state: dict[str, Any]) -> None:
    del state["rows"][0]["entropy"]


def _bogus(state: dict[str, Any]) -> None:
    state["selected"]["argmax"]["operations"] = ["bogus"] * 6


CRAFTED: dict[str, Callable[[dict[str, Any]], None]] = {
    "empty rows": lambda state: state.update(rows=[{}] * 4),
    "rows that are numbers": lambda state: state.update(rows=[1, 2, 3, 4]),
    "a row without entropy": _without_entropy,
    "too many rows": lambda state: state.update(rows=state["rows"] * 3),
    "too many epochs": lambda state: state["rows"].append({**state["rows"][-1], "epoch": 5}),
    "an empty selection": lambda state: state.update(selected={"argmax": {}}),
    "an unknown operation": _bogus,
    "a selection of one choice": lambda state: state["selected"]["argmax"].update(
        operations=["none"], order=[0.0]
    ),
    "an unknown operation that entered": lambda state: state.update(entered=["bogus"]),
    "alpha that is no number": lambda state: state["alpha"][0].fill_(math.nan),
    "alpha that is no tensor": lambda state: state.update(alpha=[1.0] * 6),
    "a rate that is text": lambda state: state["sgd"]["param_groups"][0].update(lr="x"),
    "a rate that is too large": lambda state: state["sgd"]["param_groups"][0].update(lr=99.0),
    "another momentum": lambda state: state["sgd"]["param_groups"][0].update(momentum=0.1),
    "a buffer of another shape": lambda state: state["sgd"]["state"][0].update(
        momentum_buffer=torch.zeros(3)
    ),
    "an Adam without its state": lambda state: state["adam"].update(state={}),
    "a cosine that is none": lambda state: state.update(cosine={"T_max": 0, "last_epoch": "x"}),
    "an empty selection under way": lambda state: state.update(begun={}),
    "a selection under way without its tensors": lambda state: state.update(
        begun={"key": "perturbation-5", "decided": 1, "kept": [[True] * 5] * 6, "seconds": 1.0}
    ),
    "another random state": lambda state: state.update(stream=torch.zeros(5)),
}


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with images and a search that has ended."""
    folder = tmp_path_factory.mktemp("finished")
    assert train("darts", folder / "out", images_in(folder)) == 0
    return folder


@pytest.mark.parametrize("name", CRAFTED)
def test_a_checkpoint_that_no_search_writes_is_refused_and_left(
    name: str, finished: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    shutil.copytree(finished / "out" / "checkpoints", out / "checkpoints")
    (path,) = (out / "checkpoints").glob("*.pt")
    state = torch.load(path, weights_only=True)
    CRAFTED[name](state)
    torch.save(state, path)
    content = path.read_bytes()
    capsys.readouterr()
    status = train("darts", out, finished / "images.npz")
    refused(status, capsys.readouterr().err, str(path), "is damaged")
    assert path.read_bytes() == content


def test_a_full_disk_is_said_in_a_line_and_leaves_nothing_half(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    images, out = images_in(tmp_path), tmp_path / "out"
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, before[1]))
    try:
        status = train("darts", out, images)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    refused(status, capsys.readouterr().err, "checkpoints", "File too large")
    assert not list((out / "checkpoints").iterdir())


def test_a_checkpoint_of_another_setting_is_refused_and_left(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    images, out = images_in(tmp_path), tmp_path / "out"
    assert train("darts", out, images) == 0
    assert train("darts", tmp_path / "other", images, "--decay", "0.1") == 0
    capsys.readouterr()
    (ours,) = (out / "checkpoints").glob("*.pt")
    (theirs,) = (tmp_path / "other" / "checkpoints").glob("*.pt")
    assert ours.name != theirs.name
    shutil.copy(theirs, ours)
    content = ours.read_bytes()
    status = train("darts", out, images)
    refused(status, capsys.readouterr().err, str(ours), "of another setting")
    assert ours.read_bytes() == content


def test_the_folder_of_another_command_is_left(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "search.json").write_text("{}")
    status = train("darts", tmp_path, images_in(tmp_path))
    refused(status, capsys.readouterr().err, "holds a result of harness.search")


def test_a_loss_that_is_no_number_is_a_failed_search(tmp_path: Path) -> None:
    status = train(
        "darts", tmp_path / "out", images_in(tmp_path), "--rate", "1e30", "--clip", "1e30"
    )
    assert status == 1
    assert "no number" in (tmp_path / "out" / "searches.csv").read_text()
    epochs = pd.read_csv(tmp_path / "out" / "epochs.csv")
    assert epochs.empty
    assert {"label", "seed", "epoch", "entropy", "seconds", "arch", "cifar10_test"} <= set(epochs)
