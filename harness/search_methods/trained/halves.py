"""The images of a search: half of each class trains the weights, the other half alpha."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from benchmarks_data.benchmark import Dataset
from benchmarks_data.errors import InputError
from benchmarks_data.initialisation import generator
from harness.scoring.image_file import Content, ImageFile, check_labels, content_of
from harness.search_methods.trained.relaxed import Batch
from harness.search_methods.trained.setting import Setting

#: Zeros on each side before a random crop, of images of 32 pixels; in proportion for others.
PADDING, SIDE = 4, 32


@dataclass(frozen=True)
class Halves:
    """Images in two halves, positions in the file.

    Attributes:
        content: of the file.
        weights, alpha: positions of the two halves.
        dataset: whose networks take the images.
        augment: whether batches of training are cropped and flipped.
        dtype, device: of batches.
    """

    content: Content
    weights: Tensor
    alpha: Tensor
    dataset: Dataset
    augment: bool
    dtype: torch.dtype
    device: torch.device

    def batch(self, positions: Tensor, stream: torch.Generator | None = None) -> Batch:
        """Return the images at positions, augmented by a stream where one is given."""
        pixels = torch.from_numpy(self.content.pixels[positions.numpy()]).permute(0, 3, 1, 2)
        if stream is not None and self.augment:
            pixels = cropped_and_flipped(pixels, stream)
        mean, deviation = (
            torch.from_numpy(np.asarray(one, np.float64)).view(1, 3, 1, 1)
            for one in (self.content.mean, self.content.deviation)
        )
        images = ((pixels - mean) / deviation).to(self.dtype)
        _, height, width = self.dataset.shape
        if images.shape[-2:] != (height, width):
            images = torch.nn.functional.interpolate(
                images, (height, width), mode="bilinear", antialias=True
            )
        labels = torch.from_numpy(self.content.labels[positions.numpy()].astype(np.int64))
        images = images.contiguous(memory_format=torch.channels_last)
        return Batch(images.to(self.device), labels.to(self.device))

    def batches(self, positions: Tensor, size: int) -> Iterator[Batch]:
        """Yield all images at positions in order, as they are."""
        for part in torch.split(positions, size):
            yield self.batch(part)

    def steps(self, size: int, stream: torch.Generator) -> Iterator[tuple[Batch, Batch]]:
        """Yield the batches of an epoch: of the weights' half each image once, with a batch of
        different images of alpha's half drawn anew for each.
        """
        order = self.weights[torch.randperm(len(self.weights), generator=stream)]
        for part in torch.split(order, size):
            drawn = torch.randperm(len(self.alpha), generator=stream)[:size]
            yield self.batch(part, stream), self.batch(self.alpha[drawn], stream)


def cropped_and_flipped(pixels: Tensor, stream: torch.Generator) -> Tensor:
    """Return images (n, 3, height, width), each shifted by up to 4 of 32 pixels, black coming in,
    and every other one mirrored, at random.

    This is the random crop of padded images and the horizontal flip of the papers.
    """
    count, _, height, width = pixels.shape
    side = PADDING * max(height, width) // SIDE
    padded = torch.nn.functional.pad(pixels, (side, side, side, side))
    down, right = torch.randint(2 * side + 1, (2, count, 1), generator=stream)
    flips = torch.randint(2, (count, 1), generator=stream).bool()
    rows, columns = down + torch.arange(height), torch.arange(width)
    columns = right + torch.where(flips, columns.flip(0), columns)
    images = torch.arange(count).view(-1, 1, 1)
    chosen = padded.permute(0, 2, 3, 1)[images, rows.unsqueeze(2), columns.unsqueeze(1)]
    return chosen.permute(0, 3, 1, 2)


def check_halves(images: ImageFile, dataset: Dataset, images_count: int | None, batch: int) -> None:
    """Raise InputError when a file cannot be cut into two halves."""
    _parted(images, dataset, images_count, batch, 0)


def halves_of(setting: Setting, dataset: Dataset) -> Halves:
    """Return the images of a setting in two halves.

    Raises:
        InputError: they are too few, or a class has not two.
    """
    weights, alpha = _parted(
        setting.images, dataset, setting.images_count, setting.batch, setting.seed
    )
    return Halves(
        content_of(setting.images),
        weights,
        alpha,
        dataset,
        setting.augment,
        getattr(torch, setting.dtype),
        torch.device(setting.device),
    )


def _parted(
    images: ImageFile, dataset: Dataset, images_count: int | None, batch: int, seed: int
) -> tuple[Tensor, Tensor]:
    """Return the positions of both halves: of every class as many images as of the others, drawn by
    the seed; fewer images are a part of more.
    """
    check_labels(images, dataset.classes)
    labels = torch.from_numpy(content_of(images).labels.astype(np.int64))
    counts = torch.bincount(labels, minlength=dataset.classes)
    if few := [number for number, count in enumerate(counts.tolist()) if count < 2]:
        shown = ", ".join(map(str, few[:5])) + (" ..." if len(few) > 5 else "")
        raise InputError(
            f"{images.path}: each class needs two images, one for the weights and one for alpha, "
            f"and these of {dataset.classes} have not: {shown}; name a file with all classes"
        )
    limit = _images_of_a_class(images, counts, images_count)
    halves: tuple[list[Tensor], list[Tensor]] = ([], [])
    for number in range(dataset.classes):
        own = (labels == number).nonzero().flatten()
        stream = generator(seed, "halves", number)
        own = own[torch.randperm(len(own), generator=stream)][:limit]
        for half, positions in zip(halves, (own[0::2], own[1::2]), strict=True):
            half.append(positions)
    weights, alpha = torch.cat(halves[0]), torch.cat(halves[1])
    if len(alpha) < batch:
        raise InputError(
            f"{images.path}: half of the images are for alpha, {len(alpha)}, and a batch takes "
            f"{batch}: name more images, or a smaller --batch"
        )
    return weights, alpha


def _images_of_a_class(images: ImageFile, counts: Tensor, images_count: int | None) -> int | None:
    if images_count is None:
        return None
    limit, rest = divmod(images_count, len(counts))
    if rest or limit % 2:
        raise InputError(
            f"--images-count {images_count}: {len(counts)} classes in two halves take a multiple "
            f"of {2 * len(counts)}"
        )
    if limit > int(counts.min()):
        raise InputError(
            f"--images-count {images_count}: {images.path} has classes of only {counts.min()} "
            f"images, and each would give {limit}"
        )
    return limit
