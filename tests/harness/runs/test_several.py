"""Runs of several benchmarks by one command."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import benchmarks_data
from benchmarks_data.gpt2_lm1b import Gpt2Lm1b
from harness.files.run_record import read_run
from harness.run import main
from tests.listed import write_list
from tests.runs import arguments, stored_rows

FILES = ("overview.csv", "overview.html", "overview.md", "overview.tex", "heat_map.png")


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with tables of twelve architectures each."""
    folder = tmp_path_factory.mktemp("tables")
    for name in ("nbmacro", "nb201"):
        benchmark = benchmarks_data.get(name)
        rows = [
            f"{index},{benchmark.architecture(index).string},{50 + index % 37}\n"
            for index in range(500, 512)
        ]
        (folder / f"{name}.csv").write_text("index,arch,cifar10_test\n" + "".join(rows))
    return folder


@pytest.fixture(scope="module")
def done(tables: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with runs of both benchmarks."""
    folder = tmp_path_factory.mktemp("several")
    assert main(command(folder, tables, "nbmacro", "nb201")) == 0
    return folder


def command(folder: Path, tables: Path, *benchmarks: str) -> list[str]:
    named = ["--benchmark", *benchmarks, "--tables", str(tables)]
    return arguments(folder, "--proxy", "params", "--archs", "100", "--workers", "1", *named)


def test_each_benchmark_has_a_report_and_one_is_across_them(done: Path) -> None:
    out = done / "out"
    assert {path.name for path in out.iterdir() if path.is_dir()} == {"nb201", "nbmacro"}
    assert all((out / name / "report.html").stat().st_size for name in ("nb201", "nbmacro"))
    assert all((out / name).stat().st_size for name in FILES)
    rows = pd.read_csv(out / "overview.csv")
    assert list(rows["benchmark"].unique()) == ["nbmacro", "nb201"]
    assert set(rows["n"]) == {12}  # fewer than --archs asks for
    assert "nbmacro" in (out / "overview.html").read_text()
    page = (out / "overview.md").read_text()
    assert "nbmacro, cifar10's networks: 12 architectures" in page


def test_what_is_stored_is_not_scored_again(
    done: Path, tables: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = stored_rows(done / "s.sqlite")
    assert main(command(done, tables, "nbmacro", "nb201")) == 0
    assert stored_rows(done / "s.sqlite") == before > 0
    shown = capsys.readouterr()
    assert shown.err.count("60 of 60 scores are already stored") == 2
    assert "benchmark 2 of 2: nb201, 12 architectures" in shown.out


def test_all_is_every_benchmark_with_a_table(
    tables: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(command(tmp_path, tables, "all")) == 0
    folders = {path.name for path in (tmp_path / "out").iterdir() if path.is_dir()}
    assert folders == {"nb201", "nbmacro"}
    shown = capsys.readouterr().err
    others = set(benchmarks_data.names()) - folders
    assert all(f"{name} is left out: " in shown for name in others)
    page = (tmp_path / "out" / "overview.md").read_text().replace("\\", "")
    assert all(f"{name} is left out: " in page for name in others)


def test_a_damaged_table_is_no_absent_one(
    tables: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "tables"
    shutil.copytree(tables, folder)
    (folder / "nats_sss.csv").write_text("index,arch,cifar10_test_90ep\n0,8:8:8:8:8")
    assert main(command(tmp_path, folder, "all")) == 2
    assert "nats_sss.csv, line 2" in capsys.readouterr().err
    assert not (tmp_path / "s.sqlite").exists()


def test_images_go_to_networks_of_images_and_tokens_to_those_of_tokens(
    tables: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "tables"
    shutil.copytree(tables, folder)
    write_list(folder, "gpt2_lm1b", 5)
    np.savez(tmp_path / "tokens.npz", tokens=np.arange(160).reshape(4, 40))
    fed = ["--images", "noise", "--tokens", str(tmp_path / "tokens.npz")]
    with benchmarks_data.isolated(Gpt2Lm1b()):
        read = ["--proxy", "snip[batch=2]"]
        assert main([*command(tmp_path, folder, "nb201", "gpt2_lm1b"), *fed, *read]) == 0
    text = (tmp_path / "out" / "overview.md").read_text()
    assert "Gaussian noise" in text
    assert "tokens.npz" in text
    rows = pd.read_csv(tmp_path / "out" / "overview.csv").set_index(["benchmark", "proxy"])
    assert not rows.loc[("gpt2_lm1b", "flops"), "applies"]
    assert rows.loc[("nb201", "flops"), "applies"]
    assert "undefined" not in (tmp_path / "out" / "overview.tex").read_text()


def test_bfloat16_is_of_the_benchmarks_that_have_scores_in_it(
    tables: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "tables"
    shutil.copytree(tables, folder)
    write_list(folder, "gpt2_lm1b", 5)
    low = ["--dtype", "bfloat16", "--proxy", "snip[batch=2]"]
    with benchmarks_data.isolated(Gpt2Lm1b()):
        assert main([*command(tmp_path, folder, "gpt2_lm1b", "nb201"), *low]) == 0
        said = capsys.readouterr().err
        assert "gpt2_lm1b is in float32: none of its scores is computed in bfloat16" in said
        assert "in bfloat16: snip[batch=2]; in float32 as ever: " in said
        assert main([*command(tmp_path / "no", folder, "gpt2_lm1b", "nb201"), *low[:2]]) == 2
    assert "none of the scores of gpt2_lm1b, nb201 is computed in it" in capsys.readouterr().err
    records = [read_run(tmp_path / "out" / name) for name in ("gpt2_lm1b", "nb201")]
    assert [one.dtype for one in records] == ["float32", "bfloat16"]
    lines = (tmp_path / "out" / "overview.md").read_text().splitlines()
    (line,) = [one for one in lines if "; bfloat16 of snip" in one]
    assert "nb201, cifar10's networks" in line


@pytest.mark.parametrize(
    ("benchmarks", "more", "complaint"),
    [
        (["nb201", "nbmacro"], ["--dataset", "cifar10"], "--dataset belongs to one benchmark"),
        (["nb201", "nbmacro"], ["--target", "cifar10_test"], "--target belongs to one benchmark"),
        (["nb201", "nbmacro"], ["--archs", "list.txt"], "--archs FILE belongs to one benchmark"),
        (["nb201", "nb102"], [], "did you mean 'nb101'"),
        (["nb201", "nb101"], [], "nb101"),
        (["nb201", "all"], [], "name no other beside it"),
        (["nb201", "nbmacro"], ["--tokens", "uniform"], "no benchmark takes tokens"),
    ],
)
def test_what_cannot_be_used_is_one_line_before_anything_is_scored(
    benchmarks: list[str],
    more: list[str],
    complaint: str,
    tables: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main([*command(tmp_path, tables, *benchmarks), *more]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert complaint in line
    assert not (tmp_path / "s.sqlite").exists()
