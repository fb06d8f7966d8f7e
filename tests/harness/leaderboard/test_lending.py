"""Scores that were handed in, judged on a board like computed ones."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from scipy.stats import kendalltau

import benchmarks_data
import proxies
from benchmarks_data.listed import listing_of
from harness.analysis.correlations import correlations
from harness.computing.local import Local
from harness.leaderboard import lending
from harness.leaderboard.boards import Judged, judged
from harness.leaderboard.cards import Card
from harness.leaderboard.lending import lent, with_lent
from harness.leaderboard.plan import Board
from harness.runs.sources import source_of
from harness.scoring.execution import run
from harness.scoring.frames import collect
from harness.scoring.job import Job
from harness.scoring.store import Store

EXAMPLES = Path(__file__).parent / "submissions"
CARD = Card(
    name="Mine",
    authors="A",
    paper="none",
    code="none",
    licence="MIT",
    requirements=[],
    tuned_on="nothing",
    trained_networks=0,
)
BOARD = Board("plan", "nb201", "cifar10", ("cifar10_test",), "3", parts=(("params",),))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return Path(shutil.copytree(EXAMPLES, tmp_path / "submissions"))


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """A store with all that is computed of BOARD."""
    monkeypatch.delenv("NAS_TABLES", raising=False)
    with Store(tmp_path / "s.sqlite") as store:
        plan = BOARD.plan(None)
        tasks = store.tasks_due(plan.job, plan.requests, plan.indices, plan.seeds)
        for scores in run(plan.job, tasks, Local(1)):
            store.write(plan.job, scores)
        yield store


def test_a_score_that_was_handed_in_is_judged_beside_the_computed_ones(
    root: Path, store: Store
) -> None:
    computed = judged(BOARD, store, None)
    with lent(store, root) as given:
        one = with_lent(computed, given, store)
        assert one.plan is not None
        frame = collect(one.plan.job, one.plan.requests, one.plan.indices, [0], store)
        rows = correlations(
            frame, one.plan.table, ["cifar10_test"], {"all": one.plan.indices}, "nb201"
        )
    assert one.complete == ["params", "spread"]
    assert given.cards["spread"].name == "Spread, handed in"
    spread = frame[frame["proxy"] == "spread"]
    assert spread["score"].tolist() == [0.5, 0.75, 1.0]
    accuracy = one.plan.table.oriented("cifar10_test")[one.plan.indices]
    tau = kendalltau([0.5, 0.75, 1.0], accuracy).statistic
    assert rows.set_index("proxy").loc["spread", "tau"] == pytest.approx(tau)
    assert "spread" not in proxies.registered()


def test_what_was_handed_in_in_part_does_not_change_what_a_board_is_judged_on(
    root: Path, store: Store
) -> None:
    path = root / "spread_scores" / "scores.csv"
    path.write_text("\n".join(path.read_text().splitlines()[:-1]) + "\n")
    with lent(store, root) as given:
        one = with_lent(judged(BOARD, store, None), given, store)
    assert one.complete == ["params"]
    assert one.partial == {"spread": 2}
    assert one.plan is not None
    assert len(one.plan.indices) == 3


def test_scores_of_a_benchmark_of_tokens_are_found_where_its_runs_look(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    benchmark = benchmarks_data.get("gpt2_wt103")
    [dataset, *_] = benchmark.datasets
    rows = pd.DataFrame(
        [("gpt2_wt103", dataset, 3, "mine", 0, 0.5, 0.1)],
        columns=["benchmark", "dataset", "index", "proxy", "seed", "score", "seconds"],
    )
    monkeypatch.setattr(lending, "handed_in_scores", lambda _: (rows, {"mine": CARD}, []))
    images = source_of("natural", None, benchmark, dataset)
    job = Job(benchmark.name, dataset, images, listing=listing_of(benchmark))
    with Store(tmp_path / "s.sqlite") as store, lent(store):
        assert store.finished(job, proxies.request("mine"), 0) == {3}


def test_a_board_that_nothing_is_known_of_stays_so(root: Path, store: Store) -> None:
    nothing = Judged(BOARD, None, [], {"params": 0})
    with lent(store, root) as given:
        assert with_lent(nothing, given, store) == nothing


def test_scores_without_seconds_are_judged_too(root: Path, store: Store) -> None:
    path = root / "spread_scores" / "scores.csv"
    text = path.read_text()
    assert ",0.02\n" in text
    path.write_text(text.replace(",0.02\n", ",\n"))
    with lent(store, root) as given:
        assert "spread" in with_lent(judged(BOARD, store, None), given, store).complete
