"""Any command line: it is understood, or refused in one line; and files that nothing wrote in place of those that are named."""

from __future__ import annotations

import argparse
import importlib
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks_data import convert
from harness import run
from harness.__main__ import COMMANDS
from tests.fuzz.damage import argument, status_of

#: Of options with a value that takes no computation.
USUAL = {
    "--proxy": ["params", "zeros[aggregate=min]"], "--benchmark": ["nb201", "nbmacro"], "--dataset": ["cifar10", "cifar100"],
    "--archs": ["2", "all"], "--seeds": ["1"], "--target": ["cifar10_test"], "--dtype": ["float64"], "--executor": ["local", "ray"],
    "--workers": ["1"], "--timeout": ["1e-9", "5"], "--address": ["127.0.0.1:1", "auto:x"], "--space": ["darts", "nb201"],
    "--device": ["cpu", "cuda:9"], "--objective": ["snip"], "--schedule": ["lowest"],
}  # fmt: skip


def options(parser: argparse.ArgumentParser) -> list[argparse.Action]:
    return [action for action in parser._actions if action.option_strings]


@st.composite
def command_lines(draw: st.DrawFn, parser: argparse.ArgumentParser) -> list[str]:
    """Return options of a command with usual and with odd values, and words that are none."""
    words: list[str] = []
    for action in draw(st.lists(st.sampled_from(options(parser)), max_size=4)):
        name = action.option_strings[-1]
        values = st.one_of(argument, st.sampled_from(USUAL[name])) if name in USUAL else argument
        count = draw(st.integers(0, 2)) if action.nargs == "+" or draw(st.integers(0, 9)) == 0 else int(action.nargs != 0)
        words += [name, *(draw(values) for _ in range(count))]
    return words + draw(st.lists(argument, max_size=1))


@given(data=st.data())
def test_a_run_is_planned_or_refused(data: st.DataObject, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    def planned(argv: Sequence[str]) -> int:
        args = run.parser().parse_args(argv)
        run.make_plan(args, run.load_plugins(run.PROG, args.plugin))
        return 0

    def guarded(argv: Sequence[str]) -> int:
        return run.guarded(run.PROG, planned, argv)

    status_of(guarded, data.draw(command_lines(run.parser())))


@pytest.mark.parametrize("name", sorted(COMMANDS))
@given(data=st.data())
def test_words_that_are_no_command_line(name: str, data: st.DataObject, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every command, with an option that it refuses at the end, so that it computes nothing."""
    monkeypatch.chdir(tmp_path)
    module = importlib.import_module(COMMANDS[name])
    words = data.draw(command_lines(module.parser()))
    status_of(module.main, [*words, "--no-such-option"])


@given(
    name=st.sampled_from(["nb201", "nb101", "nbmacro", "nats_sss", "transnas101_micro"]),
    source=st.sampled_from(["x.csv", "x.csv.gz", "x.parquet", "x.pth", "x.json", "x.tfrecord", "x"]),
    content=st.one_of(st.binary(), st.text().map(lambda text: text.encode("utf-8", "surrogatepass"))),
    columns=st.lists(st.sampled_from(["arch=a", "index=i", "cifar10_test=b", "x"]), max_size=2),
)
def test_conversion_of_anything(name: str, source: str, content: bytes, columns: list[str], tmp_path: Path) -> None:
    path = tmp_path / source
    path.write_bytes(content)
    words = [name, str(path), "--out", str(tmp_path / "out"), *(["--columns", *columns] if columns else [])]
    assert status_of(convert.main, words) == 2
