"""What a search that trains a supernet depends on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from harness.scoring.image_file import ImageFile

#: Changes whenever a search takes another course, so that an older checkpoint is not gone on with.
REVISION = 1


@dataclass(frozen=True)
class Setting:
    """All that the course of a search depends on.

    Attributes:
        method: one of :data:`harness.search_methods.trained.methods.TRAINED`.
        space, dataset: whose supernet is searched.
        seed: of weights, alpha, halves, batches and augmentation.
        images: the file that both halves come from.
        images_count: how many of it; None is all.
        channels, cells: size of the supernet; None is the published one.
        epochs: through the half of the weights.
        batch: images of a step, of weights and of alpha alike.
        rate, least_rate, momentum, decay, clip: of the weights' SGD, whose rate falls by a cosine.
        alpha_rate, alpha_decay: of alpha's Adam.
        beta: times (e - 1) / E the factor of beta-decay in epoch e of E.
        flood: flood level of the weights' loss.
        radius: length of the finite difference of second order.
        enter_every: epochs from one operation's entry to the next.
        augment: whether images are cropped and flipped at random.
        dtype, device: of the computation; the device is not part of what identifies a search.
    """

    method: str
    space: str
    dataset: str
    seed: int
    images: ImageFile
    images_count: int | None
    channels: int | None
    cells: int | None
    epochs: int
    batch: int
    rate: float
    least_rate: float
    momentum: float
    decay: float
    clip: float
    alpha_rate: float
    alpha_decay: float
    beta: float
    flood: float
    radius: float
    enter_every: int
    augment: bool
    dtype: str
    device: str

    def key(self) -> dict[str, Any]:
        """Return what identifies the course of the search, as plain values."""
        values = {name: value for name, value in vars(self).items() if name != "device"}
        return {**values, "images": self.images.key, "revision": REVISION}
