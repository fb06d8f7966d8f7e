"""The project outside its checkout: a wheel, unpacked into a folder of its own, and its sources."""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from harness.__main__ import COMMANDS, main
from tools.dist import data_files, files_in

PROJECT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what a build reads of the checkout, in which it may leave files."""
    source = tmp_path_factory.mktemp("installed") / "source"
    source.mkdir()
    for name in ("harness", "proxies", "benchmarks_data", "reports"):
        shutil.copytree(
            PROJECT / name,
            source / name,
            symlinks=True,
            ignore=shutil.ignore_patterns("__pycache__"),
        )
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(PROJECT / name, source)
    return source


@pytest.fixture(scope="module")
def site(source: Path) -> Path:
    """A folder with the packages that a wheel of this project installs."""
    folder = source.parent
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--quiet",
        "--no-deps",
        "--no-build-isolation",
        "--no-index",
        ".",
    ]
    subprocess.run(
        [*command, "--wheel-dir", str(folder)], cwd=source, check=True, capture_output=True
    )
    with zipfile.ZipFile(next(folder.glob("*.whl"))) as wheel:
        wheel.extractall(folder / "site")
    return folder / "site"


def test_published_figures_and_the_baseline_are_installed(site: Path, tmp_path: Path) -> None:
    code = "from harness import overview, regress; from harness.files.shipped import shipped; "
    code += "print(shipped(regress.BASELINE), shipped(overview.PUBLISHED / 'nb201.csv'))"
    environment = {**os.environ, "PYTHONPATH": str(site)}
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    for path, name in zip(map(Path, done.stdout.split()), ("baselines", "published"), strict=True):
        assert path.is_relative_to(site)
        assert path.read_bytes() == (PROJECT / "reports" / name / "nb201.csv").read_bytes()


@pytest.mark.usefixtures("site")
def test_a_source_distribution_holds_the_files_of_the_wheel_and_no_link(source: Path) -> None:
    code = "from setuptools.build_meta import build_sdist; build_sdist('..')"
    subprocess.run([sys.executable, "-c", code], cwd=source, check=True, capture_output=True)
    files = files_in(next(source.parent.glob("*.tar.gz")))
    assert files == files_in(next(source.parent.glob("*.whl")))
    assert data_files() <= files
    assert "harness/data/baselines/nb201.csv" in files


def test_the_scores_that_come_with_the_harness_are_installed(site: Path, tmp_path: Path) -> None:
    code = "from harness.scoring.shipped_scores import ShippedScores; scores = ShippedScores(); "
    code += "print(scores.folder, *(len(scores.rows(name)) for name in scores.index), sep='\\n')"
    environment = {**os.environ, "PYTHONPATH": str(site)}
    del environment["NAS_SCORES"]
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    folder, *counts = done.stdout.split()
    index = json.loads((PROJECT / "reports/scores/index.json").read_text())
    assert Path(folder).is_relative_to(site)
    assert list(map(int, counts)) == [one["rows"] for one in index["files"].values()]
    assert counts


def test_the_console_script_names_its_commands(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["zeros-harness"])
    assert main() == 0
    usage = capsys.readouterr().out.splitlines()[0]
    assert usage == f"usage: zeros-harness {{{','.join(COMMANDS)}}} ..."
