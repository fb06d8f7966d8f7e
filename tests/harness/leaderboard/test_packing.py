"""What of a store comes with the harness."""

import gzip
import json
import math
from dataclasses import replace
from pathlib import Path

import pytest

import proxies
from harness.scores import main
from harness.scoring.job import Job
from harness.scoring.shipped_scores import ShippedScores
from harness.scoring.store import Store
from proxies.registry import isolated
from tests.shipping import JOB, shipped_in, store_of

ZEROS = proxies.request("zeros")
CIFAR10 = "nb201/cifar10.csv.gz"


def packed(*stores: Path, to: Path) -> int:
    return main(
        ["pack", "--to", str(to), *(word for one in stores for word in ("--store", str(one)))]
    )


def test_stores_are_merged_with_what_is_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = shipped_in(tmp_path, {"zeros": {1: 1.0}})
    a = store_of(tmp_path / "a.sqlite", {"zeros": {2: 2.0}})
    b = store_of(tmp_path / "b.sqlite", {"zeros": {1: 1.0, 3: 3.0}, "naswot": {1: 7.0}})
    assert packed(a, b, to=folder) == 0
    assert "4 scores in 2 files" in capsys.readouterr().out
    scores = ShippedScores(folder)
    assert scores.architectures(JOB, ZEROS, 0) == {1, 2, 3}
    record = json.loads((folder / "index.json").read_text())
    assert {name: one["rows"] for name, one in record["files"].items()} == {
        CIFAR10: 3,
        "nb201/32_pixels.csv.gz": 1,
    }
    assert record["files"][CIFAR10]["versions"]["torch"]


def test_the_bytes_depend_on_the_scores_alone(tmp_path: Path) -> None:
    store = store_of(tmp_path / "a.sqlite", {"zeros": {2: 2.0, 1: 1.0}, "params": {10: 4.0}})
    other = store_of(tmp_path / "b.sqlite", {"params": {10: 4.0}, "zeros": {1: 1.0, 2: 2.0}})
    for name, one in (("one", store), ("two", other)):
        assert packed(one, to=tmp_path / name) == 0
    content = (tmp_path / "one" / CIFAR10).read_bytes()
    assert content == (tmp_path / "two" / CIFAR10).read_bytes()
    assert gzip.decompress(content).decode().splitlines() == [
        "inputs,dtype,proxy,revision,seed,arch,score,seconds,status",
        f",float32,params,{proxies.request('params').proxy.revision},0,10,4.0,0.5,ok",
        f",float32,zeros,{ZEROS.proxy.revision},0,1,1.0,0.5,ok",
        f",float32,zeros,{ZEROS.proxy.revision},0,2,2.0,0.5,ok",
    ]
    before = (tmp_path / "one" / "index.json").read_text()
    assert packed(store, to=tmp_path / "one") == 0
    assert (tmp_path / "one" / "index.json").read_text() == before, "nothing is new"


def test_only_what_a_default_run_looks_for_is_packed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = store_of(tmp_path / "a.sqlite", {"zeros": {1: 1.0, 2: math.nan}})
    store_of(path, {"naswot": {1: 1.0}}, replace(JOB, images=None))
    store_of(path, {"naswot": {1: 1.0}}, replace(JOB, batch=3))
    store_of(path, {"zeros": {1: 1.0}}, replace(JOB, dtype="float64"))
    with isolated([replace(ZEROS.proxy, revision=99)]):
        store_of(path, {"zeros": {1: 1.0}})
    with isolated([replace(ZEROS.proxy, name="mine", function=lambda _: 0.0)]):
        store_of(path, {"mine": {1: 1.0}})
    with Store(path) as store:
        store._connection.execute(
            "INSERT INTO scores SELECT benchmark, '../x', inputs, dtype, proxy, revision, seed, "
            "arch, score, seconds, status FROM scores WHERE dtype = 'float64'"
        )
        store._connection.execute("UPDATE scores SET dtype = 'float32' WHERE dataset = '../x'")
    assert packed(path, to=tmp_path / "to") == 0
    said = capsys.readouterr().out
    for reason in (
        "1 scores failures",
        "3 scores from other inputs or in another precision",
        "1 scores of another revision",
        "1 scores of other proxies",
        "1 scores of other datasets",
    ):
        assert f"{reason} are left out" in said
    assert "1 scores in 1 files" in said


def test_scores_of_an_older_revision_go(tmp_path: Path) -> None:
    folder = shipped_in(tmp_path, {"zeros": {1: 1.0}, "params": {1: 4.0}, "naswot": {1: 7.0}})
    revised = [replace(proxies.request(name).proxy, revision=99) for name in ("zeros", "naswot")]
    with isolated(revised):
        assert packed(store_of(tmp_path / "n.sqlite", {"params": {2: 5.0}}), to=folder) == 0
    assert [row[2] for row in ShippedScores(folder).rows(CIFAR10)] == ["params", "params"]
    assert ShippedScores(folder).index.keys() == {CIFAR10}
    assert not (folder / "nb201/32_pixels.csv.gz").exists()


def test_what_differs_by_rounding_stays_and_more_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = shipped_in(tmp_path, {"zeros": {1: 1.0, 2: 1.0}})
    assert packed(store_of(tmp_path / "a.sqlite", {"zeros": {1: 1.0 + 1e-6}}), to=folder) == 0
    assert (
        "1 scores differ from those that stay, by 1e-06 of the spread at most"
        in capsys.readouterr().out
    )
    assert ShippedScores(folder).read(JOB, ZEROS, 0)[1].score == 1.0
    before = (folder / CIFAR10).read_bytes()
    wrong = store_of(tmp_path / "b.sqlite", {"zeros": {1: 2.0, 5: 1.0}})
    assert packed(wrong, to=folder) == 2
    complaint = f"{CIFAR10}: two scores of zeros, architecture 1, seed 0: 1.0 and 2.0"
    assert complaint in capsys.readouterr().err
    assert (folder / CIFAR10).read_bytes() == before


@pytest.mark.parametrize("proxy", ["zeros", "params"])
def test_what_would_change_the_order_is_refused(
    proxy: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    close = {arch: 100.0 + arch / 1e3 for arch in range(20)}
    folder = shipped_in(tmp_path, {proxy: close})
    moved = {"zeros": 100.0 + 1.5e-3, "params": 100.0 + 1e-12}[proxy]
    wrong = store_of(tmp_path / "b.sqlite", {proxy: {0: moved}})
    assert packed(wrong, to=folder) == 2
    assert f"two scores of {proxy}, architecture 0" in capsys.readouterr().err


def test_damaged_files_and_absent_stores_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = shipped_in(tmp_path, {"zeros": {1: 1.0}, "naswot": {1: 1.0}})
    assert packed(tmp_path / "absent.sqlite", to=folder) == 2
    assert "there is no such file" in capsys.readouterr().err
    (folder / CIFAR10).write_bytes(b"")
    assert packed(store_of(tmp_path / "a.sqlite", {"zeros": {2: 2.0}}), to=folder) == 2
    assert "remove its entry in index.json to lose its scores alone" in capsys.readouterr().err
    record = json.loads((folder / "index.json").read_text())
    del record["files"][CIFAR10]
    (folder / "index.json").write_text(json.dumps(record))
    assert packed(tmp_path / "a.sqlite", to=folder) == 0
    assert ShippedScores(folder).architectures(JOB, proxies.request("naswot"), 0) == {1}
    assert ShippedScores(folder).architectures(JOB, ZEROS, 0) == {2}


def test_nothing_outside_the_folder_is_written_or_removed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = shipped_in(tmp_path, {"zeros": {1: 1.0}})
    victim = folder.parent / "victim.csv.gz"
    victim.write_bytes(b"mine")
    before = (folder / "index.json").read_text()
    record = json.loads(before)
    record["files"]["../victim.csv.gz"] = record["files"][CIFAR10]
    (folder / "index.json").write_text(json.dumps(record))
    store = store_of(tmp_path / "a.sqlite", {"zeros": {2: 2.0}})
    assert packed(store, to=folder) == 2
    assert "'../victim.csv.gz' is not the place of a file" in capsys.readouterr().err
    assert victim.read_bytes() == b"mine"
    (folder / "index.json").write_text(before)
    store_of(store, {"params": {0: 1.0}}, Job("pit", "cifar100", listing=(tmp_path, "../../../x")))
    assert packed(store, to=folder) == 0
    assert "1 scores of other benchmarks are left out" in capsys.readouterr().out
    assert ShippedScores(folder).index.keys() == {CIFAR10}


def test_the_list_says_how_many_of_how_many(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = shipped_in(tmp_path, {"zeros": {1: 1.0, 2: 2.0}, "params": {1: 4.0, 9: 4.0}})
    packed(store_of(tmp_path / "a.sqlite", {"naswot": {1: 1.0}}), to=folder)
    listed = store_of(
        tmp_path / "l.sqlite",
        {"params": {0: 1.0}},
        Job("pit", "cifar100", listing=(tmp_path, "ab" * 32)),
    )
    packed(listed, to=folder)
    capsys.readouterr()
    monkeypatch.setenv("NAS_SCORES", str(folder))
    assert main(["list"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "nb201 32_pixels: 1 of 15,625 architectures, 1 seed: naswot",
        "nb201 cifar10: 2 of 15,625 architectures, 1 seed: params, zeros",
        "pit cifar100: 1 architectures, 1 seed: params",
        f"6 scores in 3 files: {folder}",
    ]
    assert main(["list", "--markdown"]) == 0
    assert "| nb201 | cifar10 | 2 of 15,625 | 1 | `params`, `zeros` |" in capsys.readouterr().out
    (folder / CIFAR10).write_bytes(b"")
    assert main(["list"]) == 1
    said = capsys.readouterr()
    assert said.out.splitlines()[-1] == f"2 scores in 2 files: {folder}"
    assert "its checksum is not that of index.json" in said.err
