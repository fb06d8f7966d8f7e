"""Runs killed at random moments, and resumed: ``python -m tools.kills [RUNS]``, ``make kills``.

Not collected by ``make test``.
"""

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

import pandas as pd

from tests.runs import arguments, query_store, stored_rows

WORK = ("--proxy", "zeros", "swap", "--archs", "60", "--workers", "2")
ROWS = 60 * 6


def start(folder: Path) -> subprocess.Popen[bytes]:
    """Start the run in a process group of its own."""
    command = [sys.executable, "-m", "harness.run", *arguments(folder, *WORK)]
    return subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )


def workers(parent: int) -> list[int]:
    """Return the processes that score for a process."""
    path = Path(f"/proc/{parent}/task/{parent}/children")
    with suppress(OSError):
        return [
            int(number)
            for number in path.read_text().split()
            if b"spawn_main" in Path(f"/proc/{number}/cmdline").read_bytes()
        ]
    return []


def kill(process: subprocess.Popen[bytes], what: str, stream: random.Random) -> bool:
    """Kill the driver, one of its workers, or all of them; return whether there was one."""
    alive = workers(process.pid)
    if process.poll() is not None or (what == "worker" and not alive):
        return False
    with suppress(ProcessLookupError):
        if what == "driver":
            process.kill()
        elif what == "group":
            os.killpg(process.pid, signal.SIGKILL)
        else:
            os.kill(stream.choice(alive), signal.SIGKILL)
    if what != "worker":
        process.wait()
    return True


def wait(process: subprocess.Popen[bytes], folder: Path, rows: int) -> None:
    """Wait until so many scores are saved, or the run has ended."""
    while process.poll() is None and stored_rows(folder / "s.sqlite") < rows:
        time.sleep(0.01)


def scores(folder: Path) -> pd.DataFrame:
    return pd.read_csv(folder / "out" / "scores.csv").drop(columns="seconds")


def main(runs: int) -> None:
    """Kill and resume *runs* times.

    Raises:
        AssertionError: a resumed run's scores differ from those of a run left alone.
    """
    stream, counts, saved = random.Random(0), Counter[str](), []
    with tempfile.TemporaryDirectory() as name:
        started = time.monotonic()
        assert start(Path(name) / "whole").wait() == 0
        takes, expected = time.monotonic() - started, scores(Path(name) / "whole")
        while counts.total() < runs:
            what = stream.choice(("driver", "worker", "group"))
            folder = Path(name) / str(len(saved))
            process = start(folder)
            # Half of them by the clock, half by what is saved: most of a run is its start and its
            # report.
            if stream.random() < 0.5:
                time.sleep(stream.uniform(0.2, takes))
            else:
                wait(process, folder, stream.randrange(ROWS))
            saved.append(stored_rows(folder / "s.sqlite"))
            killed = kill(process, what, stream)
            if what == "worker" or not killed:
                assert process.wait() == 0, "a worker's end does not end the run"
            else:
                time.sleep(0.5)  # workers notice
            assert start(folder).wait() == 0
            pd.testing.assert_frame_equal(scores(folder), expected)
            assert stored_rows(folder / "s.sqlite") == ROWS
            assert query_store(folder / "s.sqlite", "PRAGMA integrity_check") == [("ok",)]
            if killed:
                counts[what] += 1
                print(
                    f"{counts.total()}: {what} killed, {saved[-1]} of {ROWS} scores were saved, "
                    "the resumed run is the same",
                    flush=True,
                )
            else:
                saved[-1] = 0
    print(
        f"{runs} runs: {dict(counts)}, {sum(0 < rows < ROWS for rows in saved)} of them with a "
        "part of the scores saved"
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 50)
