"""Every command in the documentation is understood, and those of the first pages run."""

from __future__ import annotations

import importlib
import re
import shlex
from pathlib import Path

import pytest

from proxies import registry
from tests.test_docs import DOCUMENTS

COMMAND = re.compile(r"python -m ((?:harness|benchmarks_data)\.\w+)((?:[^`\n\\]|\\\n)*)")
BLOCK = re.compile(r"^```(?:bash)?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`(python -m [^`]+)`")
#: Pages whose commands run in one folder, one after the other, as a reader types them: all but the
#: regression, which takes minutes and is a step of CI by itself.
RUN = ("README.md", "tutorial.md", "own-proxy.md")
SPREAD = '''from proxies import proxy


@proxy("spread", reads="network")
def spread(built):
    """Standard deviation of the logits."""
    network, inputs = built
    return float(network(inputs.images(2)).detach().std())
'''


def commands(text: str) -> list[list[str]]:
    """Return the command lines of a page: module and arguments, without comments and shell."""
    lines = [line for block in BLOCK.findall(text) for line in COMMAND.findall(block)]
    for mention in INLINE.findall(text):
        lines += [line for line in COMMAND.findall(" ".join(mention.split())) if line[1].strip()]
    split = [[module, *_arguments(rest)] for module, rest in lines]
    return [one for one in split if "..." not in one]


def _arguments(rest: str) -> list[str]:
    words = shlex.split(rest.replace("\\\n", " "), comments=True)
    return words[: words.index(">")] if ">" in words else words


LINES = {
    f"{path.name}: {shlex.join(line)}": line
    for path in DOCUMENTS
    for line in commands(path.read_text(encoding="utf-8"))
}


def test_there_are_commands() -> None:
    assert len(LINES) > 40


@pytest.mark.parametrize("name", LINES)
def test_a_command_is_understood(name: str) -> None:
    module, *arguments = LINES[name]
    importlib.import_module(module).parser().parse_args(arguments)


@pytest.mark.parametrize("page", RUN)
def test_commands_of_a_page_run(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = next(one for one in DOCUMENTS if one.name == page)
    (tmp_path / "mine.py").write_text(SPREAD)
    monkeypatch.chdir(tmp_path)
    for module, *arguments in commands(path.read_text(encoding="utf-8")):
        if module == "harness.regress":
            continue
        with registry.isolated():
            status = importlib.import_module(module).main(small(module, arguments))
        assert status == 0, (module, arguments, capsys.readouterr().err)


def small(module: str, arguments: list[str]) -> list[str]:
    """Return arguments of a size for tests: few architectures and images, one process."""
    if module in ("harness.report", "harness.overview", "harness.agree"):
        return arguments
    if module == "harness.search":
        return [*arguments, "--cells", "1", "--channels", "4", "--workers", "1"]
    if "--archs" in arguments:
        arguments = list(arguments)
        arguments[arguments.index("--archs") + 1] = "6"
    elif "--proxy" in arguments:
        arguments = [*arguments, "--archs", "6"]
    return [*arguments, "--workers", "1"]
