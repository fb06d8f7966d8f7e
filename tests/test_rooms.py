"""The contracts of the rooms: they hold, and an import that breaks one is named."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("importlinter")

PROJECT = Path(__file__).parent.parent
LINT = "from importlinter.cli import lint_imports_command as lint; lint(['--no-cache'])"


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The packages and their contracts, in a folder where imports can be planted."""
    folder = tmp_path_factory.mktemp("rooms")
    for name in ("harness", "proxies", "benchmarks_data"):
        shutil.copytree(
            PROJECT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "data")
        )
    shutil.copy(PROJECT / "pyproject.toml", folder)
    return folder


def lint(folder: Path) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-c", LINT], cwd=folder, capture_output=True, text=True, check=False
    )
    return done.returncode, " ".join(done.stdout.split())


@pytest.mark.parametrize(
    ("module", "line", "contract"),
    [
        ("harness/files/whole.py", "from harness import run", "Rooms of the harness"),
        ("proxies/snip.py", "import harness.files.whole", "Three floors"),
        ("harness/analysis/metrics.py", "import rich", "know nothing of how it is shown"),
        ("harness/analysis/metrics.py", "import benchmarks_data.nb101", "know no single benchmark"),
    ],
)
def test_a_planted_import_that_goes_up_breaks_a_contract(
    copy: Path, module: str, line: str, contract: str
) -> None:
    planted = copy / module
    text = planted.read_text()
    planted.write_text(f"{text}\n\n{line}\n")
    try:
        status, shown = lint(copy)
    finally:
        planted.write_text(text)
    assert status == 1, shown
    broken = shown.partition("Broken contracts")[2]
    assert contract in broken
    assert module.removesuffix(".py").replace("/", ".") in broken


def test_the_contracts_hold(copy: Path) -> None:
    status, shown = lint(copy)
    assert status == 0, shown
    assert "0 broken" in shown
