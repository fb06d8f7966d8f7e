import contextlib
import math
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

import benchmarks_data
import proxies
from benchmarks_data.errors import InputError
from harness.scoring.frames import collect
from harness.scoring.image_file import ImageFile
from harness.scoring.job import Job, Score
from harness.scoring.store import Store

JOB = Job("nb201", "cifar10")
ZEROS, NASWOT, PARAMS = (proxies.request(name) for name in ("zeros", "naswot", "params"))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "s.sqlite") as opened:
        yield opened


def test_a_failure_does_not_replace_a_score(store: Store) -> None:
    store.write(
        JOB, [Score(1, "zeros", 0, 1.0, 0.0, "ok"), Score(2, "zeros", 0, math.nan, 0.0, "error: x")]
    )
    store.write(
        JOB,
        [
            Score(1, "zeros", 0, math.nan, 0.0, "error: y"),
            Score(2, "zeros", 0, math.nan, 0.0, "error: y"),
        ],
    )
    found = store.read(JOB, ZEROS, 0)
    assert (found[1].status, found[1].score, found[2].status) == ("ok", 1.0, "error: y")
    store.write(JOB, [Score(1, "zeros", 0, 2.0, 0.0, "ok")])
    assert store.read(JOB, ZEROS, 0)[1].score == 2.0


def test_scores_come_back_as_written(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "s.sqlite"
    written = [
        Score(1, "zeros", 0, 0.1 + 0.2, 0.5, "ok"),
        Score(2, "zeros", 0, -math.inf, 0.5, "ok"),
        Score(3, "zeros", 0, math.nan, 0.5, "error: RuntimeError: x"),
    ]
    with Store(path) as store:
        store.write(JOB, written)
    with Store(path) as store:
        found = store.read(JOB, ZEROS, 0)
    assert [found[1], found[2]] == written[:2]
    assert math.isnan(found[3].score)


def test_only_what_is_missing_or_failed_is_due(store: Store) -> None:
    store.write(
        JOB, [Score(1, "zeros", 0, 1.0, 0.0, "ok"), Score(2, "zeros", 0, math.nan, 0.0, "error: x")]
    )
    store.write(JOB, [Score(3, "zeros", 0, math.nan, 0.0, "undefined: NaN")])
    due = {
        (task.index, task.seed): task.proxies
        for task in store.tasks_due(JOB, [ZEROS, PARAMS], [1, 2, 3], range(2))
    }
    # A deterministic proxy is due under the first seed only.
    assert due == {
        (1, 0): ("params",), (2, 0): ("zeros", "params"), (3, 0): ("params",), **{(i,
        1): ("zeros",) for i in (1, 2, 3)}
    }  # fmt: skip
    assert len(store.tasks_due(JOB, [ZEROS], [1, 2, 3], [0], force=True)) == 3


def test_a_score_is_found_only_under_what_it_depends_on(store: Store) -> None:
    images = ImageFile("a.npz", "0" * 64)
    store.write(JOB, [Score(1, "zeros", 0, 1.0, 0.0, "ok"), Score(1, "naswot", 0, 1.0, 0.0, "ok")])
    assert store.finished(Job("nb201", "cifar10", images), ZEROS, 0) == {1}  # reads no images
    assert store.finished(Job("nb201", "cifar10", images), NASWOT, 0) == set()
    assert store.finished(Job("nb201", "cifar100"), ZEROS, 0) == set()
    assert store.finished(Job("nb201", "cifar10", dtype="float64"), ZEROS, 0) == set()
    assert store.finished(JOB, ZEROS, 1) == set()
    assert store.finished(JOB, proxies.request("zeros[aggregate=min]"), 0) == set()


@pytest.mark.parametrize(
    "content", [b"not a database, but text of some length" * 40, b"SQLite format 3\0" + b"\1" * 200]
)
def test_a_file_that_is_no_store_is_refused_and_kept(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "s.sqlite"
    path.write_bytes(content)
    with pytest.raises(InputError, match="cannot use the store"):
        Store(path)
    assert path.read_bytes() == content


def test_somebody_elses_database_and_a_newer_store_are_refused_and_kept(tmp_path: Path) -> None:
    for name, statement, complaint in (
        ("other", "CREATE TABLE mine (x)", "is not a store of scores"),
        ("newer", "PRAGMA user_version = 99", "has format 99"),
    ):
        path = tmp_path / name
        if name == "newer":
            with Store(path):
                pass
        with sqlite3.connect(path) as connection:
            connection.execute(statement)
        connection.close()
        before = path.read_bytes()
        with pytest.raises(InputError, match=complaint):
            Store(path)
        assert path.read_bytes() == before


def test_a_store_under_a_file_cannot_be_opened(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot open the store"):
        Store(tmp_path / "file" / "s.sqlite")


@pytest.mark.parametrize(
    "change",
    ["status = x'00'", "score = 'high'", "seconds = 'long'", "score = NULL", "arch = 'first'"],
)
def test_values_that_no_run_writes_are_refused(change: str, tmp_path: Path) -> None:
    path = tmp_path / "s.sqlite"
    with Store(path) as store:
        store.write(JOB, [Score(1, "zeros", 0, 1.0, 0.0, "ok")])
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(f"UPDATE scores SET {change}")
    with (
        Store(path) as store,
        pytest.raises(InputError, match="holds values that no run has written"),
    ):
        store.read(JOB, ZEROS, 0)


def test_a_store_that_is_refused_is_let_go(tmp_path: Path) -> None:
    path = tmp_path / "s.sqlite"
    path.write_bytes(b"no store" * 1000)
    with pytest.raises(InputError, match="not a database"):
        Store(path)
    path.unlink()
    with Store(path) as store:
        store.write(JOB, [Score(1, "zeros", 0, 1.0, 0.0, "ok")])


def test_a_store_that_has_lost_scores_is_refused(store: Store) -> None:
    store.write(JOB, [Score(1, "zeros", 0, 1.0, 0.0, "ok")])
    with pytest.raises(InputError, match="has lost scores of zeros"):
        collect(JOB, [ZEROS], [1, 2], [0], store)


def test_scores_from_before_a_correction_of_a_benchmark_are_not_read(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    micro = Job("transnas101_micro", "class_scene")
    scores = [Score(1, name, 0, 1.0, 0.0, "ok") for name in ("naswot", "zeros")]
    with monkeypatch.context() as patched:
        patched.setattr(type(benchmarks_data.get("transnas101_micro")), "corrections", {})
        store.write(micro, scores)
    assert store.read(micro, NASWOT, 0) == {}
    assert store.read(micro, ZEROS, 0) == {1: scores[1]}, "no pass that it reads was corrected"
    assert JOB.revision_of(NASWOT) == NASWOT.proxy.revision, "scores of other benchmarks stay"
