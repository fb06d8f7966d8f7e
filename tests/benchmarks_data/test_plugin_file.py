"""A benchmark that the file of a plugin defines."""

from collections.abc import Iterator
from pathlib import Path

import pytest

import benchmarks_data
import proxies
from benchmarks_data.errors import InputError
from benchmarks_data.nbmacro import BENCHMARK
from harness import agree, report
from harness.run import main
from harness.scoring.job import Job
from proxies import registry
from tests.runs import arguments

SOURCE = """
from benchmarks_data.nbmacro import NasBenchMacro


class Mine(NasBenchMacro):
    name = "mine"
    description = "a benchmark of my own"


BENCHMARK = Mine()
"""


@pytest.fixture(autouse=True)
def _isolated() -> Iterator[None]:
    with registry.isolated():
        yield


@pytest.fixture
def plugin(tmp_path: Path) -> Path:
    """A file that defines the benchmark mine, with its table beside it."""
    path = tmp_path / "bench.py"
    path.write_text(SOURCE)
    rows = [f"{n},{BENCHMARK.architecture(n).string},{n / 100}\n" for n in range(BENCHMARK.size)]
    (tmp_path / "mine.csv").write_text("index,arch,cifar10_test\n" + "".join(rows))
    return path


def run(folder: Path, plugin: Path, *more: str) -> int:
    words = ["--plugin", str(plugin), "--benchmark", "mine", "--tables", str(folder)]
    return main(arguments(folder, *words, "--proxy", "synflow", "--archs", "4", *more))


def test_it_is_scored_in_every_process_and_reported(
    plugin: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path, plugin, "--workers", "2") == 0
    assert "mine, cifar10_test, population all" in capsys.readouterr().out
    again = [str(tmp_path / "out"), "--tables", str(tmp_path), "--plugin", str(plugin)]
    assert report.main(again) == 0
    assert main(["--plugin", str(plugin), "--list"]) == 0
    assert "a benchmark of my own" in capsys.readouterr().out


def test_without_the_plugin_a_report_and_agree_say_that_it_is_missing(
    plugin: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with registry.isolated():
        assert run(tmp_path, plugin, "--workers", "1") == 0
    theirs = tmp_path / "theirs.csv"
    theirs.write_text(f"arch,synflow\n{BENCHMARK.architecture(3000).string},1\n")
    capsys.readouterr()
    out = tmp_path / "out"
    assert report.main([str(out)]) == 2
    assert agree.main([str(out / "scores.csv"), str(theirs)]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 2
    assert all("unknown benchmark 'mine'" in line for line in lines)
    assert all("name the plugin with --plugin" in line for line in lines)


def test_stored_scores_belong_to_one_version_of_the_file(
    plugin: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    request = proxies.request("synflow")
    with registry.isolated():
        assert run(tmp_path, plugin, "--workers", "1") == 0
        first = Job("mine", "cifar10").revision_of(request)
        capsys.readouterr()
        assert run(tmp_path, plugin, "--workers", "1") == 0
        assert "24 of 24 scores are already stored" in capsys.readouterr().err
    plugin.write_text(SOURCE + "# another version\n")
    assert run(tmp_path, plugin, "--workers", "1") == 0
    assert "already stored" not in capsys.readouterr().err
    assert Job("mine", "cifar10").revision_of(request) != first
    assert Job("nb201", "cifar10").revision_of(request) == request.proxy.revision


@pytest.mark.parametrize(
    ("source", "complaint"),
    [
        (SOURCE.replace('"mine"', '"nb201"'), "named 'nb201' is already there, benchmarks_data.nb"),
        (SOURCE.replace('"mine"', '"My own"'), "must be lower-case letters"),
        (SOURCE.replace("Mine()", "Mine"), "its BENCHMARK is a class"),
        ("class B:\n    name = network = 'b'\nBENCHMARK = B()", "lacks description, size"),
        ("BENCHMARK = 'nb201'", "defines no BENCHMARK of its own"),
        ("from benchmarks_data.nbmacro import BENCHMARK", "defines no BENCHMARK of its own"),
    ],
)
def test_what_is_no_new_benchmark_is_refused(source: str, complaint: str, tmp_path: Path) -> None:
    path = tmp_path / "bench.py"
    path.write_text(source)
    before = benchmarks_data.names()
    with pytest.raises(InputError, match=complaint):
        proxies.load_plugin(path)
    assert benchmarks_data.names() == before


def test_two_files_that_define_one_name_are_both_named(plugin: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.py"
    other.write_text(SOURCE)
    proxies.load_plugin(plugin)
    with pytest.raises(InputError, match="already there") as refused:
        proxies.load_plugin(other)
    assert str(plugin) in str(refused.value)
    assert str(other) in str(refused.value)


def test_a_file_that_fails_leaves_no_benchmark_behind(tmp_path: Path) -> None:
    path = tmp_path / "bench.py"
    path.write_text(
        SOURCE + "from proxies import aggregate\n"
        '@aggregate("agg", of=("absent", "params"))\n'
        'def agg(ranks):\n    """Combines what is not there."""\n    return ranks[:, 0]\n'
    )
    with pytest.raises(InputError, match="combines unknown proxies: absent"):
        proxies.load_plugin(path)
    assert "mine" not in benchmarks_data.names()


def test_a_file_may_import_a_benchmark_and_register_a_proxy(tmp_path: Path) -> None:
    path = tmp_path / "both.py"
    path.write_text(
        "from benchmarks_data.nbmacro import BENCHMARK\nfrom proxies import proxy\n"
        '@proxy("size_of", reads="cost")\ndef size_of(cost):\n    """The size."""\n'
        "    return cost.params / BENCHMARK.size\n"
    )
    proxies.load_plugin(path)
    assert "size_of" in proxies.registered()
    assert benchmarks_data.checksum_of("nbmacro") == 0
