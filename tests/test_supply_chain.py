"""What is installed, and what it may do.

Pins with hashes, known licences, no network at run time.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.networks import every_proxy_with_small_batches

PINS = re.findall(r"^([\w.-]+)==(\S+)$", Path("constraints.txt").read_text(), re.MULTILINE)


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_every_pin_has_hashes() -> None:
    locked = Path("requirements.txt").read_text().replace("\\\n", " ")
    found = {
        canonical(name): (version, len(hashes.split()))
        for name, version, hashes in re.findall(
            r"^([\w.-]+)==(\S+)((?: +--hash=sha256:[0-9a-f]{64})+)$", locked, re.MULTILINE
        )
    }
    assert {name: version for name, (version, _) in found.items()} == {
        canonical(name): version for name, version in PINS
    }
    assert len(re.findall("==", locked)) == len(found)


def test_every_pin_has_a_licence_in_the_list() -> None:
    rows = [
        line.split("|")
        for line in Path("docs/licences.md").read_text().splitlines()
        if line.startswith("| ")
    ]
    listed = {canonical(row[1].strip()): row[2].strip() for row in rows}
    assert {canonical(name): version for name, version in PINS}.items() <= listed.items()


#: Python runs it when it starts, in workers as well.
NO_NETWORK = """
import os, sys

def forbid(event, arguments):
    if event in ("socket.getaddrinfo", "socket.gethostbyname", "urllib.Request") or (
        event == "socket.connect" and isinstance(arguments[1], tuple)
    ):
        os.write(2, f"network: {event} {arguments[1:]}".encode())
        os._exit(99)

sys.addaudithook(forbid)
"""
COMMANDS = (
    f"harness.run --proxy {' '.join(every_proxy_with_small_batches(transformers=False))} "
    "mean_rank[of=zeros+params] --archs 2 --workers 2 --store s.sqlite --out out",
    "harness.report out",
    "harness.overview out",
    "harness.search --cells 1 --channels 2 --workers 1 --out search",
    "harness.theory --archs 2 --seeds 1 --widths 2 --batch 2 --searches 0 --workers 1 --out theory",
    "benchmarks_data.convert nbmacro mine.csv --out tables --columns arch=model "
    "cifar10_test=accuracy",
)
#: In one process, and in its workers; nothing of a command is run where it is imported.
ONE_AFTER_THE_OTHER = """
import importlib, sys
from benchmarks_data.spaces import nb201
from harness.claims import rows

if __name__ == "__main__":
    rows.RANDOM = {"nb201": 20, "darts": 3}  # architectures that a size is compared with
    nb201.CELLS_PER_STAGE = 1  # of supernets
    for command in sys.argv[1:]:
        name, *arguments = command.split()
        if status := importlib.import_module(name).main(arguments):
            sys.exit(f"{command}: exit status {status}")
"""


@pytest.mark.slow
def test_nothing_reaches_for_the_network(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(NO_NETWORK)
    environment = {**os.environ, "PYTHONPATH": f"{tmp_path}:{Path(__file__).parent.parent}"}
    probe = [
        sys.executable,
        "-c",
        "import socket; socket.create_connection(('192.0.2.1', 80), timeout=1)",
    ]
    assert subprocess.run(probe, env=environment, capture_output=True).returncode == 99
    (tmp_path / "mine.csv").write_text("model,accuracy\n00000000,50\n00000001,60\n")
    done = subprocess.run(
        [sys.executable, "-c", ONE_AFTER_THE_OTHER, *COMMANDS],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "network" not in done.stderr


def test_python_unpickles_the_installed_table_alone() -> None:
    """Every other pickle is read by benchmarks_data.formats.pickles, which calls nothing, or is a
    checkpoint, of which torch reads tensors and plain values alone.
    """
    unpickles = re.compile(
        r"\b(import (pickle|dill|joblib|marshal)|from "
        r"pickle|torch\.load|read_pickle|allow_pickle=True)\b"
    )
    project = Path(__file__).parent.parent
    found = [
        path.relative_to(project).as_posix()
        for package in ("harness", "proxies", "benchmarks_data")
        for path in (project / package).rglob("*.py")
        if unpickles.search(path.read_text())
    ]
    checkpoints = "harness/search_methods/trained/checkpoints.py"
    assert set(found) == {"benchmarks_data/nb201/sources.py", checkpoints}
    assert "weights_only=True" in (project / checkpoints).read_text()
