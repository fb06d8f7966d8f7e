"""The two halves of the images, and their augmentation."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from benchmarks_data.benchmark import Dataset
from harness.scoring.image_file import image_file
from harness.search_methods.trained.halves import _parted, cropped_and_flipped
from tests.harness.trained_searches import images_in


def test_halves_share_no_image_and_hold_each_class_alike(tmp_path: Path) -> None:
    images, dataset = image_file(images_in(tmp_path, each=6)), Dataset(10, 32)
    weights, alpha = _parted(images, dataset, None, 10, seed=0)
    assert len(weights) == len(alpha) == 30
    assert sorted([*weights.tolist(), *alpha.tolist()]) == list(range(60))
    for half in (weights, alpha):
        assert np.bincount(half.numpy() // 6).tolist() == [3] * 10


def test_fewer_images_are_a_part_of_more(tmp_path: Path) -> None:
    images, dataset = image_file(images_in(tmp_path, each=6)), Dataset(10, 32)
    few, more = (_parted(images, dataset, count, 10, seed=0) for count in (40, 60))
    for one, other in zip(few, more, strict=True):
        assert len(one) == 20
        assert set(one.tolist()) < set(other.tolist())


def test_another_seed_draws_other_halves(tmp_path: Path) -> None:
    images, dataset = image_file(images_in(tmp_path, each=6)), Dataset(10, 32)
    first, second = (_parted(images, dataset, None, 10, seed=seed)[0] for seed in (0, 1))
    assert first.tolist() != second.tolist()


def test_images_are_shifted_and_mirrored_with_black_at_the_border() -> None:
    pixels = torch.arange(1, 1 + 3 * 32 * 32).view(1, 3, 32, 32).repeat(200, 1, 1, 1)
    seen = set()
    for one in cropped_and_flipped(pixels, torch.Generator().manual_seed(0)):
        padded = torch.nn.functional.pad(pixels[0], (4, 4, 4, 4))
        places = [
            (down, right, mirrored)
            for down in range(9)
            for right in range(9)
            for mirrored in (False, True)
            if torch.equal(_part(padded, down, right, mirrored=mirrored), one)
        ]
        assert len(places) == 1
        seen.add(places[0])
    assert {down for down, _, _ in seen} == {right for _, right, _ in seen} == set(range(9))
    assert {mirrored for _, _, mirrored in seen} == {False, True}


def _part(padded: torch.Tensor, down: int, right: int, *, mirrored: bool) -> torch.Tensor:
    part = padded[:, down : down + 32, right : right + 32]
    return part.flip(2) if mirrored else part
