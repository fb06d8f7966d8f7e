"""Options in a TOML file."""

import argparse
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness import run, search, sweep
from harness.run import main
from harness.search_methods.by_proxy.methods import BY_PROXY
from harness.search_methods.by_proxy.options import parser as by_proxy_parser
from harness.terminal.config_file import config_text, parsed
from tests.fuzz.damage import taken_or_refused
from tests.runs import arguments

COMMANDS = {"run": run, "search": search, "sweep": sweep}
LINES = {
    "run": [
        *("--proxy", "zeros[aggregate=min]", "vote[of=synflow+jacov]", "--archs", "20"),
        *(
            "--sample-seed",
            "-3",
            "--force",
            "--timeout",
            "1e-3",
            "--plugin",
            'a "b"\\\u00e9\U0001f600.py',
        ),
    ],
    "search": ["--objective", "snip", "grasp", "--gate-scale", "1e-4", "--none", "out"],
    "sweep": ["--scales", "1e-7", "0.25", "--seeds", "3", "4", "--space", "darts", "--out", "o"],
}


def written(parser: argparse.ArgumentParser, path: Path, *words: str) -> None:
    with pytest.raises(SystemExit) as stop:
        parsed(parser, [*words, "--write-config", str(path)])
    assert not stop.value.code


@pytest.mark.parametrize("name", COMMANDS)
def test_what_is_written_is_read_back_as_the_same_options(name: str, tmp_path: Path) -> None:
    parser, path = COMMANDS[name].parser, tmp_path / "c.toml"
    written(parser(), path, *LINES[name])
    back = vars(parsed(parser(), ["--config", str(path)]))
    assert back.pop("config") == path
    wanted = vars(parser().parse_args(LINES[name]))
    assert back == {key: value for key, value in wanted.items() if key != "config"}
    assert set(tomllib.loads(path.read_text())) == {
        word[2:] for word in LINES[name] if word.startswith("--")
    }


def test_a_run_from_a_file_gives_the_same_scores(tmp_path: Path) -> None:
    words = ["--proxy", "synflow", "--archs", "5", "--sample-seed", "2", "--workers", "1"]
    assert main(arguments(tmp_path, *words)) == 0
    path = tmp_path / "c.toml"
    written(run.parser(), path, *words)
    more = ["--config", str(path), "--out", str(tmp_path / "o"), "--store", str(tmp_path / "t")]
    assert main(more) == 0
    one, other = (
        [
            line.split(",")[:6]
            for line in (tmp_path / folder / "scores.csv").read_text().splitlines()
        ]
        for folder in ("out", "o")
    )
    assert one == other


def test_the_command_line_wins_over_the_file(tmp_path: Path) -> None:
    path = tmp_path / "c.toml"
    path.write_text('proxy = ["synflow", "zen"]\narchs = 20\nforce = true\n')
    args = parsed(run.parser(), ["--archs", "7", "--config", str(path), "--proxy", "naswot"])
    assert (args.archs, args.proxy, args.force) == ("7", ["naswot"], True)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ('proxi = "zeros"', "unknown key 'proxi': did you mean 'proxy'? available: proxy, "),
        ("list = true", "unknown key 'list'"),
        ('config = "c.toml"', "unknown key 'config'"),
        ("[run]\narchs = 3", "unknown key 'run'"),
        ('seeds = "x"', "key 'seeds': expected a positive whole number, not 'x'"),
        ("seeds = 1.5", "key 'seeds': expected a positive whole number, not '1.5'"),
        ('sample-seed = "x"', "key 'sample-seed': expected int, not 'x'"),
        ("seeds = [1, 2]", "key 'seeds': expected text or a number, not [1, 2]"),
        ("seeds = true", "key 'seeds': expected text or a number, not True"),
        ('population = "al"', "key 'population': invalid choice 'al': did you mean 'all'?"),
        ("force = 1", "key 'force': expected true or false, not 1"),
        ("proxy = []", "key 'proxy': expected at least one value"),
        ('out = ""', "key 'out': expected a file or a folder, not ''"),
        ("archs = ", "not a TOML file"),
        ("archs = 1\narchs = 2", "not a TOML file"),
        ("archs = " + "[" * 5000, "not a TOML file"),
        ("archs = 2026-01-01", "key 'archs': expected text or a number"),
    ],
)
def test_a_file_that_cannot_be_used_is_one_line_that_names_it(
    text: str, complaint: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "c.toml"
    path.write_text(text)
    assert main(arguments(tmp_path, "--config", str(path))) == 2
    shown = capsys.readouterr().err
    assert f"--config {path}: " in shown
    assert complaint in shown
    assert shown.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_files_that_are_not_there_or_are_no_text_are_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "bytes.toml").write_bytes(b"archs = '\xff'")
    for name, complaint in (
        ("absent.toml", "No such file"),
        ("bytes.toml", "not a TOML file"),
        ("", "Is a directory"),
    ):
        assert main(["--config", str(tmp_path / name)]) == 2
        assert complaint in capsys.readouterr().err


def test_a_file_that_is_there_is_not_written_over(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "mine.py"
    path.write_text("precious")
    assert main(["--archs", "3", "--write-config", str(path)]) == 2
    assert "exists: name another file" in capsys.readouterr().err
    assert path.read_text() == "precious"
    assert main(["--write-config", str(tmp_path / "absent" / "c.toml")]) == 2
    assert main(["--out", "\udcff", "--write-config", str(tmp_path / "c.toml")]) == 2
    assert "no text of Unicode" in capsys.readouterr().err


@given(
    st.dictionaries(
        st.sampled_from(["out", "seeds", "force", "proxy"]),
        st.one_of(
            st.text(st.characters(exclude_categories=["Cs"])),
            st.integers(-(2**40), 2**40),
            st.floats(allow_nan=False, allow_infinity=False),
            st.booleans(),
            st.lists(st.text(st.characters(exclude_categories=["Cs"]))),
        ),
    )
)
def test_any_value_is_written_as_toml(values: dict[str, object]) -> None:
    assert tomllib.loads(config_text("prog", values)) == values


@given(text=st.one_of(st.text(), st.sampled_from(["archs = 3", "proxy = ['x', 1]", "a.b = 1"])))
def test_any_text_is_read_or_refused(text: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.getbasetemp() / "any.toml"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    taken_or_refused(lambda: parsed(run.parser(), ["--config", str(path)]))


def test_what_the_command_line_gives_wins_for_limits_and_methods(tmp_path: Path) -> None:
    path = tmp_path / "c.toml"
    path.write_text('method = "first"\nat-most = ["params=5e5"]\nbudget = 70\n')
    words = ["--config", str(path), "--method", "warm-up", "--at-most", "params=6e5"]
    args = parsed(by_proxy_parser(BY_PROXY["warm-up"], "search"), words)
    assert (args.method, args.at_most, args.budget) == ("warm-up", ["params=6e5"], 70)
