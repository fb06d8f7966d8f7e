"""Benchmarks from other packages: an entry point, found in a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

from benchmarks_data.nbmacro import BENCHMARK

SOURCE = """
from benchmarks_data.nbmacro import NasBenchMacro


class Mine(NasBenchMacro):
    name = "mine"
    description = "a benchmark of my own"


BENCHMARK = Mine()
"""


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join([str(folder), str(Path(__file__).parents[2])])
    command = [sys.executable, "-m", "harness.run", *arguments]
    environment = {**os.environ, "PYTHONPATH": path}
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def offer(folder: Path, value: str) -> None:
    (folder / "mine.py").write_text(SOURCE)
    info = folder / "mine-1.0.dist-info"
    info.mkdir(exist_ok=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: mine\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[zeros_harness.benchmarks]\nmine = {value}\n")


def test_a_benchmark_of_another_package_is_scored_in_every_process(tmp_path: Path) -> None:
    offer(tmp_path, "mine:BENCHMARK")
    assert "mine" in run(tmp_path, "--list").stdout
    header = "index,arch,cifar10_test\n"
    rows = [
        f"{index},{BENCHMARK.architecture(index).string},{index / 100}"
        for index in range(BENCHMARK.size)
    ]
    (tmp_path / "mine.csv").write_text(header + "\n".join(rows))
    found = run(
        tmp_path,
        "--benchmark",
        "mine",
        "--tables",
        ".",
        "--proxy",
        "synflow",
        "--archs",
        "4",
        "--workers",
        "2",
    )
    assert found.returncode == 0, found.stderr
    assert "mine, cifar10_test, population all" in found.stdout


def test_what_is_no_benchmark_is_one_line(tmp_path: Path) -> None:
    for value, complaint in (
        ("mine:ABSENT", "cannot be loaded: AttributeError"),
        ("absent:BENCHMARK", "cannot be loaded: ModuleNotFoundError"),
        ("benchmarks_data.nbmacro:BENCHMARK", "is no benchmark of that name"),
    ):
        offer(tmp_path, value)
        found = run(tmp_path, "--benchmark", "mine")
        assert found.returncode == 2
        assert complaint in found.stderr
        assert "Traceback" not in found.stderr
        assert complaint in run(tmp_path, "--list").stdout


def test_two_benchmarks_of_one_name_are_refused_and_both_are_named(tmp_path: Path) -> None:
    offer(tmp_path, "mine:BENCHMARK")
    other = tmp_path / "other-1.0.dist-info"
    other.mkdir()
    (other / "METADATA").write_text("Metadata-Version: 2.1\nName: other\nVersion: 1.0\n")
    (other / "entry_points.txt").write_text(
        "[zeros_harness.benchmarks]\nmine = elsewhere:BENCHMARK\nnb201 = elsewhere:NB201\n"
    )
    for name, places in (
        (
            "mine",
            ("mine:BENCHMARK of the package mine", "elsewhere:BENCHMARK of the package other"),
        ),
        ("nb201", ("benchmarks_data.nb201", "elsewhere:NB201 of the package other")),
    ):
        found = run(tmp_path, "--benchmark", name)
        assert found.returncode == 2
        assert f"several benchmarks are called {name}: " in found.stderr
        assert all(place in found.stderr for place in places)
