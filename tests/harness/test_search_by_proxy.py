"""Searches by proxy at the command line: files, limits, orders, and resuming."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pandas as pd
import pytest

import benchmarks_data
import proxies
from harness.files.proxy_search_record import ProxySearchRecord
from harness.search import main
from harness.search_methods.by_proxy import stored_scores
from harness.search_methods.by_proxy.methods import BY_PROXY
from proxies import registry
from tests.evaluating import Tiny
from tests.harness.searching import by_proxy
from tests.runs import arguments, query_store, stored_rows

CSV = ("search_curve.csv", "searches.csv", "course.csv")


def texts(folder: Path) -> list[str]:
    return [(folder / name).read_text() for name in CSV]


def found_in(folder: Path) -> list[str]:
    """Return the texts without seconds, which two machines, or two runs, do not have in common."""
    frames = [pd.read_csv(folder / name) for name in CSV]
    return [frame.drop(columns="seconds", errors="ignore").to_csv() for frame in frames]


@pytest.mark.figures
@pytest.mark.parametrize("method", BY_PROXY)
def test_a_search_leaves_curve_figure_report_and_record(
    method: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(by_proxy(method, *arguments(tmp_path))) == 0
    said = capsys.readouterr().out
    out = tmp_path / "out"
    record = json.loads((out / "proxy_search.json").read_text())
    assert msgspec.to_builtins(msgspec.convert(record, ProxySearchRecord)) == record
    assert record["findings"][0] in said
    assert record["candidates"] == 15625
    for page in ("report.md", "report.html"):
        assert "Search" in (out / page).read_text()
    assert (out / "search_curve.png").stat().st_size > 10_000
    assert (out / "search_curve.svg").exists()
    rows = pd.read_csv(out / "searches.csv")
    assert rows["scored"].tolist() == [12 * BY_PROXY[method].scores] * 2
    trained = {"random": 12, "first": 12, "evolution": 6, "warm-up": 6}[method]
    assert rows["trained"].tolist() == [trained] * 2
    best = benchmarks_data.get("nb201").table().values["cifar10_test"]
    assert rows["best"].tolist() == best[rows["index"]].tolist()
    assert (rows["regret"] == best.max() - rows["best"]).all()
    curve = pd.read_csv(out / "search_curve.csv")
    assert set(curve["by"]) == (
        {"trained", "scored"} if BY_PROXY[method].trains_highest else {"trained"}
    )


def test_the_verdict_says_what_random_search_needs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(by_proxy("first", *arguments(tmp_path))) == 0
    said = capsys.readouterr().out
    verdict = re.search(r"reaches ([\d.]+) %.* random search needs (\d+) trained", said)
    assert verdict
    accuracy, needed = float(verdict[1]), int(verdict[2])
    rows = pd.read_csv(tmp_path / "out" / "searches.csv")
    assert accuracy == round(rows["best"].mean(), 2)
    # By drawing: the mean highest of clearly fewer is lower, that of clearly more is higher.
    values = benchmarks_data.get("nb201").table().values["cifar10_test"]
    means = [
        pd.Series([values.sample(count, random_state=i).max() for i in range(2000)]).mean()
        for count in (max(int(needed * 0.8), 1), int(needed * 1.25) + 1)
    ]
    assert means[0] < rows["best"].mean() < means[1]


@pytest.mark.parametrize("method", BY_PROXY)
def test_the_same_command_again_computes_nothing_and_says_the_same(
    method: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(by_proxy(method, *arguments(tmp_path))) == 0
    before, rows = texts(tmp_path / "out"), stored_rows(tmp_path / "s.sqlite")
    monkeypatch.setattr(stored_scores, "score_and_store", None)
    again = ["--store", str(tmp_path / "s.sqlite"), "--out", str(tmp_path / "again")]
    assert main(by_proxy(method, *again)) == 0
    assert texts(tmp_path / "again") == before
    assert stored_rows(tmp_path / "s.sqlite") == rows


def test_a_search_that_was_stopped_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    whole, stopped = tmp_path / "whole", tmp_path / "stopped"
    assert main(by_proxy("evolution", *arguments(whole))) == 0
    scored, calls = stored_scores.score_and_store, 0

    def interrupted(*given: Any) -> Iterator[Any]:
        nonlocal calls
        calls += 1
        if calls == 8:
            raise KeyboardInterrupt
        yield from scored(*given)

    with monkeypatch.context() as patch:
        patch.setattr(stored_scores, "score_and_store", interrupted)
        assert main(by_proxy("evolution", *arguments(stopped))) == 130
    assert "the same command goes on" in capsys.readouterr().err
    assert not (stopped / "out" / "proxy_search.json").exists()
    assert 0 < stored_rows(stopped / "s.sqlite") < stored_rows(whole / "s.sqlite")
    assert main(by_proxy("evolution", *arguments(stopped))) == 0
    assert found_in(stopped / "out") == found_in(whole / "out")


def test_a_search_in_bfloat16_asks_for_scores_in_it(tmp_path: Path) -> None:
    command = [*by_proxy("first", *arguments(tmp_path)), "--dtype", "bfloat16"]
    assert main(command) == 2
    assert stored_rows(tmp_path / "s.sqlite") == 0
    assert main([*command, "--proxy", "swap[batch=2]"]) == 0
    rows = query_store(tmp_path / "s.sqlite", "SELECT DISTINCT dtype FROM scores")
    assert rows == [("bfloat16",)]


def test_only_what_a_search_asks_for_is_scored(tmp_path: Path) -> None:
    assert main(by_proxy("evolution", *arguments(tmp_path))) == 0
    course = pd.read_csv(tmp_path / "out" / "course.csv")
    asked = course[course["event"] == "scored"]["index"].nunique()
    assert stored_rows(tmp_path / "s.sqlite") == asked <= 24


@pytest.fixture(scope="module")
def costs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store that comes to have the costs of all cells."""
    return tmp_path_factory.mktemp("costs") / "s.sqlite"


@pytest.mark.parametrize("method", BY_PROXY)
def test_nothing_beyond_a_limit_is_scored_or_trained(
    method: str, tmp_path: Path, costs: Path
) -> None:
    limits = ["--at-most", "live_convs=30", "--at-least", "live_convs=15", "params=2e5"]
    where = ["--store", str(costs), "--out", str(tmp_path / "out")]
    assert main(by_proxy(method, *limits, *where)) == 0
    course = pd.read_csv(tmp_path / "out" / "course.csv")
    nb201 = benchmarks_data.get("nb201")
    for index in course["index"].unique():
        network = nb201.network(int(index), 10, 0)
        live = sum(
            one.live and any(True for _ in one.module.parameters()) for one in network.operations
        )
        assert 15 <= live <= 30
        assert sum(one.numel() for one in network.parameters()) >= 2e5
    record = json.loads((tmp_path / "out" / "proxy_search.json").read_text())
    assert record["at_most"] == {"live_convs": 30.0}
    values = nb201.table().values["cifar10_test"]
    assert record["candidates"] < 15625
    assert record["optimum"] <= values.max()


def test_limits_that_nothing_meets_are_refused_with_what_there_is(
    tmp_path: Path, costs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    where = ["--store", str(costs), "--out", str(tmp_path / "out")]
    assert main(by_proxy("random", "--at-most", "live_convs=-1", *where)) == 2
    assert "live_convs of those that are left is from 0 to 90" in capsys.readouterr().err


def test_a_cost_of_the_table_is_a_limit(tmp_path: Path, tables: Path) -> None:
    given = ["--tables", str(tables), "--at-most", "edgegpu_latency=3"]
    assert main(by_proxy("random", *given, *arguments(tmp_path))) == 0
    table = benchmarks_data.get("nb201").table(tables).values
    inside = table[table["edgegpu_latency"] <= 3]
    course = pd.read_csv(tmp_path / "out" / "course.csv")
    assert set(course["index"]) <= set(inside.index)
    record = json.loads((tmp_path / "out" / "proxy_search.json").read_text())
    assert record["candidates"] == len(inside)
    assert record["optimum"] == inside["cifar10_test_200ep"].max()


def test_all_seeds_search_with_one_seed_of_the_proxy(tmp_path: Path) -> None:
    given = ["--proxy", "naswot[batch=4]", "--proxy-seed", "7", "--images", "noise"]
    command = ["--method", "first", "--budget", "3", "--seeds", "2", "--workers", "1", *given]
    assert main([*command, *arguments(tmp_path)]) == 0
    record = json.loads((tmp_path / "out" / "proxy_search.json").read_text())
    assert record["proxy_seed"] == 7
    course = pd.read_csv(tmp_path / "out" / "course.csv")
    assert course["seed"].unique().tolist() == [0, 1]
    assert (
        course[course["seed"] == 0]["index"].tolist()
        != course[course["seed"] == 1]["index"].tolist()
    )


def tiny(of_params: Callable[[float], float], method: str, folder: Path, **how: Any) -> int:
    """Search a benchmark of eight networks, whose accuracy is their index, by a new proxy."""
    with registry.isolated(), benchmarks_data.isolated(Tiny()):

        @proxies.proxy(f"mine_{folder.name[:8].lower()}", reads="cost", **how)
        def mine(cost: Any) -> float:
            """A function of the number of parameters."""
            return of_params(cost.params)

        name = f"mine_{folder.name[:8].lower()}"
        proxy = ["--proxy", name] if BY_PROXY[method].scores else []
        return main([
            *("--method", method, "--benchmark", "tiny", *proxy, "--workers", "1", "--seeds", "1"),
            *("--budget", "8", *(["--train", "3"] if proxy else []), *arguments(folder)),
        ])  # fmt: skip


def trained(folder: Path) -> list[int]:
    course = pd.read_csv(folder / "out" / "course.csv")
    return course[course["event"] == "trained"]["index"].tolist()


def test_higher_scores_go_first(tmp_path: Path) -> None:
    assert tiny(float, "first", tmp_path / "higher") == 0
    assert trained(tmp_path / "higher") == [7, 6, 5]


def test_lower_scores_go_first_where_lower_is_better(tmp_path: Path) -> None:
    assert tiny(float, "first", tmp_path / "lower", higher_is_better=False) == 0
    assert trained(tmp_path / "lower") == [0, 1, 2]


def test_missing_scores_go_last_and_are_counted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    largest = 7 * (3 * 3 * 3 * 3 + 3)  # parameters of seven convolutions

    def most_missing(params: float) -> float:
        return math.nan if params > largest else params

    assert tiny(most_missing, "first", tmp_path / "missing") == 0
    assert trained(tmp_path / "missing") == [5, 4, 3]
    said = capsys.readouterr().out
    assert "2 architectures without a score, ranked last: undefined: the formula gives NaN." in said


def test_a_benchmark_without_neighbours_is_searched_at_random_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert tiny(float, "random", tmp_path / "random") == 0
    assert sorted(trained(tmp_path / "random")) == list(range(8))
    with benchmarks_data.isolated(Tiny()):
        given = by_proxy(
            "evolution", "--benchmark", "tiny", "--proxy", "params", *arguments(tmp_path)
        )
        assert main(given) == 2
    assert "needs neighbours of an architecture, which tiny does not offer" in (
        capsys.readouterr().err
    )
