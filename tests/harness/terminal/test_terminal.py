"""What is printed: whole names in narrow terminals, and no failure where nobody reads on."""

import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pandas as pd
import pytest

import proxies
from harness.analysis.correlations import CORRELATION_COLUMNS
from harness.reporting import tables
from harness.reporting.console import print_correlations
from harness.terminal.console import Wide, folded
from harness.terminal.listing import listing, proxy_description

PROJECT = Path(__file__).parents[3]


def test_no_name_is_split_in_a_narrow_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    name, numbers = "zeros[objective=grasp,aggregate=min]", dict.fromkeys(CORRELATION_COLUMNS, 0.5)
    words = {
        "benchmark": "nb201",
        "target": "imagenet16-120_test_200ep",
        "population": "connected",
        "proxy": name,
        "n": 1234,
    }
    words |= {"group": "ab", "input": "natural", "r_n": 1234, "census": False}
    print_correlations(Wide(), pd.DataFrame([{**numbers, **words, "missing": 7}]), "caption")
    shown = capsys.readouterr().out
    assert "nb201, imagenet16-120_test_200ep, population connected" in shown
    row = next(line for line in shown.splitlines() if name in line)
    assert row.split() == [
        name,
        "0.500",
        "0.500",
        "to",
        "0.500",
        "ab",
        "0.500",
        "0.500",
        "1234",
        "7",
        "natural",
    ]


@pytest.mark.parametrize("value", [-1e-9, 0.0, -0.0])
def test_what_rounds_to_zero_has_no_sign(value: float) -> None:
    columns = [
        tables.measured("regret", "regret_1", "", ".2f"),
        tables.number("difference", "difference", "", "+z.3f"),
    ]
    row = {"regret_1": value, "regret_1_low": value, "regret_1_high": value, "difference": value}
    cells = tables.fill(pd.DataFrame([row]), columns).rows[0]
    assert [cell.text for cell in cells] == ["0.00 (0.00 to 0.00)", "+0.000"]


@pytest.mark.parametrize(
    "command", ["harness.run --list", "harness.run --help", "harness.agree ours.csv theirs.csv"]
)
def test_a_reader_that_has_left_is_no_failure(command: str, tmp_path: Path) -> None:
    rows = "".join(f"nb201,{index},x,naswot,0,{index}.5,0.0,ok\n" for index in range(5))
    (tmp_path / "ours.csv").write_text(
        f"benchmark,index,arch,proxy,seed,score,seconds,status\n{rows}"
    )
    (tmp_path / "theirs.csv").write_text(
        "index,naswot\n" + "".join(f"{index},{index}\n" for index in range(5))
    )
    arguments = [sys.executable, "-m", *command.split()]
    process = subprocess.Popen(
        arguments,
        cwd=tmp_path,
        env={"PYTHONPATH": str(PROJECT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    shown = process.stderr.read()
    process.stderr.close()
    assert process.wait() == 0, shown
    assert shown == ""


def test_make_table_says_what_it_needs_before_it_installs(tmp_path: Path) -> None:
    command = [
        "make",
        "--no-print-directory",
        "table",
        "TABLES=",
        f"VENV={tmp_path / 'venv'}",
        "PYTHON=false",
    ]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith("make table: name the folder of the official table, TABLES=DIR")
    assert done.stdout == ""


@pytest.mark.parametrize("columns", [60, 80])
def test_a_list_breaks_between_words_and_loses_none(
    columns: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "10000")
    whole = listing()
    monkeypatch.setenv("COLUMNS", str(columns))
    broken = listing()
    assert broken.split() == whole.split()
    assert max(map(len, broken.splitlines())) <= columns + len("https://arxiv.org/abs/2403.19232;")
    assert max(map(len, broken.splitlines())) < max(map(len, whole.splitlines()))


def test_a_list_cuts_no_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "10000")
    unended = [
        name for name, entry in proxies.registered().items() if not entry.description.endswith(".")
    ]
    assert unended == []
    assert "dead edges included." in listing()


def test_a_list_marks_what_is_of_transformers_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "10000")
    lines = listing().splitlines()
    heads = [(line.split()[0], below) for line, below in pairwise(lines) if line[2:3].strip()]
    marked = {name for name, below in heads if "; of transformers alone" in below}
    assert {"w_pca", "dss", "head_confidence"} <= marked
    assert marked == {
        name for name in proxies.registered() if proxies.request(name).of_transformers
    }


def test_a_cost_is_said_once() -> None:
    assert proxy_description("zico").count("a batch forward and backward") == 1


def test_a_long_architecture_breaks_between_its_operations(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    text = "snip, 1 of its searches: " + ",".join(["mbconv_3x3_e6"] * 21)
    lines = folded(text).splitlines()
    assert max(map(len, lines)) <= 80
    assert [line.startswith("  ") for line in lines] == [False, *(True for _ in lines[1:])]
    assert "".join(line.strip() for line in lines) == text
    monkeypatch.delenv("COLUMNS")
    assert folded(text) == text, "standard output is no terminal"
