"""Fuzzing for as long as one likes: ``python -m tests.fuzz [MINUTES]``, ``make fuzz``.

The tests of this folder run again and again with new inputs, each round as a process of its own.
What a round found is printed with the input that shows it, and is kept in ``.hypothesis``, so that
the next round begins with it. Where atheris is installed, half of the time is that of
:mod:`tests.fuzz.guided`.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import time
from pathlib import Path

#: Seconds after which a round counts as one that hangs.
ROUND = 1800


def main(minutes: float) -> int:
    """Return 0 when nothing was found, else 1."""
    guided = importlib.util.find_spec("atheris") is not None
    seconds = 30 * minutes if guided else 60 * minutes
    end, rounds, failed = time.monotonic() + seconds, 0, 0
    while (left := end - time.monotonic()) > 0:
        seed = int.from_bytes(os.urandom(4), "little")
        command = [
            sys.executable,
            "-m",
            "pytest",
            str(Path(__file__).parent),
            "-v",
            f"--hypothesis-seed={seed}",
        ]
        try:
            failed += (
                subprocess.run(
                    command, env={**os.environ, "FUZZ": "long"}, timeout=min(ROUND, left)
                ).returncode
                != 0
            )
        except subprocess.TimeoutExpired:
            if left > ROUND:
                print(f"a round took longer than {ROUND} seconds: seed {seed}", flush=True)
                failed += 1
        rounds += 1
    print(f"{rounds} rounds, {failed} of which found something", flush=True)
    if not guided:
        print("atheris is not installed: what code inputs reach guides nothing")
        return min(failed, 1)
    return min(
        failed
        + subprocess.run([sys.executable, "-m", "tests.fuzz.guided", str(int(seconds))]).returncode,
        1,
    )


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]) if len(sys.argv) > 1 else 60))
