"""What is installed, and what it may do: pins with hashes, known licences, no network at run time."""

import re
import subprocess
import sys
from pathlib import Path

PINS = re.findall(r"^([\w.-]+)==(\S+)$", Path("constraints.txt").read_text(), re.MULTILINE)


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_every_pin_has_hashes() -> None:
    locked = Path("requirements.txt").read_text().replace("\\\n", " ")
    found = {
        canonical(name): (version, len(hashes.split()))
        for name, version, hashes in re.findall(r"^([\w.-]+)==(\S+)((?: +--hash=sha256:[0-9a-f]{64})+)$", locked, re.MULTILINE)
    }
    assert {name: version for name, (version, _) in found.items()} == {canonical(name): version for name, version in PINS}
    assert len(re.findall("==", locked)) == len(found)


def test_every_pin_has_a_licence_in_the_list() -> None:
    rows = [line.split("|") for line in Path("docs/licences.md").read_text().splitlines() if line.startswith("| ")]
    listed = {canonical(row[1].strip()): row[2].strip() for row in rows}
    assert {canonical(name): version for name, version in PINS}.items() <= listed.items()


NO_NETWORK = """
import sys

def forbid(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "urllib.Request"):
        raise SystemExit(f"network: {event} {arguments[1:]}")

sys.addaudithook(forbid)
from harness import report, run, search
from benchmarks_data import names

argv = ["--proxy", "all", "--archs", "2", "--workers", "1", "--store", "s.sqlite", "--out", "out"]
assert run.main(argv) == 0
assert report.main(["out"]) == 0
assert search.main(["--cells", "1", "--channels", "2", "--workers", "1", "--out", "search"]) == 0
"""


def test_nothing_reaches_for_the_network(tmp_path: Path) -> None:
    here = str(Path(__file__).parent.parent)
    done = subprocess.run(
        [sys.executable, "-c", NO_NETWORK], cwd=tmp_path, env={"PYTHONPATH": here}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
