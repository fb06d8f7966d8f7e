"""Batches of images: drawn once per seed and frozen, Gaussian noise unless a file of images is given."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks_data.errors import InputError

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True)
class ImageFile:
    """An ``.npz`` file with ``images`` (n, height, width, 3) uint8 and ``labels`` (n,) integers, named with its checksum."""

    path: str
    sha256: str

    @property
    def key(self) -> str:
        """The name of these images in the key of a score: their content, not where they lie."""
        return f"images:{self.sha256[:16]}"


NOISE = "noise"


def image_file(path: Path) -> ImageFile:
    """Check an image file and return its name and checksum; raise InputError when it is not one."""
    _read(str(path))
    return ImageFile(str(path), hashlib.sha256(path.read_bytes()).hexdigest())


@lru_cache(maxsize=2)
def _read(path: str) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    try:
        raw = Path(path).read_bytes()
        with np.load(io.BytesIO(raw), allow_pickle=False) as arrays:
            images, labels = arrays["images"], arrays["labels"]
    except OSError as error:
        raise InputError(f"cannot read images {path}: {error.strerror or error}") from error
    except KeyError:
        raise InputError(f"{path} lacks an array: expected 'images' and 'labels'") from None
    except (ValueError, EOFError, zipfile.BadZipFile, AttributeError, TypeError) as error:
        raise InputError(f"{path} is no .npz file of plain arrays ({error})") from error
    if images.dtype != np.uint8 or images.ndim != 4 or images.shape[3] != 3 or not len(images):
        raise InputError(f"{path}: images must be uint8 of shape (n, height, width, 3), not {images.dtype} {images.shape}")
    if labels.shape != (len(images),) or labels.dtype.kind not in "iu":
        raise InputError(f"{path}: labels must be {len(images)} integers, not {labels.dtype} {labels.shape}")
    return images, labels


def batches(images: ImageFile | None, seed: int, image_size: int, dtype: str, device: str) -> Callable[[int], torch.Tensor]:
    """Return the function that draws a seed's frozen batch of a given size, shape (size, 3, image_size, image_size)."""

    def draw(size: int) -> torch.Tensor:
        return _batch(images, seed, image_size, size, dtype, device).clone()

    return draw


@lru_cache(maxsize=8)
def _batch(images: ImageFile | None, seed: int, image_size: int, size: int, dtype: str, device: str) -> torch.Tensor:
    import torch

    from benchmarks_data.initialisation import generator

    if images is None:
        batch = torch.randn(size, 3, image_size, image_size, generator=generator(seed, "noise"))
        return batch.to(device, getattr(torch, dtype))
    pixels, _ = _read(images.path)
    if size > len(pixels):
        raise InputError(f"{images.path} holds {len(pixels)} images, and a batch of {size} was asked for")
    chosen = torch.randperm(len(pixels), generator=generator(seed, "images"))[:size]
    mean, deviation = pixels.mean((0, 1, 2)), pixels.std((0, 1, 2))
    values = (pixels[chosen.numpy()] - mean) / np.maximum(deviation, 1.0)
    batch = torch.from_numpy(values).permute(0, 3, 1, 2).contiguous()
    if batch.shape[-2:] != (image_size, image_size):
        batch = torch.nn.functional.interpolate(batch, (image_size, image_size), mode="bilinear", antialias=True)
    return batch.to(device, getattr(torch, dtype))
