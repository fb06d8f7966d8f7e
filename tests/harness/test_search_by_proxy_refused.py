"""Searches by proxy at the command line: what is refused, what is listed, what helps."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.search import main
from harness.search_methods.by_proxy.methods import BY_PROXY
from tests.harness.searching import by_proxy
from tests.runs import arguments

REFUSED = {
    "--method nothing": "unknown method 'nothing'",
    "--method": "expected one argument",
    "--budget 5": "--budget is an option of --method random, first, evolution, warm-up",
    "--method random --proxy zeros": "--proxy is an option of --method first, evolution, warm-up",
    "--method first --population-size 3": "is an option of --method evolution, warm-up",
    "--method first --objective snip": "--objective is an option of --method freedarts",
    "--method=first --objective=snip": "--objective is an option of --method freedarts",
    "--method first --archs 3": "unrecognized arguments: --archs 3",
    "--method random --budget 0": "expected a positive whole number",
    "--method random --budget 15626": "there are 15625 architectures within the limits",
    "--method evolution --budget 30": "--population-size 64 is more than --budget 30",
    "--method warm-up --train 10": "--population-size 64 is more than --train 10",
    "--method warm-up --tournament-size 65": "--tournament-size 65 is more than",
    "--method first --train 600": "only 500 architectures are scored",
    "--method first --proxy vote": "vote ranks architectures among others",
    "--method first --proxy zeroes": "unknown proxy 'zeroes': did you mean 'zeros'?",
    "--method first --target cifar10": "unknown target",
    "--method first --at-most paramz=1": "'paramz': did you mean 'params'?",
    "--method first --at-least cifar10_test=90": "unknown name in --at-least 'cifar10_test'",
    "--method first --at-most synflow=1": "unknown name in --at-most 'synflow'",
    "--method first --at-most params": "expected NAME=NUMBER as in params=1e6, not 'params'",
    "--method first --at-most params=nan": "expected NAME=NUMBER",
    "--method random --at-most flops=1 flops=2": "--at-most names one thing twice",
    "--method random --benchmark nb200": "unknown benchmark 'nb200'",
}


@pytest.mark.parametrize("words", REFUSED)
def test_what_cannot_be_searched_is_refused_in_one_line(
    words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    try:
        status = main(words.split())
    except SystemExit as stop:  # argparse
        status = int(stop.code or 0)
    (line,) = capsys.readouterr().err.splitlines()
    assert status == 2
    assert REFUSED[words] in line


def test_a_target_of_which_less_is_better_is_refused(
    tmp_path: Path, tables: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = ["--tables", str(tables), "--target", "edgegpu_latency"]
    assert main(by_proxy("random", *given, *arguments(tmp_path))) == 2
    assert "--target edgegpu_latency: less of it is better" in capsys.readouterr().err


def test_a_folder_of_another_command_is_left_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "search.json").write_text("{}")
    assert main(by_proxy("random", *arguments(tmp_path))) == 2
    assert "holds a result of harness.search: choose another folder" in capsys.readouterr().err


def test_the_list_says_what_methods_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--list"]) == 0
    listed = capsys.readouterr().out
    assert all(f"  {name} " in listed for name in ("freedarts", *BY_PROXY))


@pytest.mark.parametrize("method", BY_PROXY)
def test_help_is_of_the_method(method: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main(["--method", method, "--help"])
    assert stop.value.code == 0
    shown = capsys.readouterr().out
    assert ("--tournament-size" in shown) == BY_PROXY[method].evolves
    assert ("--proxy" in shown) == BY_PROXY[method].scores
    assert "--objective" not in shown
