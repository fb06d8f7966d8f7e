"""Every command in the documentation is understood, and those of the first pages run."""

from __future__ import annotations

import importlib
import re
import shlex
import shutil
from pathlib import Path

import pytest

from harness.scores import module_of
from harness.search_methods.by_proxy.methods import BY_PROXY
from harness.search_methods.by_proxy.options import parser as by_proxy_parser
from harness.search_methods.trained.methods import TRAINED
from harness.search_methods.trained.options import parser as trained_parser
from proxies import registry
from tests.fuzz.damage import status_of
from tests.test_docs import DOCUMENTS

COMMAND = re.compile(r"python -m ((?:harness|benchmarks_data)\.\w+)((?:[^`\n\\]|\\\n)*)")
BLOCK = re.compile(r"^```(?:bash)?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`(python -m [^`]+)`")
#: Pages whose commands run in one folder, one after the other, as a reader types them: all but the
#: regression, which takes minutes and is a step of CI by itself.
RUN = ("README.md", "tutorial.md", "own-proxy.md")
RUN_ON_TABLES = ("commands.md", "search.md")
#: What stands in a page, and in its place in a test.
SMALLER = {
    "--proxy all": "--proxy zeros naswot",
    "--archs all": "--archs 6",
    "naswot": "naswot[batch=4]",
    "DIR": "$TABLES",
}
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


#: The scores that come with the project.
SHIPPED = Path(__file__).parents[1] / "reports" / "scores"
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
    parser = importlib.import_module(module).parser()
    if "--method" in arguments:
        method = arguments[arguments.index("--method") + 1]
        parser = (
            trained_parser(TRAINED[method], parser.prog)
            if method in TRAINED
            else by_proxy_parser(BY_PROXY[method], parser.prog)
        )
    if module == "harness.scores":
        parser, arguments = module_of(arguments[0]).parser(parser.prog), arguments[1:]
        if not arguments:  # the action is mentioned, like a command without its arguments
            return
    parser.parse_args(arguments)


@pytest.mark.slow
@pytest.mark.parametrize("page", RUN)
def test_commands_of_a_page_run(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    run(page, Path(), capsys)


@pytest.mark.slow
@pytest.mark.parametrize("page", RUN_ON_TABLES)
def test_commands_of_a_page_run_needs_nas_tables(
    page: str,
    tables: Path,
    images_npz: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    shutil.copy(images_npz, tmp_path / "cifar10.npz")
    rows = "".join(f"{index},{index}\n" for index in range(15625))
    (tmp_path / "THEIRS.csv").write_text(f"index,zeros\n{rows}")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("harness.claims.rows.RANDOM", {"nb201": 20, "darts": 3})
    run(page, tables, capsys)


def run(page: str, tables: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Run a page's commands here, one after the other; without tables those that need none."""
    Path("mine.py").write_text(SPREAD)
    path = next(one for one in DOCUMENTS if one.name == page)
    made = [["harness.run", "--proxy", "zeros"]]  # as `make run` does
    for module, *arguments in [*made, *commands(path.read_text(encoding="utf-8"))]:
        if module == "harness.regress" or ("DIR" in arguments and tables == Path()):
            continue
        if module == "harness.scores" and arguments[0] != "list":  # tests have no shipped scores
            continue
        with registry.isolated(), pytest.MonkeyPatch.context() as patched:
            if "shipped" in arguments:  # elsewhere there are none
                patched.setenv("NAS_SCORES", str(SHIPPED))
            main = importlib.import_module(module).main
            status = status_of(main, small(module, arguments, tables))
        assert status == 0, (module, arguments, capsys.readouterr().err)


def small(module: str, arguments: list[str], tables: Path) -> list[str]:
    """Return arguments of a size for tests: few architectures, proxies and images, one process."""
    text = f" {' '.join(arguments)} "
    for what, instead in SMALLER.items():
        text = text.replace(f" {what} ", f" {instead} ")
    words = [str(tables) if one == "$TABLES" else one for one in text.split()]
    name = module.removeprefix("harness.")
    if name in ("report", "overview", "combine", "fit", "agree", "doctor", "scores") or {
        "--list",
        "--describe",
    } & {*words}:
        return words
    if "--replay" in words or "--write-config" in words:
        return words
    if "--method" in words:
        budget = ["--budget", "12", "--train", "4", "--seeds", "2", "--workers", "1"]
        sizes = ["--population-size", "4", "--tournament-size", "2"]
        evolves = {"evolution", "warm-up"} & {*words}
        if "random" in words:
            budget = [*budget[:2], *budget[4:]]
        return [*words, *budget, *(sizes if evolves else [])]
    if name in ("search", "sweep"):
        cells = "3" if "darts" in words else "1"
        tiny = ["--cells", cells, "--channels", "4", "--seeds", "1", "--workers", "1"]
        return [*words, *tiny, "--batch", "4"]
    if name == "theory":
        few = ["--archs", "2", "--widths", "2", "--batch", "2", "--searches", "0"]
        return [*words, *few, "--workers", "1"]
    return [*words, "--archs", "6", "--workers", "1"]
