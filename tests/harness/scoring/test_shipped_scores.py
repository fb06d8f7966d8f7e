"""Scores that come with the harness, below a store."""

import gzip
import hashlib
import json
import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

import benchmarks_data
import proxies
from harness.scoring.image_file import ImageFile
from harness.scoring.job import Job, Score
from harness.scoring.shipped_scores import ShippedScores, file_of, is_place, scores_folder
from harness.scoring.store import Store
from proxies.registry import isolated
from tests.shipping import JOB, shipped_in

ZEROS, NASWOT = proxies.request("zeros"), proxies.request("naswot")
CIFAR10, PIXELS = "nb201/cifar10.csv.gz", "nb201/32_pixels.csv.gz"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    odd = {1: 0.1 + 0.2, 2: -math.inf, 30: 1e300}
    return shipped_in(
        tmp_path, {"zeros": odd, "zeros[aggregate=min]": {1: 5.0}, "naswot": {1: 7.0}}
    )


def test_scores_come_back_to_the_last_digit(folder: Path) -> None:
    scores = ShippedScores(folder)
    read = scores.read(JOB, ZEROS, 0)
    assert {arch: score.score for arch, score in read.items()} == {
        1: 0.1 + 0.2,
        2: -math.inf,
        30: 1e300,
    }
    assert read[1] == Score(1, "zeros", 0, 0.1 + 0.2, 0.5, "ok")
    assert scores.architectures(JOB, ZEROS, 0) == {1, 2, 30}
    assert scores.architectures(JOB, proxies.request("zeros[aggregate=min]"), 0) == {1}
    assert scores.read(JOB, ZEROS, 1) == {}, "another seed"
    assert not scores.notes


def test_they_are_found_under_all_that_a_score_depends_on(folder: Path) -> None:
    scores, images = ShippedScores(folder), ImageFile("a.npz", "0" * 64)
    assert scores.architectures(JOB, NASWOT, 0) == {1}
    assert scores.architectures(replace(JOB, dataset="cifar100"), NASWOT, 0) == {1}, "no logits"
    for other in (
        replace(JOB, images=images),
        replace(JOB, images=None),
        replace(JOB, dtype="float64"),
        replace(JOB, batch=1),
        replace(JOB, dataset="imagenet16-120"),
        Job("nats_sss", "cifar10"),
    ):
        assert not scores.architectures(other, NASWOT, 0)


def test_the_store_has_its_own_over_them_and_never_copies_them(
    folder: Path, tmp_path: Path
) -> None:
    path = tmp_path / "own.sqlite"
    with Store(path, ShippedScores(folder)) as store:
        store.write(
            JOB,
            [
                Score(1, "zeros", 0, 9.0, 0.0, "ok"),
                Score(2, "zeros", 0, math.nan, 0.0, "error: x"),
                Score(3, "zeros", 0, math.nan, 0.0, "error: x"),
            ],
        )
        read = store.read(JOB, ZEROS, 0)
        assert (read[1].score, read[2].score, read[30].score) == (9.0, -math.inf, 1e300)
        assert read[3].status == "error: x"
        assert store.finished(JOB, ZEROS, 0) == {1, 2, 30}
        assert store.shipped(JOB, ZEROS, 0) == {2, 30}
        assert [task.index for task in store.tasks_due(JOB, [ZEROS], [1, 2, 3, 4], [0])] == [3, 4]
    with Store(path) as store:
        assert store.read(JOB, ZEROS, 0).keys() == {1, 2, 3}


def test_a_failure_keeps_no_score_that_comes_with_the_harness(folder: Path, tmp_path: Path) -> None:
    failed = [Score(arch, "zeros", 0, math.nan, 0.0, "error: x") for arch in (1, 2)]
    with Store(tmp_path / "own.sqlite", ShippedScores(folder)) as store:
        store.write(JOB, failed)
        assert store.kept(JOB, failed) == 0
        store.write(JOB, [Score(2, "zeros", 0, 9.0, 0.0, "ok"), *failed])
        assert store.kept(JOB, failed) == 1


def test_older_revisions_are_not_used_and_named(folder: Path) -> None:
    scores = ShippedScores(folder)
    revised = replace(NASWOT.proxy, revision=99)
    with isolated([revised]):
        assert scores.read(JOB, proxies.request("naswot"), 0) == {}
    scores.read(JOB, ZEROS, 5)
    assert scores.notes == [
        "scores of naswot that come with the harness are not used: they are of an older revision"
    ]


def test_what_a_plugin_defines_has_none(folder: Path) -> None:
    scores = ShippedScores(folder)

    def zeros(_: object) -> float:
        return 0.0

    with isolated([replace(ZEROS.proxy, function=zeros)]):
        assert scores.read(JOB, proxies.request("zeros"), 0) == {}

    class Mine(type(benchmarks_data.get("nb201"))):  # type: ignore[misc]
        """Somebody else's benchmark of the same name."""

    with benchmarks_data.isolated(Mine()):
        assert scores.read(JOB, ZEROS, 0) == {}
    assert scores.read(JOB, ZEROS, 0)


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-9])


def _with_text(path: Path, text: str) -> None:
    """Write a file of another text, with its checksum."""
    path.write_bytes(gzip.compress(text.encode()))
    index = path.parents[1] / "index.json"
    record = json.loads(index.read_text())
    record["files"][CIFAR10]["sha256"] = hashlib.sha256(path.read_bytes()).hexdigest()
    index.write_text(json.dumps(record))


def _bomb(path: Path) -> None:
    _with_text(path, "0" * 100_000)


def _no_deflate(path: Path) -> None:
    """Write a file that is damaged within, with its checksum."""
    _with_text(path, "")
    path.write_bytes(path.read_bytes()[:10] + b"\xff" * 20)
    index = path.parents[1] / "index.json"
    record = json.loads(index.read_text())
    record["files"][CIFAR10]["sha256"] = hashlib.sha256(path.read_bytes()).hexdigest()
    index.write_text(json.dumps(record))


@pytest.mark.parametrize(
    ("damage", "why"),
    [
        (_cut, "its checksum is not that of index.json"),
        (Path.unlink, "No such file"),
        (_bomb, "it unpacks to more than 20,480 bytes"),
        (_no_deflate, "Error -3"),
    ],
)
def test_a_damaged_file_is_told_in_a_line_and_has_no_scores(
    damage: Callable[[Path], None], why: str, folder: Path
) -> None:
    damage(folder / CIFAR10)
    scores = ShippedScores(folder)
    for read in (scores.architectures, scores.read):
        assert not read(JOB, ZEROS, 0)
    (line,) = scores.notes
    assert line.startswith(f"{folder / CIFAR10} is not used (")
    assert why in line
    assert scores.architectures(JOB, NASWOT, 0) == {1}, "of another file"


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        (",1,0.30000000000000004,", ",one,0.30000000000000004,", "invalid literal"),
        (",0.30000000000000004,", ",abc,", "could not convert"),
        (",0.30000000000000004,", ",nan,", "the score 'nan' and the status 'ok'"),
        (",0.30000000000000004,0.5,ok", ",0.30000000000000004", "a row has 7 columns, not 9"),
        (",0.30000000000000004,0.5,ok", ",,0.5,error: x", "the status 'error: x'"),
    ],
)
def test_a_row_that_was_not_packed_is_told_and_its_proxy_has_no_scores(
    old: str, new: str, why: str, folder: Path
) -> None:
    text = gzip.decompress((folder / CIFAR10).read_bytes()).decode()
    assert old in text
    _with_text(folder / CIFAR10, text.replace(old, new))
    scores = ShippedScores(folder)
    least = proxies.request("zeros[aggregate=min]")
    assert scores.architectures(JOB, least, 0) == {1}
    for _ in range(2):
        assert not scores.architectures(JOB, ZEROS, 0)
        assert not scores.read(JOB, ZEROS, 0)
    assert scores.read(JOB, least, 0).keys() == {1}, "what a run counts on stays"
    (line,) = scores.notes
    assert line.startswith(f"scores of zeros in {folder / CIFAR10} are not used (")
    assert why in line
    assert not scores.rows(CIFAR10), "nor can it be packed"


def test_every_file_of_a_benchmark_has_a_place() -> None:
    for name in benchmarks_data.names():
        for dataset in benchmarks_data.get(name).datasets:
            job = Job(name, dataset)
            for request in (ZEROS, NASWOT):
                assert is_place(file_of(name, job.dataset_of(request)))
    assert is_place("pit@0123456789abcdef/cifar100.csv.gz")


ENTRY = {"sha256": "0" * 64, "rows": 1, "packed": ""}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{", "Expecting"),
        ('{"format": 2, "files": {}}', "it is of format 2, not 1"),
        *(
            (
                json.dumps({"format": 1, "files": {name: ENTRY}}),
                f"{name!r} is not the place of a file",
            )
            for name in ("../victim.csv.gz", "nb201/a/b.csv.gz", "nb201/..csv.gz", "nb201/x.csv")
        ),
    ],
)
def test_a_damaged_index_is_told_in_a_line(text: str, why: str, folder: Path) -> None:
    (folder / "index.json").write_text(text)
    scores = ShippedScores(folder)
    assert not scores.read(JOB, ZEROS, 0)
    (line,) = scores.notes
    assert why in line


def test_files_are_read_when_a_score_is_asked_for(folder: Path) -> None:
    scores = ShippedScores(folder)
    (folder / CIFAR10).unlink()
    assert scores.architectures(JOB, NASWOT, 0) == {1}
    assert not scores.notes, "no score of the other file was asked for"


def test_the_variable_names_another_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not ShippedScores().index, "that of all tests is empty"
    monkeypatch.setenv("NAS_SCORES", str(folder))
    assert ShippedScores().index.keys() == {CIFAR10, PIXELS}


def test_an_empty_folder_of_reports_does_not_hide_them(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NAS_SCORES")
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports/scores").mkdir()
    monkeypatch.chdir(tmp_path)
    assert (scores_folder() / "index.json").is_file()
    (tmp_path / "reports/scores").rmdir()
    folder.rename(tmp_path / "reports/scores")
    assert scores_folder() == Path("reports/scores")
