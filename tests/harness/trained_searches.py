"""What tests of searches that train a supernet share."""

from pathlib import Path

import numpy as np

from harness.search import main

#: Small: 2 channels, a cell a stage, 4 epochs of 2 steps.
SMALL = ["--channels", "2", "--cells", "1", "--batch", "10", "--epochs", "4"]


def images_in(folder: Path, classes: int = 10, each: int = 4, side: int = 8) -> Path:
    """Write a file of random images, as many of each class, and return it."""
    folder.mkdir(exist_ok=True)
    stream = np.random.default_rng(0)
    path = folder / "images.npz"
    pixels = stream.integers(0, 256, (classes * each, side, side, 3), dtype=np.uint8)
    np.savez(path, images=pixels, labels=np.repeat(np.arange(classes), each))
    return path


def train(method: str, folder: Path, images: Path, *more: str) -> int:
    """Run the command at a small size."""
    words = ["--method", method, *SMALL, "--images", str(images), "--out", str(folder)]
    return main([*words, *more])
