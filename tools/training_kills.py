"""Searches by training, killed at random moments and gone on with: the same alphas to the bit.

``python -m tools.training_kills [KILLS]``, ``make kills``. Not collected by ``make test``.
"""

import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import torch

from tests.harness.trained_searches import SMALL, images_in

METHODS = ("darts-2nd", "opp-darts")
EPOCHS = 12


def command(method: str, folder: Path, images: Path) -> list[str]:
    """Return the command line of a search."""
    words = [*SMALL, "--epochs", str(EPOCHS), "--images", str(images), "--out", str(folder)]
    return [sys.executable, "-m", "harness.search", "--method", method, *words]


def start(words: list[str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def epochs_of(folder: Path) -> int:
    """Return how many epochs are saved."""
    for path in (folder / "checkpoints").glob("*.pt"):
        return len(torch.load(path, weights_only=True)["rows"])
    return 0


def wait(process: subprocess.Popen[bytes], folder: Path, epochs: int) -> None:
    """Wait until so many epochs are saved, or the search has ended."""
    while process.poll() is None and epochs_of(folder) < epochs:
        time.sleep(0.05)


def alphas(folder: Path) -> list[list[float]]:
    (path,) = (folder / "checkpoints").glob("*.pt")
    return [row.tolist() for row in torch.load(path, weights_only=True)["alpha"]]


def main(kills: int) -> None:
    """Kill *kills* times, and compare.

    Raises:
        AssertionError: a search that was gone on with ends with other alphas.
    """
    stream, done = random.Random(0), 0
    with tempfile.TemporaryDirectory() as name:
        images = images_in(Path(name))
        expected = {}
        for method in METHODS:
            assert start(command(method, Path(name) / method, images)).wait() == 0
            expected[method] = alphas(Path(name) / method)
        while done < kills:
            method, folder = stream.choice(METHODS), Path(name) / f"killed-{done}"
            saved = []
            for last in (EPOCHS // 2, EPOCHS):
                process = start(command(method, folder, images))
                wait(process, folder, stream.randrange(last))
                time.sleep(stream.uniform(0.0, 0.3))
                if process.poll() is None:
                    process.send_signal(signal.SIGKILL)
                    done += 1
                process.wait()
                saved.append(epochs_of(folder))
            assert start(command(method, folder, images)).wait() == 0
            assert alphas(folder) == expected[method]
            print(
                f"{done}: {method} killed after epochs {saved} of {EPOCHS}, alphas are the same",
                flush=True,
            )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10)
