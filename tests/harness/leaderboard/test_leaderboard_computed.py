"""What the plan lacks is computed and packed; scores that come with the harness are verified."""

import gzip
import hashlib
import json
import math
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

import harness.leaderboard.computing as computing
import harness.leaderboard.verifying as verifying
from harness.computing.local import Local
from harness.leaderboard.verifying import Known
from harness.scores import main
from harness.scoring.job import Job, Score, Task
from harness.scoring.shipped_scores import ShippedScores
from tests.harness.leaderboard.test_boards import NB201, written
from tests.runs import stored_rows

CIFAR10 = "nb201/cifar10.csv.gz"
PLAN = NB201.replace(', "naswot"', "").replace("steps = [10, 20]", "steps = [2, 3]")
PLAN = PLAN.replace("archs = 30", "archs = 5")


def compute(folder: Path, *more: str, plan: str = PLAN) -> int:
    words = ["--plan", str(written(folder, plan)), "--store", str(folder / "s.sqlite")]
    return main(["compute", *words, "--to", str(folder / "scores"), "--workers", "1", *more])


def test_what_is_missing_is_told_computed_and_packed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert compute(tmp_path, "--dry-run") == 0
    said = capsys.readouterr().out
    assert "nb201 cifar10, 5 architectures: 35 scores are missing" in said
    assert "nothing is known of the cost of flops, layers," in said
    assert "all: 35 scores are missing, nobody knows how long that takes in one process" in said
    assert not (tmp_path / "scores").exists()
    assert compute(tmp_path) == 0
    said = capsys.readouterr().out.splitlines()
    assert [line for line in said if "of them" in line] == [
        f"nb201 cifar10, 5 architectures, {count} of them: {names}"
        for count in (2, 3, 5)
        for names in (
            "params, flops, live_params, live_convs, layers",
            "zeros, synflow, vote[of=synflow+zeros]",
        )
    ]
    assert said[-1] == f"{tmp_path / 'scores'}: 35 scores in 1 files"
    assert compute(tmp_path, "--dry-run", "--store", str(tmp_path / "new.sqlite")) == 0
    said = capsys.readouterr().out
    assert "nb201 cifar10, 5 architectures: 0 scores are missing" in said


def test_it_stops_when_the_time_is_over_and_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    clock = iter([0.0] * 3 + [1e9] * 9)  # the start, before the first unit, after one batch
    with monkeypatch.context() as patched:
        patched.setattr(computing.time, "monotonic", lambda: next(clock, 1e9))
        assert compute(tmp_path, "--for", "1") == 0
    assert "stopped after 1 minutes" in capsys.readouterr().out
    rows = stored_rows(tmp_path / "s.sqlite")
    assert 0 < rows < 35
    assert ShippedScores(tmp_path / "scores").index[CIFAR10].rows == rows
    assert compute(tmp_path) == 0
    assert stored_rows(tmp_path / "s.sqlite") == 35


def test_a_board_without_a_table_is_left_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pit = '[[board]]\nbenchmark = "pit"\ndataset = "cifar100"\ntargets = ["x"]\nproxies = ["dss"]\n'
    other = pit.replace("pit", "nb201")
    assert compute(tmp_path, "--dry-run", plan=PLAN + pit + other) == 0
    said = capsys.readouterr()
    assert "the table that comes with a dependency, analog-nasbench, has no x" in said.err
    assert "pit cifar100, 1000 architectures is left out: " in said.err
    assert "nb201 cifar100, 1000 architectures is left out: " in said.err
    assert "all: 35 scores are missing" in said.out


@pytest.fixture
def shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    assert compute(tmp_path) == 0
    folder = tmp_path / "scores"
    monkeypatch.setenv("NAS_SCORES", str(folder))
    return folder


def verify(*words: str) -> int:
    return main(["verify", "--workers", "1", *words])


def test_shipped_scores_hold(shipped: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert verify("--sample", "7", "--tolerance", "1e-7") == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert line == f"{CIFAR10}: 7 of 35 scores computed anew, all equal to the bit"
    assert verify("--benchmark", "nbmacro") == 2
    assert f"{shipped} has no such scores" in capsys.readouterr().err
    assert verify("--benchmark", "nb2001") == 2
    assert "unknown benchmark 'nb2001'" in capsys.readouterr().err


def changed(shipped: Path, proxy: str, change: Callable[[str, str], tuple[str, str]]) -> str:
    """Change the score and the status of a proxy's first row; return its architecture."""
    path = shipped / CIFAR10
    lines = gzip.decompress(path.read_bytes()).decode().splitlines()
    moved = next(number for number, line in enumerate(lines) if f",{proxy}," in line)
    *key, score, seconds, status = lines[moved].split(",")
    score, status = change(score, status)
    lines[moved] = ",".join([*key, score, seconds, status])
    path.write_bytes(gzip.compress(("\n".join(lines) + "\n").encode()))
    record = json.loads((shipped / "index.json").read_text())
    record["files"][CIFAR10]["sha256"] = hashlib.sha256(path.read_bytes()).hexdigest()
    (shipped / "index.json").write_text(json.dumps(record))
    return key[5]


@pytest.mark.parametrize(
    ("proxy", "change"),
    [
        ("zeros", lambda score, status: (repr(float(score) * 1.01), status)),
        ("params", lambda score, status: (repr(float(score) + 1e-9 * float(score)), status)),
        ("zeros", lambda _score, _status: ("", "not applicable: x")),
    ],
)
def test_a_score_that_moved_is_told(
    proxy: str,
    change: Callable[[str, str], tuple[str, str]],
    shipped: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    arch = changed(shipped, proxy, change)
    capsys.readouterr()
    assert verify("--sample", "35") == 1
    said = capsys.readouterr().out
    assert "35 of 35 scores computed anew, 1 moved by more than is allowed" in said
    assert f"({proxy}, architecture {arch}, seed 0: " in said


def missing(_: Job, tasks: Sequence[Task], __: object) -> Iterator[list[Score]]:
    """A run in which everything fails."""
    for task in tasks:
        yield [Score(task.index, one, task.seed, math.nan, 0.1, "error: x") for one in task.proxies]


def test_a_score_that_is_missing_for_another_reason_has_moved(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(verifying, "run", missing)
    known = [Known("zeros", 0, 3, math.nan, "not applicable: x")]
    result = verifying.compared(CIFAR10, known, known, Local(1))
    assert [one.now.text for one in result.moved(1e-3)] == ["error: x"]


def test_a_damaged_file_is_not_verified(shipped: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (shipped / CIFAR10).write_bytes(b"")
    assert verify() == 2
    assert "its checksum is not that of index.json" in capsys.readouterr().err
