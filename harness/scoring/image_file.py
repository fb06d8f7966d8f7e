"""A file of real images and their labels: read once, checked, named by its content."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from benchmarks_data.errors import InputError
from harness.scoring.arrays import Array, read_arrays
from harness.scoring.natural import NATURAL, NOISE


@dataclass(frozen=True)
class ImageFile:
    """An ``.npz`` file with ``images`` (n, height, width, 3) uint8 and ``labels`` (n,) integers,
    named with its checksum.
    """

    path: str
    sha256: str

    @property
    def key(self) -> str:
        """The name of these images in the key of a score: their content, not where they lie."""
        return f"images:{self.sha256[:16]}"


def file_name(path: str) -> str:
    """Return the short name of a file of images, which is none of drawn ones."""
    name = Path(path).name
    return f"./{name}" if name in (NATURAL, NOISE) else name


def image_file(path: Path) -> ImageFile:
    """Check an image file and return its name and checksum; raise InputError when it is not one."""
    return ImageFile(str(path), _read(str(path)).sha256)


@dataclass(frozen=True)
class Content:
    """The content of an image file, with mean and standard deviation (3,) of its channels."""

    pixels: Array
    labels: Array
    mean: Array
    deviation: Array
    sha256: str


@lru_cache(maxsize=2)
def _read(path: str) -> Content:
    arrays, sha256 = read_arrays(
        path, "images", ["images", "labels"], [], "'images' (uint8 NHWC) and 'labels'"
    )
    pixels, labels = arrays["images"], arrays["labels"]
    if pixels.dtype != np.uint8 or pixels.ndim != 4 or pixels.shape[3] != 3 or 0 in pixels.shape:
        raise InputError(
            f"{path}: images must be uint8 of shape (n, height, width, 3), not {pixels.dtype} "
            f"{pixels.shape}"
        )
    if labels.shape != (len(pixels),) or labels.dtype.kind not in "iu":
        raise InputError(
            f"{path}: labels must be {len(pixels)} integers, not {labels.dtype} {labels.shape}"
        )
    mean, deviation = pixels.mean((0, 1, 2)), np.maximum(pixels.std((0, 1, 2)), 1.0)
    return Content(pixels, labels, mean, deviation, sha256)


def number_of_images(images: ImageFile) -> int:
    """Return how many images a file holds."""
    return len(_read(images.path).pixels)


def number_of_labels(images: ImageFile) -> int:
    """Return how many different labels a file has."""
    return len(np.unique(_read(images.path).labels))


def check_labels(images: ImageFile, classes: int) -> None:
    """Raise InputError when a label stands for none of *classes* classes."""
    labels = _read(images.path).labels
    if labels.min() < 0 or labels.max() >= classes:
        raise InputError(
            f"{images.path} has labels from {labels.min()} to {labels.max()}, and the network "
            f"has {classes} classes"
        )


def check_batch(images: ImageFile, batch: int, classes: int) -> None:
    """Raise InputError when a file has fewer images than a batch takes, or a label that stands for
    none of *classes* classes.
    """
    if number_of_images(images) < batch:
        raise InputError(
            f"{images.path} holds {number_of_images(images)} images, and a batch takes {batch}"
        )
    check_labels(images, classes)


def content_of(images: ImageFile) -> Content:
    """Return the content of an image file; raise InputError when it has changed."""
    content = _read(images.path)
    if content.sha256 != images.sha256:
        raise InputError(f"{images.path} has changed since the run began: run again")
    return content


def chosen_images(images: ImageFile, seed: int, size: int, part: int) -> tuple[Content, Array]:
    """Return the file's content and the positions of a part.

    The seed's permutation of the file, cut into batches.
    """
    import torch

    from benchmarks_data.initialisation import generator

    content = content_of(images)
    if size * (part + 1) > len(content.pixels):
        raise InputError(
            f"{images.path} holds {len(content.pixels)} images, and {part + 1} x {size} were "
            "asked for"
        )
    order = torch.randperm(len(content.pixels), generator=generator(seed, "images"))
    return content, order[size * part : size * (part + 1)].numpy()
