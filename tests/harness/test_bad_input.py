"""What the main command refuses: one line, exit status 2, nothing lost."""

import importlib
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from harness import search
from harness.__main__ import COMMANDS
from harness.run import main
from tests.runs import arguments, stored_rows


@pytest.mark.parametrize(
    ("more", "complaint"),
    [
        (["--proxy", "zeroes"], "did you mean 'zeros'"),
        (["--proxy", "zeros[aggregate=max]"], "available: mean, min, paths, sum"),
        (["--proxi", "zeros"], "--proxi zeros: did you mean '--proxy'?"),
        (["--benchmark", "nb202"], "did you mean 'nb201'"),
        (["--target", "cifar10_tset"], "did you mean 'cifar10_test'"),
        (["--dataset", "cifar11"], "did you mean 'cifar10'"),
        (["--dataset", "cifar100"], "no column of results on cifar100"),
        (["--population", "best"], "invalid choice: 'best'"),
        (["--archs", "0"], "--archs 0"),
        (["--archs", "absent.txt"], "No such file"),
        (["--seeds", "0"], "positive whole number"),
        (["--workers", "x"], "positive whole number"),
        (["--device", "abacus"], "device 'abacus' is unknown"),
        (["--device", "hpu"], "device 'hpu' is unknown"),
        (["--device", "meta"], "device 'meta' is unknown"),
        (["--proxy", "zeros,synflow"], "separated by spaces"),
        (["--proxy", "ZEROS"], "did you mean 'zeros'"),
        (["--describe", "zeroes"], "did you mean 'zeros'"),
        (["--proxy", f"naswot[batch={'9' * 5000}]"], "positive whole number"),
        (["--prox", "zeros"], "unrecognized arguments"),
        (["--tables", "two\nlines"], "no folder of tables at two lines"),
        (["--tables", "x" * 300], "cannot look into"),
        (["--images", "absent.npz"], "cannot read images absent.npz"),
        (["--tables", "absent"], "no folder of tables at absent"),
        (["--images", "/dev/zero"], "cannot read images /dev/zero: not a regular file"),
        (["--archs", "/dev/zero"], "(not a regular file)"),
        (["--plugin", "/dev/zero"], "--plugin /dev/zero cannot be loaded: not a regular file"),
        (["--plugin", "absent.py"], "absent.py cannot be loaded: No such file or directory"),
        (["--plugin", ""], "argument --plugin: expected a file or a folder, not ''"),
        (["--out", ""], "argument --out: expected a file or a folder, not ''"),
        (["--tables", ""], "argument --tables: expected a file or a folder, not ''"),
    ],
)
def test_bad_input_is_one_line_and_exit_2(
    more: list[str], complaint: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        status = main(arguments(tmp_path, *more))
    except SystemExit as stop:  # raised by argparse
        status = stop.code
    shown = capsys.readouterr().err
    assert status == 2
    assert complaint in shown
    assert shown.count("\n") == 1


def test_bad_files_are_one_line_and_exit_2_and_leave_the_store_intact(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments(tmp_path, "--proxy", "params", "--archs", "3", "--workers", "1")) == 0
    capsys.readouterr()
    (tmp_path / "nb201.csv").write_text("index,arch,cifar10_test\n0,nonsense,91\n")
    (tmp_path / "bad.txt").write_text("|nor_conv_9x9~0|+|none~0|none~1|+|none~0|none~1|none~2|\n")
    (tmp_path / "file").write_text("")
    np.savez(tmp_path / "bad.npz", images=np.array([{}], dtype=object), labels=np.array([0]))
    np.savez(
        tmp_path / "empty.npz", images=np.zeros((5, 0, 0, 3), np.uint8), labels=np.zeros(5, int)
    )
    np.savez(tmp_path / "few.npz", images=np.zeros((2, 8, 8, 3), np.uint8), labels=np.zeros(2, int))
    (tmp_path / "damaged.npz").write_bytes((tmp_path / "few.npz").read_bytes()[:-60] + b"x" * 60)
    for more, complaint in (
        (["--tables", str(tmp_path)], "line 2"),
        (["--images", str(tmp_path / "damaged.npz")], "is no .npz file"),
        (["--archs", str(tmp_path / "bad.txt")], "did you mean 'nor_conv_3x3'"),
        (["--out", str(tmp_path / "file" / "out")], "cannot write to"),
        (["--store", str(tmp_path / "bad.txt")], "cannot use the store"),
        (["--images", str(tmp_path / "bad.npz")], "no .npz file of plain arrays"),
        (["--images", str(tmp_path / "bad.txt")], "is no .npz file"),
        (["--images", str(tmp_path / "empty.npz")], "images must be uint8"),
        (
            ["--images", str(tmp_path / "few.npz"), "--proxy", "snip"],
            "holds 2 images, and snip takes 64",
        ),
        (["--tables", str(tmp_path / "nb201.csv")], "nb201.csv, line 2"),
        (["--tables", str(tmp_path / "bad.txt")], "no table of nb201 in"),
        (["--tables", f"{tmp_path}{os.pathsep}absent"], "no folder of tables at absent"),
        (["--tables", f"{tmp_path}{os.pathsep}"], "an empty name among the folders of tables"),
    ):
        assert main(arguments(tmp_path, "--archs", "3", *more)) == 2
        shown = capsys.readouterr().err
        assert complaint in shown
        assert shown.count("\n") == 1
    assert stored_rows(tmp_path / "s.sqlite") == 15


def test_a_foreign_class_in_the_installed_pickle_is_refused_at_the_command_line(
    tmp_path: Path,
) -> None:
    package = tmp_path / "analognasbench"
    package.mkdir()
    (package / "__init__.py").write_text("raise RuntimeError('must not be imported')")
    (package / "data.anb").write_bytes(b"cposix\nsystem\n(S'touch owned'\ntR.")
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    command = [sys.executable, "-m", "harness.run", *arguments(tmp_path, "--archs", "1")]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 2
    assert "names posix.system, which does not belong to it" in done.stderr
    assert done.stderr.count("\n") == 1
    assert not Path("owned").exists()


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_an_empty_folder_name_is_refused_by_every_command(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    command = importlib.import_module(COMMANDS[name])
    action = ["page"] if name == "scores" else []
    parser = command.module_of("page").parser("") if action else command.parser()
    option = next(one for one in ("--out", "--baseline", "--plugin") if one in parser.format_help())
    with pytest.raises(SystemExit) as stop:
        command.main([*action, option, ""])
    assert stop.value.code == 2
    assert "expected a file or a folder, not ''" in capsys.readouterr().err


def test_a_refused_command_announces_no_replacement(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "run.json").write_text("{}")
    assert main(arguments(tmp_path, "--archs", "3", "--store", str(tmp_path))) == 2
    assert "replaces" not in capsys.readouterr().err
    (out / "run.json").rename(out / "search.json")
    assert search.main(["--scores", str(tmp_path / "absent"), "--out", str(out)]) == 2
    assert "replaces" not in capsys.readouterr().err
    assert main(arguments(tmp_path, "--archs", "3", "--workers", "1")) == 2
    assert "holds a result of harness.search: choose another folder" in capsys.readouterr().err
