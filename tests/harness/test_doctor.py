"""harness.doctor: what it finds, and the line that mends it."""

import gzip
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import pytest

import benchmarks_data
from benchmarks_data.errors import InputError
from harness.diagnosis import software
from harness.diagnosis.finding import Finding, guarded
from harness.doctor import main
from harness.run import main as run
from proxies import registry
from tests.runs import arguments


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    with registry.isolated():
        yield


def after(shown: str, line: str) -> str:
    """Return the line after the first one that contains *line*."""
    lines = shown.splitlines()
    return lines[next(n for n, one in enumerate(lines) if line in one) + 1].strip()


def test_all_is_well_where_a_run_works(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(arguments(tmp_path, "--proxy", "params", "--archs", "2", "--workers", "1")) == 0
    capsys.readouterr()
    assert main(["--store", "s.sqlite"]) == 0
    shown = capsys.readouterr().out
    assert f"torch {metadata.version('torch')}" in shown
    assert "nb201: analog-nasbench, all 15,625 architectures; targets cifar10_test" in shown
    assert "  ok  s.sqlite: " in shown
    assert "format 1" in shown
    assert "  !!  " not in shown
    assert shown.splitlines()[-1] == "harness.run works here."
    assert "convert nbmacro SOURCE" in after(shown, "  --  nbmacro: no table of nbmacro")
    assert not (tmp_path / "reports").exists(), "it changes nothing"


def test_tables_are_read_whole(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def row(name: str, index: int) -> str:
        return f"{index},{benchmarks_data.get(name).architecture(index).string},90.5\n"

    header = "index,arch,cifar10_test\n"
    (tmp_path / "nb201.csv").write_text(header + row("nb201", 3) + row("nb201", 7))
    (tmp_path / "nbmacro.csv.gz").write_bytes(gzip.compress(b"index,arch")[:-4])
    assert main(["--tables", "."]) == 0
    shown = capsys.readouterr().out
    assert "nb201: nb201.csv, 2 of 15,625 architectures; targets cifar10_test" in shown
    assert "  --  nbmacro: nbmacro.csv.gz is truncated" in shown
    assert "mend or fetch again" in after(shown, "nbmacro.csv.gz is truncated")
    (tmp_path / "nb201.csv").write_text(header + "3,nonsense,90\n")
    assert main(["--tables", "."]) == 1
    assert "  !!  nb201: nb201.csv, line 2: " in capsys.readouterr().out
    assert main(["--tables", "absent"]) == 1
    assert "name folders that exist with --tables" in capsys.readouterr().out


def test_tables_of_several_folders_are_looked_at(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = f"index,arch,cifar10_test\n3,{benchmarks_data.get('nb201').architecture(3).string},90\n"
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "nbmacro.csv").write_text("index,arch,cifar10_test\n0,00000000,45\n")
    (tmp_path / "one" / "nb201.csv").write_text(text)
    (tmp_path / "other" / "nb201_latency.csv").write_text("index,latency\n3,1.5\n")
    assert main(["--tables", f"one{os.pathsep}other"]) == 0
    shown = capsys.readouterr().out
    assert f"folders of tables: one{os.pathsep}other" in shown
    assert "nb201.csv, 1 of 15,625 architectures; targets cifar10_test, latency" in shown
    assert "two tables are called nbmacro, one/nbmacro.csv and other/nbmacro.csv" in shown
    assert "mend: name one of these files in --tables too, where nbmacro is scored" in shown


@pytest.mark.parametrize("kind", ["text", "other", "newer"])
def test_a_store_that_no_run_can_use_is_named(
    kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store = tmp_path / "store"
    if kind == "text":
        store.write_text("no database at all, but long enough to be one" * 30)
    else:
        with sqlite3.connect(store) as connection:
            connection.execute("CREATE TABLE t (x)")
            if kind == "newer":
                connection.execute("PRAGMA application_id = 1514492495")
                connection.execute("PRAGMA user_version = 99")
        connection.close()
    before = store.read_bytes()
    assert main(["--store", "store"]) == 1
    shown = capsys.readouterr().out
    complaint = {"text": "cannot be read", "other": "is not a store", "newer": "has format 99"}
    assert f"  !!  store {complaint[kind]}" in shown
    assert after(shown, "!!  store") == "mend: name another file with --store"
    assert store.read_bytes() == before
    words = ["--store", "store", "--out", "out", "--archs", "1", "--workers", "1"]
    assert run(words) == 2, "and a run says so too"


def test_a_folder_that_cannot_be_written_to_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    assert main(["--out", "file/reports"]) == 1
    assert "mend: name another with --out" in after(capsys.readouterr().out, "!!  file/reports")


def test_a_full_disk_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: type("Usage", (), {"free": 2**20})())
    assert main([]) == 1
    assert "free some space" in after(capsys.readouterr().out, "0.0 GiB free")


def test_plugins_that_do_not_load_are_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "broken.py").write_text("def broken(:")
    assert main(["--plugin", "broken.py"]) == 1
    shown = capsys.readouterr().out
    assert "broken.py cannot be loaded: SyntaxError" in shown
    assert "nb201: analog-nasbench" in shown, "the rest is looked at all the same"


def test_an_installed_plugin_that_does_not_load_costs_itself_alone(tmp_path: Path) -> None:
    info = tmp_path / "mine-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: mine\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        "[zeros_harness.proxies]\nmine = absent_module\n"
        "[zeros_harness.benchmarks]\nours = absent_module:BENCHMARK\n"
    )
    project = str(Path(__file__).parents[2])
    done = subprocess.run(
        [sys.executable, "-m", "harness.doctor"],
        env={"PYTHONPATH": f"{tmp_path}:{project}", "PATH": ""},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "  --  plugin absent_module is left out: ModuleNotFoundError" in done.stdout
    assert "  --  ours: the benchmark ours (absent_module:BENCHMARK) cannot" in done.stdout


def test_packages_that_are_old_or_absent_are_named_with_the_line_that_installs_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    needed = [("numpy", "999.0"), ("no-such-package", "1.2"), ("pandas", "2.1")]
    monkeypatch.setattr(software, "requirements", lambda: needed)
    marks = {one.mend: one.mark for one in software.versions()}
    assert marks["pip install --upgrade 'numpy>=999.0'"] == "!!"
    assert marks["pip install 'no-such-package>=1.2'"] == "!!"
    assert len(marks) == 3, "the rest needs nothing"
    assert software.numbers("2.13.0+cpu") == (2, 13, 0)
    assert software.numbers("2.9") < software.numbers("2.10.1")


def test_the_requirements_are_those_of_the_package_without_extras() -> None:
    names = [name for name, _ in software.requirements()]
    assert "torch" in names
    assert "pytest" not in names


def test_a_torch_that_cannot_be_imported_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    (one,) = software.devices()
    assert (one.mark, one.mend) == ("!!", "pip install --force-reinstall torch")


def test_what_a_check_raises_is_a_finding() -> None:
    def check() -> Iterator[Finding]:
        yield Finding("first")
        raise InputError("then\nthis")

    assert [one.text for one in guarded(check)] == ["first", "InputError: then this"]
