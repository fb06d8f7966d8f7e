"""Batches of images, drawn once per seed and frozen.

With natural statistics, Gaussian noise, or real ones from a file.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import zipfile
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks_data.benchmark import Dataset
from benchmarks_data.command import given_path
from benchmarks_data.errors import InputError
from benchmarks_data.reading import LARGEST_IMAGES, read_bytes
from harness.natural import CURRENT, Natural, draw

if TYPE_CHECKING:
    import torch

    from proxies.passes.common import Inputs


Array = np.ndarray[Any, Any]


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


#: Where batches come from; None is Gaussian noise.
Images = ImageFile | Natural | None

NATURAL, NOISE = "natural", "noise"


def add_images(group: argparse._ArgumentGroup | argparse.ArgumentParser) -> None:
    """Add the option ``--images`` to a parser, or to a group of its options."""
    group.add_argument(
        "--images",
        type=_given_images,
        default=NATURAL,
        metavar="NAME",
        help="'natural' statistics, Gaussian 'noise', or FILE.npz of real 'images' and 'labels' "
        "(default: natural)",
    )


def _given_images(text: str) -> str:
    """Parse ``--images`` for argparse, as it is written: ./natural is a file."""
    given_path(text)
    return text


def images_named(text: str) -> Images:
    """Return the source that ``--images`` names: ``natural``, ``noise``, or a file.

    Raises:
        InputError: the file is none.
    """
    if text == NOISE:
        return None
    return CURRENT if text == NATURAL else image_file(Path(text))


def key_of(images: Images) -> str:
    """Return what identifies images in the key of a score."""
    return images.key if images else NOISE


def images_of(key: str) -> Images:
    """Return the source with a key; a file's path is not known."""
    if key.startswith(f"{NATURAL}:"):
        return Natural(int(key.removeprefix(f"{NATURAL}:")))
    return None if key == NOISE else ImageFile("", key.removeprefix("images:"))


def name_of(images: Images) -> str:
    """Return the short name of a source, which rows of results have.

    Natural, noise, or the file's.
    """
    if isinstance(images, ImageFile):
        return file_name(images.path)
    return NATURAL if images else NOISE


def file_name(path: str) -> str:
    """Return the short name of a file of images, which is none of drawn ones."""
    name = Path(path).name
    return f"./{name}" if name in (NATURAL, NOISE) else name


def image_file(path: Path) -> ImageFile:
    """Check an image file and return its name and checksum; raise InputError when it is not one."""
    return ImageFile(str(path), _read(str(path)).sha256)


@dataclass(frozen=True)
class _Images:
    """The content of an image file, with mean and standard deviation (3,) of its channels."""

    pixels: Array
    labels: Array
    mean: Array
    deviation: Array
    sha256: str


@lru_cache(maxsize=2)
def _read(path: str) -> _Images:
    try:
        raw = read_bytes(Path(path), LARGEST_IMAGES)
        if not zipfile.is_zipfile(io.BytesIO(raw)):
            raise InputError(
                f"{path} is no .npz file: expected arrays 'images' (uint8 NHWC) and 'labels', "
                "saved by numpy.savez"
            )
        with np.load(io.BytesIO(raw), allow_pickle=False) as arrays:
            if sum(entry.file_size for entry in arrays.zip.infolist()) > LARGEST_IMAGES:
                raise InputError(
                    f"{path} holds more than {LARGEST_IMAGES // 2**20} MiB: give fewer images"
                )
            pixels, labels = arrays["images"], arrays["labels"]
    except InputError:
        raise
    except OSError as error:
        raise InputError(f"cannot read images {path}: {error.strerror or error}") from error
    except KeyError:
        raise InputError(f"{path} lacks an array: expected 'images' and 'labels'") from None
    except Exception as error:  # a damaged archive may raise almost anything
        raise InputError(
            f"{path} is no .npz file of plain arrays ({type(error).__name__})"
        ) from error
    if not isinstance(pixels, np.ndarray) or not isinstance(labels, np.ndarray):
        raise InputError(f"{path} is no .npz file of plain arrays")
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
    return _Images(pixels, labels, mean, deviation, hashlib.sha256(raw).hexdigest())


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


def network_inputs(
    images: Images, seed: int, dataset: Dataset, dtype: str, device: str, batch: int | None = None
) -> Inputs:
    """Return what passes may feed to a network of *dataset*.

    A seed's random streams, and the frozen images and labels of *batch*.

    *batch* is a seed as well; without one it is the same.
    """
    import torch

    from benchmarks_data.initialisation import generator
    from proxies.passes.common import Inputs

    drawn = seed if batch is None else batch

    def draw_images(size: int, part: int = 0) -> torch.Tensor:
        return _images(images, drawn, dataset.image_size, size, part, dtype, device).clone()

    def draw_labels(size: int, part: int = 0) -> torch.Tensor:
        return _labels(images, drawn, dataset.classes, size, part).to(device)

    shape = (3, dataset.image_size, dataset.image_size)
    stream = partial(generator, seed)
    return Inputs(
        shape, draw_images, draw_labels, stream, getattr(torch, dtype), torch.device(device)
    )


def _chosen(images: ImageFile, seed: int, size: int, part: int) -> tuple[_Images, Array]:
    """Return the file's content and the positions of a part.

    The seed's permutation of the file, cut into batches.
    """
    import torch

    from benchmarks_data.initialisation import generator

    content = _read(images.path)
    if content.sha256 != images.sha256:
        raise InputError(f"{images.path} has changed since the run began: run again")
    if size * (part + 1) > len(content.pixels):
        raise InputError(
            f"{images.path} holds {len(content.pixels)} images, and {part + 1} x {size} were "
            "asked for"
        )
    order = torch.randperm(len(content.pixels), generator=generator(seed, "images"))
    return content, order[size * part : size * (part + 1)].numpy()


def _labels(images: Images, seed: int, classes: int, size: int, part: int) -> torch.Tensor:
    import torch

    from benchmarks_data.initialisation import generator

    if not isinstance(images, ImageFile):
        return torch.randint(classes, (size,), generator=generator(seed, "labels", part))
    content, positions = _chosen(images, seed, size, part)
    return torch.from_numpy(content.labels[positions].astype(np.int64))


@lru_cache(maxsize=64)
def _images(
    images: Images, seed: int, image_size: int, size: int, part: int, dtype: str, device: str
) -> torch.Tensor:
    import torch

    from benchmarks_data.initialisation import generator
    from proxies.passes.common import laid_out

    if images is None:
        batch = torch.randn(
            size,
            3,
            image_size,
            image_size,
            generator=generator(seed, "noise", *([part] if part else [])),
        )
        return laid_out(batch.to(device, getattr(torch, dtype)))
    if isinstance(images, Natural):
        batch = draw(size, image_size, generator(seed, NATURAL, part))
        return laid_out(batch.to(device, getattr(torch, dtype)))
    content, positions = _chosen(images, seed, size, part)
    values = (content.pixels[positions] - content.mean) / content.deviation
    batch = torch.from_numpy(values).permute(0, 3, 1, 2).contiguous()
    if batch.shape[-2:] != (image_size, image_size):
        batch = torch.nn.functional.interpolate(
            batch, (image_size, image_size), mode="bilinear", antialias=True
        )
    return laid_out(batch.to(device, getattr(torch, dtype)))
