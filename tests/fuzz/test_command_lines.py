"""Any command line: it is understood, or refused in one line.

And files that nothing wrote in place of those that are named.
"""

from __future__ import annotations

import argparse
import importlib
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks_data import convert
from harness import doctor, run, scores, search
from harness.__main__ import COMMANDS
from harness.search_methods.by_proxy.methods import BY_PROXY
from harness.search_methods.by_proxy.options import parser as parser_of
from harness.search_methods.trained.methods import TRAINED
from harness.search_methods.trained.options import parser as trained_parser
from tests.fuzz.damage import argument, status_of

#: Values that an option takes.
USUAL = {
    "--proxy": ["params", "zeros[aggregate=min]", "naswot", "all"], "--benchmark": ["nb201",
    "nbmacro"],
    "--dataset": ["cifar10", "cifar100"], "--archs": ["2", "all", "20000"], "--seeds": ["1", "3"],
    "--target": ["cifar10_test", "cifar10_valid"], "--dtype": ["float64", "float32"],
    "--executor": ["local", "ray"],
    "--workers": ["1", "9"], "--timeout": ["1e-9", "5"], "--address": ["127.0.0.1:1", "auto:x"],
    "--space": ["darts", "nb201"],
    "--device": ["cpu", "cuda:9", "meta"], "--objective": ["snip"], "--schedule": ["lowest"],
    "--population": ["unique"],
    "--sample-seed": ["-1", "7"], "--memory": ["1"], "--worker-memory": ["1"],
    "--cpus-per-task": [".5"], "--gpus-per-task": ["0"],
    "--batch": ["1", "4"], "--widths": ["4"], "--seed": ["0"], "--searches": ["0"],
    "--steps": ["1"], "--none": ["out"],
    "--channels": ["1"], "--cells": ["1"], "--alpha": ["normal"], "--batchnorm": ["eval"],
    "--tolerance": ["0"],
    "--images": ["absent.npz"], "--tables": ["."], "--out": ["out"], "--store": ["s.sqlite", "."],
    "--plugin": ["absent.py"], "--at-most": ["params=1e6"], "--at-least": ["flops=-1", "params=x"],
}  # fmt: skip
#: Options that end a command with a text or a file.
ENDING = ("help", "version", "list", "describe", "write_config")
#: What lets a command end before it computes anything: files that are not there.
ABSENT = {
    "run": ["--images", "absent.npz"],
    "report": ["absent"],
    "overview": ["absent"],
    "combine": ["absent"],
    "fit": ["absent"],
    "agree": ["absent.csv", "absent.csv"],
    "regress": ["--baseline", "absent/absent.csv"],
    "search": ["--tables", "absent"],
    "sweep": ["--tables", "absent"],
    "theory": ["--images", "absent.npz"],
}
#: The same for the actions of harness.scores.
ABSENT_OF_ACTIONS = {
    "compute": ["--plan", "absent.toml"],
    "pack": ["--store", "absent.sqlite"],
    "verify": [],
    "page": ["--plan", "absent.toml"],
}


def options(parser: argparse.ArgumentParser) -> list[argparse.Action]:
    """Return the options but for those that end a command with a text."""
    return [
        action for action in parser._actions if action.option_strings and action.dest not in ENDING
    ]


@st.composite
def command_lines(draw: st.DrawFn, parser: argparse.ArgumentParser) -> list[str]:
    """Return options of a command, most of them with usual values, some with odd ones, and perhaps
    a word that is none.
    """
    words: list[str] = []
    for action in draw(st.lists(st.sampled_from(options(parser)), max_size=4, unique_by=id)):
        name = action.option_strings[-1]
        usual = st.sampled_from(
            [str(choice) for choice in action.choices or USUAL.get(name, ["1"])]
        )
        count = draw(st.integers(1, 2)) if action.nargs == "+" else int(action.nargs != 0)
        words += [
            name,
            *(draw(argument if draw(st.integers(0, 7)) == 0 else usual) for _ in range(count)),
        ]
    return [*words, draw(argument)] if draw(st.integers(0, 7)) == 0 else words


@given(data=st.data())
def test_a_run_is_planned_or_refused(
    data: st.DataObject, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    def planned(argv: Sequence[str]) -> int:
        args = run.parser().parse_args(argv)
        run.make_plan(run.options_of(args, run.load_plugins(run.PROG, args.plugin)))
        return 0

    def guarded(argv: Sequence[str]) -> int:
        return run.guarded(run.PROG, planned, argv)

    status_of(guarded, data.draw(command_lines(run.parser())))


@pytest.mark.parametrize("name", sorted(ABSENT))
@given(data=st.data())
def test_a_command_that_lacks_a_file_is_refused(
    name: str, data: st.DataObject, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("NAS_TABLES", raising=False)
    module = importlib.import_module(COMMANDS[name])
    words = [
        word
        for word in data.draw(command_lines(module.parser()))
        if word not in ("--update", "--replay")
    ]
    assert status_of(module.main, [*words, *ABSENT[name]]) == 2


@pytest.mark.parametrize("name", sorted(ABSENT_OF_ACTIONS))
@given(data=st.data())
def test_an_action_on_scores_that_lacks_a_file_is_refused(
    name: str, data: st.DataObject, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    words = data.draw(command_lines(scores.module_of(name).parser(scores.PROG)))
    assert status_of(scores.main, [name, *words, *ABSENT_OF_ACTIONS[name]]) == 2


@pytest.mark.parametrize("name", BY_PROXY)
@given(data=st.data())
def test_a_search_by_proxy_without_its_table_is_refused(
    name: str, data: st.DataObject, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("NAS_TABLES", raising=False)
    words = data.draw(command_lines(parser_of(BY_PROXY[name], search.PROG)))
    assert status_of(search.main, [*words, "--method", name, "--tables", "absent"]) == 2


@pytest.mark.parametrize("name", TRAINED)
@given(data=st.data())
def test_a_search_that_trains_without_its_images_is_refused(
    name: str, data: st.DataObject, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    words = data.draw(command_lines(trained_parser(TRAINED[name], search.PROG)))
    ending = ["--method", name, "--images", "absent.npz"]
    assert status_of(search.main, [*words, *ending]) == 2


def test_every_command_is_fuzzed() -> None:
    assert ABSENT.keys() == COMMANDS.keys() - {"convert", "doctor", "scores"}
    assert ABSENT_OF_ACTIONS.keys() == scores.ACTIONS.keys() - {"list", "check"}


@given(data=st.data())
def test_a_diagnosis_is_made_or_refused(
    data: st.DataObject, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    words = data.draw(command_lines(doctor.parser()))
    status_of(doctor.main, ["--tables", "absent", *words])


@given(
    name=st.sampled_from(["nb201", "nb101", "nbmacro", "nats_sss", "transnas101_micro"]),
    source=st.sampled_from(
        ["x.csv", "x.csv.gz", "x.parquet", "x.pth", "x.json", "x.tfrecord", "x"]
    ),
    content=st.one_of(
        st.binary(), st.text().map(lambda text: text.encode("utf-8", "surrogatepass"))
    ),
    columns=st.lists(st.sampled_from(["arch=a", "index=i", "cifar10_test=b", "x"]), max_size=2),
)
def test_conversion_of_anything(
    name: str, source: str, content: bytes, columns: list[str], tmp_path: Path
) -> None:
    path = tmp_path / source
    path.write_bytes(content)
    words = [
        name,
        str(path),
        "--out",
        str(tmp_path / "out"),
        *(["--columns", *columns] if columns else []),
    ]
    assert status_of(convert.main, words) == 2
