"""Stores that cannot be used, and a store that two runs share."""

import errno
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from harness.run import main
from tests.runs import arguments, query_store, stored_rows


def refused(tmp_path: Path, capsys: pytest.CaptureFixture[str], *more: str) -> str:
    """The one line of a run that cannot use its store."""
    capsys.readouterr()
    small = ("--archs", "3", "--replace", "--workers", "1")
    assert main(arguments(tmp_path, *small, *more)) == 2
    lines = capsys.readouterr().err.strip().splitlines()
    assert "Traceback" not in "".join(lines)
    return lines[-1]


def test_a_truncated_store_is_refused_and_left_as_it_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store = tmp_path / "s.sqlite"
    assert main(arguments(tmp_path, "--archs", "300", "--workers", "1")) == 0
    data = store.read_bytes()
    for end in (len(data) // 2, 5000, 50):
        store.write_bytes(data[:end])
        assert f"the store {store}" in refused(tmp_path, capsys)
        assert store.read_bytes()[:end] == data[:end]


def test_a_store_of_a_newer_version_is_refused_and_left_as_it_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments(tmp_path, "--archs", "3", "--workers", "1")) == 0
    with sqlite3.connect(tmp_path / "s.sqlite") as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    assert "has format 99" in refused(tmp_path, capsys)
    assert query_store(tmp_path / "s.sqlite", "PRAGMA user_version") == [(99,)]


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting needs root")
def test_a_full_disk_is_one_line_and_what_was_saved_stays(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    small = tmp_path / "small"
    small.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=600k", "tmpfs", str(small)],
        capture_output=True,
        check=False,
    )
    if mounted.returncode:
        pytest.skip("no tmpfs can be mounted here")
    try:
        command = [
            "--proxy",
            "zeros",
            "--archs",
            "all",
            "--workers",
            "1",
            "--store",
            str(small / "s.sqlite"),
        ]
        capsys.readouterr()
        assert main([*command, "--out", str(tmp_path / "out")]) == 2
        line = capsys.readouterr().err.strip().splitlines()[-1]
        assert f"cannot use the store {small / 's.sqlite'}" in line
        assert "full" in line
        saved = stored_rows(small / "s.sqlite")
        assert saved > 0
        subprocess.run(["mount", "-o", "remount,size=4m", str(small)], check=True)
        assert (
            main(
                [
                    "--proxy",
                    "zeros",
                    "--archs",
                    "50",
                    "--workers",
                    "1",
                    "--store",
                    str(small / "s.sqlite"),
                    "--out",
                    str(tmp_path / "out"),
                ]
            )
            == 0
        )
        assert stored_rows(small / "s.sqlite") >= saved
    finally:
        subprocess.run(["umount", str(small)], check=False)


@pytest.mark.slow
def test_two_runs_share_a_store(tmp_path: Path) -> None:
    """Both end well, and no score is there twice or lost."""
    commands = [
        [
            sys.executable,
            "-m",
            "harness.run",
            *arguments(tmp_path, "--archs", "200", "--workers", "1"),
            "--out",
            str(tmp_path / name),
        ]
        for name in "ab"
    ]
    processes = [
        subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
        for command in commands
    ]
    for process in processes:
        _, shown = process.communicate(timeout=120)
        assert process.returncode == 0, shown
    one, other = (
        pd.read_csv(tmp_path / name / "scores.csv").drop(columns="seconds") for name in "ab"
    )
    pd.testing.assert_frame_equal(one, other)
    assert stored_rows(tmp_path / "s.sqlite") == 200 * 6


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_store_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments(tmp_path, "--archs", "3", "--workers", "1")) == 0
    (tmp_path / "s.sqlite").chmod(0o400)
    tmp_path.chmod(0o500)
    try:
        assert os.strerror(errno.EACCES) in refused(tmp_path, capsys) or "readonly" in refused(
            tmp_path, capsys
        )
    finally:
        tmp_path.chmod(0o700)
