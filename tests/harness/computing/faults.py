"""What tests of faults share: a run of the faulty plugin, and a look at its results."""

import os
from pathlib import Path

import pandas as pd

from harness.run import main
from tests.runs import arguments

PLUGIN = Path(__file__).with_name("faulty_plugin.py")
#: The cell of six 3x3 convolutions, the only one with so many multiply-accumulates.
LARGEST, FLOPS = 1462, 220_119_680
HERE, LOCAL, ON_RAY = ("--workers", "1"), ("--workers", "2"), ("--executor", "ray")


def run(
    tmp_path: Path,
    archs: Path,
    fault: str,
    *more: str,
    mode: str = "always",
    executor: tuple[str, str] = LOCAL,
) -> int:
    """Run the plugin's proxy; a fault "none" needs no process beside this one."""
    os.environ |= {
        "FAULT": f"{fault}:{FLOPS}",
        "FAULT_MODE": mode,
        "FAULT_MARKER": str(tmp_path / "marker"),
    }
    command = [
        "--proxy",
        "faulty",
        "--plugin",
        str(PLUGIN),
        "--archs",
        str(archs),
        *(HERE if fault == "none" else executor),
        *more,
    ]
    return main(arguments(tmp_path, *command))


FAULTS = {
    "abort": ((), "a worker process was ended by SIGABRT"),
    "kill": ((), "a worker process was ended by SIGKILL (out of memory?)"),
    "hang": (("--timeout", "4"), "it took longer than 4 seconds"),
    "memory": (("--worker-memory", "500"), "can't allocate memory"),
}


def check_the_one_that_is_missing(tmp_path: Path, reason: str) -> None:
    scores = pd.read_csv(tmp_path / "out" / "scores.csv")
    found = scores[scores["proxy"] == "faulty"].set_index("index")
    assert found["score"].notna().sum() == 4
    assert found.loc[LARGEST, "status"].startswith("error: ")
    assert reason in found.loc[LARGEST, "status"]
    flops = scores[scores["proxy"] == "flops"].set_index("index")["score"]
    assert found.drop(LARGEST)["score"].equals(flops.drop(LARGEST))
