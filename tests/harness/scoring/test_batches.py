"""Batches with seeds of their own, crossed with those of weights."""

from pathlib import Path

import pandas as pd
import pytest

import proxies
from harness.analysis.orders import by_seed
from harness.report import main as report
from harness.run import main
from harness.scoring.frames import read_scores
from harness.scoring.job import Job, Score, Task
from harness.scoring.networks import score_task
from harness.scoring.store import Store
from tests.runs import arguments, query_store

SNIP = "snip[batch=4]"


def run(folder: Path, *more: str) -> pd.DataFrame:
    command = arguments(
        folder,
        "--proxy",
        SNIP,
        "zeros",
        "--archs",
        "3",
        "--workers",
        "1",
        "--population",
        "unique",
        *more,
    )
    assert main(command) == 0
    return read_scores(folder / "out" / "scores.csv")


def test_every_seed_of_weights_meets_every_batch(tmp_path: Path) -> None:
    plain = run(tmp_path, "--seeds", "2")
    crossed = run(tmp_path, "--seeds", "2", "--batches", "3")
    assert by_seed(crossed, SNIP).columns.tolist() == [
        (seed, batch) for seed in range(2) for batch in range(3)
    ]
    # ZEROS reads no batch, and size nothing that is random.
    assert by_seed(crossed, "zeros").columns.tolist() == [(0, 0), (1, 1)]
    assert by_seed(crossed, "params").columns.tolist() == [(0, 0)]
    for seed in range(2):
        assert by_seed(crossed, SNIP)[seed, seed].equals(by_seed(plain, SNIP)[seed, seed])
    assert by_seed(crossed, SNIP).T.nunique().eq(6).all()


def test_scores_of_the_own_batch_keep_their_key(tmp_path: Path) -> None:
    run(tmp_path, "--seeds", "2")
    query = "SELECT inputs, seed, count(*) FROM scores WHERE proxy LIKE 'snip%' GROUP BY 1, 2"
    before = query_store(tmp_path / "s.sqlite", query)
    run(tmp_path, "--seeds", "2", "--batches", "2")
    added = set(query_store(tmp_path / "s.sqlite", query)) - set(before)
    (inputs,) = {key for key, *_ in before}
    assert added == {(f"{inputs}#batch=1", 0, 3), (f"{inputs}#batch=0", 1, 3)}


def test_the_batch_changes_images_and_labels_alone() -> None:
    names = ("zeros", SNIP, "te_regions")
    one, other = (
        {
            score.proxy: score.score
            for score in score_task(Job("nb201", "cifar10", batch=batch), Task(6818, 0, names))
        }
        for batch in (None, 1)
    )
    assert (one["zeros"], one["te_regions"]) == (other["zeros"], other["te_regions"])
    assert one[SNIP] != other[SNIP]


def test_a_batch_is_part_of_the_key_where_it_is_another(tmp_path: Path) -> None:
    snip, zeros = proxies.request(SNIP), proxies.request("zeros")
    with Store(tmp_path / "s.sqlite") as store:
        store.write(
            Job("nb201", "cifar10"),
            [Score(1, SNIP, 0, 1.0, 0.0, "ok"), Score(1, "zeros", 0, 1.0, 0.0, "ok")],
        )
        assert store.finished(Job("nb201", "cifar10", batch=0), snip, 0) == {1}
        assert store.finished(Job("nb201", "cifar10", batch=1), snip, 0) == set()
        assert store.finished(Job("nb201", "cifar10", batch=1), zeros, 0) == {1}


@pytest.mark.slow
def test_an_aggregate_takes_each_component_under_its_draw(tmp_path: Path) -> None:
    command = arguments(
        tmp_path, "--proxy", f"mean_rank[of=params+{SNIP.partition('[')[0]}+zeros]", "--archs", "4"
    )
    assert main([*command, "--seeds", "2", "--batches", "2", "--workers", "1"]) == 0
    scores = read_scores(tmp_path / "out" / "scores.csv")
    (name,) = [proxy for proxy in scores["proxy"].unique() if proxy.startswith("mean_rank")]
    ranks = [by_seed(scores, proxy).rank() for proxy in ("params", "zeros", "snip")]
    expected = ranks[0][0, 0] + ranks[1][1, 1] + ranks[2][1, 0]
    assert by_seed(scores, name)[1, 0].rank().tolist() == expected.rank().tolist()


def test_old_files_without_the_column_are_read_and_merged(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(tmp_path, "--seeds", "2")
    path = tmp_path / "out" / "scores.csv"
    frame = pd.read_csv(path)
    assert list(frame.columns)[-1] == "batch"
    frame.drop(columns="batch").to_csv(path, index=False)
    assert read_scores(path)["batch"].equals(read_scores(path)["seed"])
    assert report([str(tmp_path / "out"), "--out", str(tmp_path / "again")]) == 0
    frame.assign(batch=0.5).to_csv(path, index=False)
    assert report([str(tmp_path / "out")]) == 2
    assert "index, seed and batch are whole numbers" in capsys.readouterr().err
