"""A run as a function call: what it returns, and what it leaves."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import matplotlib as mpl
import pandas as pd
import pytest
from torch import nn

import benchmarks_data
import proxies
from benchmarks_data.benchmark import Benchmark
from benchmarks_data.errors import InputError
from harness.run import main
from harness.runs.evaluation import Evaluation, evaluate
from proxies import registry
from tests.evaluating import ARCHS, Tiny, weights
from tests.runs import arguments

FRAMES = ("scores", "correlations", "comparisons", "ceilings", "strata", "parts", "search")


def tau(evaluation: Evaluation, proxy: str) -> float:
    rows = evaluation.correlations.set_index(["population", "proxy"])
    return float(rows.loc[("all", proxy), "tau"])


def without_seconds(path: Path) -> str:
    frame = pd.read_csv(path, dtype=str, keep_default_na=False)
    return frame.drop(columns="seconds", errors="ignore").to_csv()


def test_it_equals_the_command_in_all_but_times(tmp_path: Path) -> None:
    settings = ["--proxy", "synflow", "jacov[batch=4]", "--archs", "8", "--seeds", "2"]
    settings += ["--batches", "2"]
    assert main(arguments(tmp_path, *settings, "--workers", "1")) == 0
    called = evaluate(["synflow", "jacov[batch=4]"], archs=8, seeds=2, batches=2)
    called.save(tmp_path / "called")
    for name in FRAMES:
        ours, theirs = (tmp_path / folder / f"{name}.csv" for folder in ("called", "out"))
        assert without_seconds(ours) == without_seconds(theirs), name
    records = [json.loads((tmp_path / one / "run.json").read_text()) for one in ("called", "out")]
    for record in records:
        for times in ("command", "finished", "scored_now"):
            del record[times]
    assert records[0] == records[1]
    left = [{path.name for path in (tmp_path / one).iterdir()} for one in ("called", "out")]
    assert left[0] == left[1]


def test_scores_of_the_commands_store_are_reused_to_the_byte(tmp_path: Path) -> None:
    combined = "mean_rank[of=flops+synflow]"
    settings = ["--proxy", "synflow", combined, "--archs", "10", "--workers", "1"]
    assert main(arguments(tmp_path, *settings)) == 0
    heard: list[tuple[int, int]] = []
    called = evaluate(
        ["synflow", combined],
        archs=10,
        store=tmp_path / "s.sqlite",
        progress=lambda *numbers: heard.append(numbers),
    )
    assert heard == []
    called.save(tmp_path / "called")
    for name in FRAMES:
        ours, theirs = (tmp_path / folder / f"{name}.csv" for folder in ("called", "out"))
        assert ours.read_bytes() == theirs.read_bytes(), name


def test_a_function_is_scored_beside_named_proxies_in_the_order_given(mixed: Evaluation) -> None:
    assert list(mixed.scores["proxy"].unique()[:2]) == ["weights", "synflow"]
    rows = mixed.scores[mixed.scores["proxy"] == "weights"].set_index(["index", "seed"])
    assert len(rows) == 16
    network = benchmarks_data.get("nb201").network(1651, 10, 1)
    expected = sum(float(one.detach().abs().sum()) for one in network.parameters())
    assert rows.loc[(1651, 1), "score"] == pytest.approx(expected, rel=1e-6)
    alone = evaluate("synflow", archs=ARCHS, seeds=2)
    assert tau(mixed, "synflow") == tau(alone, "synflow")


def test_nothing_is_printed_nor_registered_nor_set(
    capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    backend, known, benchmarks = (
        mpl.rcParams["backend"],
        proxies.registered(),
        benchmarks_data.names(),
    )
    called = evaluate([weights, "params"], benchmark=Tiny(), archs="all")
    called.figure("tau")
    called.save(tmp_path / "out")
    repr(called)
    assert capfd.readouterr() == ("", "")
    assert proxies.registered() == known
    assert benchmarks_data.names() == benchmarks
    assert mpl.rcParams["backend"] == backend


def test_a_function_of_a_name_that_another_had_is_scored_anew(
    tmp_path: Path, trained: pd.DataFrame
) -> None:
    store = tmp_path / "s.sqlite"

    def same(value: float) -> Callable[..., float]:
        def mine(network: nn.Module, inputs: Any) -> float:  # noqa: ARG001
            return value

        return mine

    for value in (1.0, 2.0):
        scores = evaluate(["params", same(value)], archs=3, store=store, table=trained).scores
        assert set(scores[scores["proxy"] == "mine"]["score"]) == {value}
    with closing(sqlite3.connect(store)) as connection:
        stored = {name for (name,) in connection.execute("SELECT DISTINCT proxy FROM scores")}
    assert stored == set(proxies.TRIVIAL_BASELINES)


def test_a_decorated_function_reads_its_pass_and_leaves_no_scores(
    tmp_path: Path, trained: pd.DataFrame
) -> None:
    store = tmp_path / "s.sqlite"
    for factor in (0.5, 2.0):
        with registry.isolated():

            @proxies.proxy("part_of_params", reads="cost")
            def part(cost: Any, factor: float = factor) -> float:
                """A part of the parameters."""
                return float(cost.params * factor)

            called = evaluate(part, archs="all", store=store, table=trained)
            again = evaluate("part_of_params", archs="all", store=store, table=trained)
        for one in (called, again):
            means = one.scores.pivot_table(index="index", columns="proxy", values="score")
            assert (means["part_of_params"] == factor * means["params"]).all()
        assert called.figure("score_accuracy").axes


def test_an_aggregate_combines_a_function_with_others(trained: pd.DataFrame) -> None:
    asked = [weights, "mean_rank[of=weights+params]"]
    scores = evaluate(asked, archs="all", table=trained).scores
    ranks = scores.pivot_table(index="index", columns="proxy", values="score").rank()
    means = (ranks["weights"] + ranks["params"]) / 2
    combined = scores[scores["proxy"].str.startswith("mean_rank")].set_index("index")["score"]
    assert combined.tolist() == pytest.approx(means.loc[combined.index].tolist())


def test_a_benchmark_of_the_callers_is_known_during_the_call_alone(tmp_path: Path) -> None:
    store = tmp_path / "s.sqlite"
    called = evaluate(["synflow", weights], benchmark=Tiny(), archs="all", store=store, workers=2)
    assert not store.exists()
    assert tau(called, "params") == 1.0
    assert called.results.is_census
    assert called.correlations["n"].tolist() == [8] * 7
    assert (called.scores["status"] == "ok").all()
    assert set(called.scores["arch"]) == {f"chain{index}" for index in range(8)}
    called.save(tmp_path / "out")
    assert json.loads((tmp_path / "out" / "run.json").read_text())["benchmark"] == "tiny"
    with pytest.raises(InputError, match="unknown benchmark 'tiny'"):
        evaluate("params", benchmark="tiny")


def test_a_benchmark_without_results_takes_them_from_a_frame() -> None:
    class Bare(Tiny):
        table = None  # type: ignore[assignment]

    frame = pd.DataFrame({"cifar10_test": range(8), "arch": [f"chain{i}" for i in range(8)]})
    called = evaluate("params", benchmark=Bare(), archs=["chain2", 5, 7], table=frame)
    assert sorted(called.scores["index"].unique()) == [2, 5, 7]
    assert tau(called, "params") == 1.0
    with pytest.raises(InputError, match="archs, item 0: invalid literal"):
        evaluate("params", benchmark=Bare(), archs=["chain"], table=frame)


def test_a_cell_of_a_notebook_can_be_run_again(trained: pd.DataFrame) -> None:
    cell = """
from proxies import proxy

@proxy("of_a_cell", reads="cost")
def of_a_cell(cost):
    \"\"\"A multiple of the parameters.\"\"\"
    return {factor} * cost.params
"""
    with registry.isolated():
        for factor in (2, 3):
            exec(cell.format(factor=factor), {"__name__": "__main__"})
            called = evaluate("of_a_cell", archs=[1, 1651], table=trained)
            means = called.scores.pivot_table(index="index", columns="proxy", values="score")
            assert (means["of_a_cell"] == factor * means["params"]).all()
        with pytest.raises(ValueError, match="already registered"):
            exec(cell.format(factor=4), {"__name__": "elsewhere"})


@pytest.mark.parametrize("key", ["label", "index", "arch", "string"])
def test_a_frame_is_a_table(
    key: str, nb201: Benchmark, trained: pd.DataFrame, mixed: Evaluation
) -> None:
    strings = [nb201.architecture(index).string for index in ARCHS]
    frame = {
        "label": trained,
        "index": trained.reset_index(),
        "arch": trained.reset_index(drop=True).assign(arch=strings),
        "string": trained.set_axis(strings, axis=0),
    }[key].iloc[::-1]
    called = evaluate("params", archs="all", table=frame)
    assert tau(called, "params") == tau(mixed, "params")
    assert sorted(called.scores["index"].unique()) == ARCHS
    assert called.settings["table"]["name"] == "DataFrame"


def test_a_measurement_of_a_frame_is_a_target() -> None:
    frame = pd.DataFrame({"speed": range(10), "loss": range(10, 0, -1)}, index=range(40, 50))
    called = evaluate("params", archs="all", table=frame, target=["speed", "loss"])
    assert list(called.correlations["target"].unique()) == ["speed", "loss"]
    assert called.figure("tau", "loss").axes


def test_a_smaller_result_replaces_a_larger_report_only_when_told(tmp_path: Path) -> None:
    evaluate("params", archs=8).save(tmp_path / "out")
    smaller = evaluate("params", archs=4)
    with pytest.raises(
        InputError, match=r"of 8 architectures, and this one would have 4: .* replace=True"
    ):
        smaller.save(tmp_path / "out")
    smaller.save(tmp_path / "out", replace=True)
    assert json.loads((tmp_path / "out" / "run.json").read_text())["archs"]["count"] == 4


def test_a_call_in_bfloat16_warns_of_what_stays_in_float32() -> None:
    called = evaluate(["zeros", "snip[batch=4]"], archs=4, dtype="bfloat16")
    (said,) = (one for one in called.warnings if "bfloat16" in one)
    assert said.startswith("in bfloat16: snip[batch=4]; in float32 as ever: zeros, params")
    with pytest.raises(InputError, match="dtype bfloat16: none of zeros"):
        evaluate("zeros", archs=4, dtype="bfloat16")
