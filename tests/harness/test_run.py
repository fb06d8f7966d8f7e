"""The main command, run as a user runs it."""

import json
import os
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from harness.run import main
from tests.runs import arguments

PNG = b"\x89PNG\r\n"


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run: 40 architectures, two seeds, two workers."""
    folder = tmp_path_factory.mktemp("run")
    assert (
        main(
            arguments(
                folder,
                "--proxy",
                "zeros",
                "synflow",
                "--archs",
                "40",
                "--seeds",
                "2",
                "--workers",
                "1",
            )
        )
        == 0
    )
    return folder


def test_scores_csv_has_a_row_per_architecture_proxy_and_seed(finished: Path) -> None:
    frame = pd.read_csv(finished / "out" / "scores.csv")
    assert list(frame.columns) == [
        "benchmark",
        "index",
        "arch",
        "proxy",
        "seed",
        "score",
        "seconds",
        "status",
        "batch",
    ]
    counts = frame.groupby("proxy").size().to_dict()
    assert counts == {
        "zeros": 80,
        "synflow": 80,
        "params": 40,
        "flops": 40,
        "live_params": 40,
        "live_convs": 40,
        "layers": 40,
    }
    assert (frame["status"] == "ok").all()


def test_correlations_csv_repeats_from_scores_and_table(finished: Path) -> None:
    from scipy.stats import kendalltau

    import benchmarks_data

    frame = pd.read_csv(finished / "out" / "correlations.csv")
    assert list(frame.columns)[:19] == [
        "benchmark", "target", "population", "proxy", "n", "missing", "tau", "tau_low", "tau_high",
        "rho", "r",
        "tau_top10", "precision_top10", "precision_top1", "regret_1", "regret_10", "regret_100",
        "regret_mean", "ndcg",
    ]  # fmt: skip
    assert {
        "tau_params",
        "tau_partial_params",
        "tau_equal_live_params",
        "minus_inf",
        "tau_seeds_mean",
        "r_n",
        "group",
    } < set(frame.columns)
    assert set(frame["population"]) == {"all", "connected", "unique"}
    scores = pd.read_csv(finished / "out" / "scores.csv")
    ranks = (
        scores[scores["proxy"] == "zeros"]
        .pivot(index="index", columns="seed", values="score")
        .rank()
        .mean(axis=1)
    )
    accuracy = benchmarks_data.get("nb201").table().values["cifar10_test"][ranks.index]
    row = frame[(frame["proxy"] == "zeros") & (frame["population"] == "all")].iloc[0]
    assert row["tau"] == pytest.approx(kendalltau(ranks, accuracy).statistic)
    assert row["tau_low"] < row["tau"] < row["tau_high"]
    assert (row["n"], row["missing"], row["target"], row["population"]) == (
        40,
        0,
        "cifar10_test",
        "all",
    )


def test_search_csv_stands_beside_chance(finished: Path) -> None:
    frame = pd.read_csv(finished / "out" / "search.csv")
    row = frame[(frame["proxy"] == "zeros") & (frame["metric"] == "regret_10")].iloc[0]
    assert row[["k", "n", "share"]].tolist() == [10, 40, 0.25]
    assert row["chance_low"] <= row["chance"] <= row["chance_high"]
    correlations = (
        pd.read_csv(finished / "out" / "correlations.csv")
        .query("proxy == 'zeros' and population == 'all'")
        .iloc[0]
    )
    assert row["value"] == correlations["regret_10"]


def test_an_unknown_declared_score_is_one_line_before_anything_is_scored(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, complaint in (
        ("naswot", "it is not among the scores that are compared"),
        ("naswto", "did you mean 'naswot'"),
    ):
        assert main(arguments(tmp_path, "--proxy", "zeros", "--archs", "3", "--against", name)) == 2
        shown = capsys.readouterr().err
        assert complaint in shown
        assert shown.count("\n") == 1
    assert not (tmp_path / "s.sqlite").exists()


def test_run_json_says_what_was_computed_with_what(finished: Path) -> None:
    record = json.loads((finished / "out" / "run.json").read_text())
    assert record["command"][:2] == ["python -m harness.run", "--store"]
    assert record["table"]["name"] == "analog-nasbench"
    assert len(record["table"]["sha256"]) == 64
    assert (record["seeds"], record["archs"]["count"], record["images"]) == (
        [0, 1],
        40,
        "natural statistics, revision 1",
    )
    assert {"python", "torch", "scipy"} <= set(record["versions"])


def test_figures_are_written_as_png_and_svg_and_reports_beside_them(finished: Path) -> None:
    names = ("score_accuracy", "tau", "agreement", "regret", "cost", "seeds", "components")
    for name in names:
        assert (finished / "out" / f"{name}_cifar10_test.png").read_bytes().startswith(PNG)
        assert "</svg>" in (finished / "out" / f"{name}_cifar10_test.svg").read_text()
    assert {path.suffix for path in (finished / "out").iterdir()} == {
        ".csv",
        ".json",
        ".png",
        ".svg",
        ".html",
        ".md",
        ".tex",
        ".bib",
    }


def test_several_seeds_of_one_architecture_and_a_name_that_is_no_text(tmp_path: Path) -> None:
    out = os.fsdecode(os.fsencode(tmp_path / "out") + b"\xff")
    command = [
        "--store",
        str(tmp_path / "s.sqlite"),
        "--out",
        out,
        "--proxy",
        "zeros",
        "--archs",
        "1",
        "--seeds",
        "2",
    ]
    assert main([*command, "--workers", "1"]) == 0
    assert "undefined: 1 architecture has both" in (Path(out) / "report.md").read_text()


def test_running_again_computes_nothing_and_writes_the_same(
    finished: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (finished / "out" / "scores.csv").read_bytes()
    assert (
        main(arguments(finished, "--proxy", "zeros", "synflow", "--archs", "40", "--seeds", "2"))
        == 0
    )
    assert (finished / "out" / "scores.csv").read_bytes() == before
    assert json.loads((finished / "out" / "run.json").read_text())["scored_now"]["tasks"] == 0
    shown = capsys.readouterr().out
    assert re.search(r"zeros\s+0\.\d{3}\s+0\.\d{3} to 0\.\d{3}", shown)


def test_an_aggregate_ranks_its_components_under_each_seed(tmp_path: Path) -> None:
    from scipy.stats import rankdata

    assert (
        main(
            arguments(
                tmp_path,
                "--proxy",
                "mean_rank[of=synflow+zeros+params]",
                "--archs",
                "12",
                "--seeds",
                "2",
                "--workers",
                "1",
            )
        )
        == 0
    )
    scores = pd.read_csv(tmp_path / "out" / "scores.csv")
    for seed in (0, 1):
        parts = [
            scores[
                (scores["proxy"] == name) & (scores["seed"] == (0 if name == "params" else seed))
            ]["score"].to_numpy()
            for name in ("synflow", "zeros", "params")
        ]
        found = scores[scores["proxy"].str.startswith("mean_rank") & (scores["seed"] == seed)][
            "score"
        ]
        assert found.tolist() == pytest.approx(
            list(np.mean([rankdata(part) for part in parts], axis=0))
        )
