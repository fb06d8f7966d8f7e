"""What every command understands: --version, and a question for a misspelt option."""

import importlib
import sys

import pytest

from benchmarks_data.command import version
from harness.__main__ import COMMANDS, main


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_says_its_version(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        importlib.import_module(COMMANDS[name]).main(["--version"])
    assert not stop.value.code
    assert capsys.readouterr().out == f"zeros-harness {version()}\n"


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_names_the_nearest_option(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    folders = ("combine", "fit", "overview", "report")
    words = {"agree": ["a", "b"], "scores": ["list"], **{folder: ["a"] for folder in folders}}.get(
        name, []
    )
    words = ["nb201", "x", "--out", "o"] if name == "convert" else words
    with pytest.raises(SystemExit) as stop:
        importlib.import_module(COMMANDS[name]).main([*words, "--versoin=1"])
    assert stop.value.code == 2
    shown = capsys.readouterr().err
    assert "unrecognized arguments: --versoin=1: did you mean '--version'? (see --help)" in shown
    assert shown.count("\n") == 1


def test_an_option_like_no_other_is_refused_without_a_question(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit):
        importlib.import_module("harness.run").main(["--qqqqqq", "x"])
    assert "did you mean" not in capsys.readouterr().err


def test_the_console_script_says_its_version_and_names_the_nearest_command(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["zeros-harness", "--version"])
    assert main() == 0
    assert capsys.readouterr().out == f"zeros-harness {version()}\n"
    monkeypatch.setattr(sys, "argv", ["zeros-harness", "docter"])
    assert main() == 2
    assert "did you mean 'doctor'?" in capsys.readouterr().err
