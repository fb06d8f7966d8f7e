"""What searches that train a supernet refuse: one line, status 2, and nothing is lost."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from harness.search import main
from tests.harness.trained_searches import SMALL, images_in, train


def refused(status: int, shown: str, *said: str) -> None:
    lines = [line for line in shown.splitlines() if ", epoch " not in line]
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
    for content in (b"", b"no checkpoint", whole[: len(whole) // 2], whole[:-1]):
        second.write_bytes(content)
        kept = first.read_bytes()
        status = train("darts", out, images, "--seeds", "2")
        refused(status, capsys.readouterr().err, str(second), "is damaged")
        assert second.read_bytes() == content
        assert first.read_bytes() == kept
        assert (out / "searches.csv").exists()


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
