"""Batches of images, or of tokens, drawn once per seed and frozen.

Images have natural statistics, are Gaussian noise, or real ones from a file. Tokens are drawn, or
from a file.
"""

from __future__ import annotations

from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks_data.benchmark import Dataset, Tokens
from benchmarks_data.errors import InputError
from harness.scoring.image_file import ImageFile, chosen_images, file_name, image_file
from harness.scoring.natural import CURRENT, NATURAL, NOISE, Natural, draw
from harness.scoring.token_file import (
    FROM_FILE,
    UNIFORM,
    TokenFile,
    TokenSource,
    Uniform,
    draw_token_labels,
    draw_tokens,
)

if TYPE_CHECKING:
    import torch

    from proxies.passes.common import Draw, Inputs


#: Where batches come from; None is Gaussian noise.
Images = ImageFile | Natural | TokenSource | None


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
    if key.startswith(f"{UNIFORM}:"):
        return Uniform(int(key.removeprefix(f"{UNIFORM}:")))
    if key.startswith("tokens:"):
        return TokenFile("", key.removeprefix("tokens:"))
    return None if key == NOISE else ImageFile("", key.removeprefix("images:"))


def name_of(images: Images) -> str:
    """Return the short name of a source, which rows of results have.

    Natural, noise, uniform tokens, or the file's.
    """
    if isinstance(images, ImageFile):
        return file_name(images.path)
    if isinstance(images, TokenFile):
        return f"{FROM_FILE}{Path(images.path).name}"
    if isinstance(images, Uniform):
        return UNIFORM
    return NATURAL if images else NOISE


def network_inputs(
    images: Images,
    seed: int,
    dataset: Dataset | Tokens,
    dtype: str,
    device: str,
    batch: int | None = None,
) -> Inputs:
    """Return what passes may feed to a network of *dataset*.

    A seed's random streams, and the frozen images (or tokens) and labels of *batch*.

    *batch* is a seed as well; without one it is the same.

    Raises:
        InputError: the networks take tokens, and the source is of images; or the other way round.
    """
    import torch

    from benchmarks_data.initialisation import generator
    from proxies.passes.common import Inputs

    drawn = seed if batch is None else batch

    if isinstance(dataset, Tokens):
        draws = _draws_of_tokens(images, drawn, dataset, device)
    elif isinstance(images, TokenSource):
        raise InputError("the networks take images, and tokens are given")
    else:
        draws = _draws_of_images(images, drawn, dataset, dtype, device)
    stream = partial(generator, seed)
    return Inputs(dataset.shape, *draws, stream, getattr(torch, dtype), torch.device(device))


def _draws_of_images(
    images: ImageFile | Natural | None, seed: int, dataset: Dataset, dtype: str, device: str
) -> tuple[Draw, Draw]:
    """Return what draws images, and what draws their labels."""

    def draw_images(size: int, part: int = 0) -> torch.Tensor:
        return _images(images, seed, dataset.shape, size, part, dtype, device).clone()

    def draw_labels(size: int, part: int = 0) -> torch.Tensor:
        return _labels(images, seed, dataset.classes, size, part).to(device)

    return draw_images, draw_labels


def _draws_of_tokens(source: Images, seed: int, dataset: Tokens, device: str) -> tuple[Draw, Draw]:
    """Return what draws tokens, and what draws their labels."""
    if not isinstance(source, TokenSource):
        raise InputError("the networks take tokens, and images are given")

    def of_tokens(size: int, part: int = 0) -> torch.Tensor:
        return draw_tokens(source, seed, dataset, size, part).to(device)

    def of_labels(size: int, part: int = 0) -> torch.Tensor:
        return draw_token_labels(source, seed, dataset, size, part).to(device)

    return of_tokens, of_labels


def _labels(
    images: ImageFile | Natural | None, seed: int, classes: int, size: int, part: int
) -> torch.Tensor:
    import torch

    from benchmarks_data.initialisation import generator

    if not isinstance(images, ImageFile):
        return torch.randint(classes, (size,), generator=generator(seed, "labels", part))
    content, positions = chosen_images(images, seed, size, part)
    return torch.from_numpy(content.labels[positions].astype(np.int64))


@lru_cache(maxsize=64)
def _images(
    images: ImageFile | Natural | None,
    seed: int,
    shape: tuple[int, int, int],
    size: int,
    part: int,
    dtype: str,
    device: str,
) -> torch.Tensor:
    import torch

    from benchmarks_data.initialisation import generator
    from proxies.passes.common import laid_out

    channels, height, width = shape
    if images is None:
        stream = generator(seed, "noise", *([part] if part else []))
        batch = torch.randn(size, *shape, generator=stream)
        return laid_out(batch.to(device, getattr(torch, dtype)))
    if isinstance(images, Natural):
        side = max(height, width)
        batch = draw(size, side, generator(seed, NATURAL, part))[:, :channels, :height, :width]
        return laid_out(batch.to(device, getattr(torch, dtype)))
    content, positions = chosen_images(images, seed, size, part)
    values = (content.pixels[positions] - content.mean) / content.deviation
    batch = torch.from_numpy(values).permute(0, 3, 1, 2).contiguous()
    if batch.shape[-2:] != (height, width):
        batch = torch.nn.functional.interpolate(
            batch, (height, width), mode="bilinear", antialias=True
        )
    if channels == 1:
        batch = batch.mean(1, keepdim=True)
    return laid_out(batch.to(device, getattr(torch, dtype)))


#: What run.json calls images that were drawn, and how sentences do.
GAUSSIAN = "Gaussian noise"


#: How run.json begins to tell of tokens that were drawn.
_TOKENS = "tokens of equal frequency"


def record_of(images: Images) -> dict[str, str | bool] | str:
    """Return what run.json holds of a source: a file's path and checksum, or what was drawn."""
    if isinstance(images, ImageFile):
        return {"file": images.path, "sha256": images.sha256}
    if isinstance(images, TokenFile):
        return {"file": images.path, "sha256": images.sha256, "tokens": True}
    if isinstance(images, Uniform):
        return f"{_TOKENS}, revision {images.revision}"
    return f"natural statistics, revision {images.revision}" if images else GAUSSIAN


def name_of_record(record: Any) -> str:
    """Return the short name of a source that run.json holds, as :func:`name_of` does."""
    if isinstance(record, dict):
        if record.get("tokens"):
            return f"{FROM_FILE}{Path(record['file']).name}"
        return file_name(record["file"])
    if record.startswith(_TOKENS):
        return UNIFORM
    return NOISE if record == GAUSSIAN else NATURAL
