"""Images with the statistics of natural ones, drawn by a seed alone.

What data-driven proxies are fed unless told otherwise.

Each image is a Gaussian field whose amplitude falls with the spatial frequency f as 1 / f, like the
mean spectrum of photographs: Field, "Relations between the statistics of natural images and the
response properties of cortical cells", Journal of the Optical Society of America A 4 (1987),
2379-2394; Torralba and Oliva, "Statistics of natural image categories", Network 14 (2003), 391-412.
Red, green and blue are correlated as in photographs. The phases are random: there are no edges,
objects or classes. docs/inputs.md says how the recipe was chosen, and how far scores agree with
those of real images.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import torch


Array = np.ndarray[Any, np.dtype[np.float64]]
#: Short names of images that are drawn, with natural statistics or of Gaussian noise.
NATURAL, NOISE = "natural", "noise"
#: Raised when a seed draws other images than before: scores under other revisions are no scores of
#: these images.
REVISION = 1
#: The amplitude falls as 1 / f to this power.
EXPONENT = 1.0
#: Correlations of the channels: red with green, red with blue, green with blue.
RED_GREEN, RED_BLUE, GREEN_BLUE = 0.93, 0.85, 0.95
#: An image is cut out of a field this many times its side: a field is periodic, and photographs are
#: not.
MARGIN = 2
#: Values are rounded to this part of a standard deviation, about a grey level of 8 bits. Float32
#: and float64 hold them exactly, and processors that compute other last digits round to the same
#: images.
STEPS = 64


@dataclass(frozen=True)
class Natural:
    """Drawn images with natural statistics, as a source of batches."""

    revision: int = REVISION

    @property
    def key(self) -> str:
        """The name of these images in the key of a score."""
        return f"natural:{self.revision}"


#: What this version draws.
CURRENT = Natural()


def draw(size: int, side: int, stream: torch.Generator) -> torch.Tensor:
    """Return *size* images, float64 of shape (size, 3, side, side), each channel of mean 0 and
    standard deviation 1.

    Mean and deviation are those of the distribution, as real images are normalised by those of
    their whole set: a single image has its own brightness and contrast.
    """
    import torch

    shape = 3, MARGIN * side, MARGIN * side
    white = (torch.randn(shape, dtype=torch.float64, generator=stream).numpy() for _ in range(size))
    return torch.from_numpy(np.stack([_coloured(values)[:, :side, :side] for values in white]))


def _coloured(white: Array) -> Array:
    """Return white noise (3, side, side) with the spectrum and the channels of natural images,
    rounded.
    """
    fields = np.fft.irfft2(np.fft.rfft2(white) * _amplitudes(white.shape[-1]), s=white.shape[1:])
    values: Array = np.round(np.tensordot(_mixing(), fields, axes=1) * STEPS) / STEPS
    return values


@lru_cache(maxsize=4)
def _amplitudes(side: int) -> Array:
    """Return the amplitude at each frequency of a real transform, (side, side // 2 + 1), such that
    the field's variance is 1.
    """
    frequency = np.hypot(np.fft.fftfreq(side)[:, None], np.fft.fftfreq(side)[None, :])
    frequency[0, 0] = math.inf  # the field has mean 0; a part cut out of it has not
    amplitude: Array = frequency**-EXPONENT
    amplitude /= math.sqrt(np.mean(amplitude**2))
    return amplitude[:, : side // 2 + 1]


@lru_cache(maxsize=1)
def _mixing() -> Array:
    """Return the matrix (3, 3) that makes independent channels of variance 1 correlated ones."""
    correlations = [[1, RED_GREEN, RED_BLUE], [RED_GREEN, 1, GREEN_BLUE], [RED_BLUE, GREEN_BLUE, 1]]
    mixing: Array = np.linalg.cholesky(np.array(correlations))
    return mixing
