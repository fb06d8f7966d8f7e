"""The main command, run as a user runs it."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from harness.run import main
from tests.runs import arguments, hear_interrupts, query_store, stored_rows

PNG = b"\x89PNG\r\n"


def timeless(folder: Path) -> pd.DataFrame:
    return pd.read_csv(folder / "out" / "scores.csv").drop(columns="seconds")


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
                "2",
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
    }
    assert (frame["status"] == "ok").all()


def test_correlations_csv_repeats_from_scores_and_table(finished: Path) -> None:
    from scipy.stats import kendalltau

    import benchmarks_data

    frame = pd.read_csv(finished / "out" / "correlations.csv")
    assert list(frame.columns)[:17] == [
        "benchmark", "target", "population", "proxy", "n", "missing", "tau", "tau_low", "tau_high",
        "rho", "r",
        "tau_top10", "precision_top10", "precision_top1", "regret_1", "regret_10", "regret_100",
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


def test_a_run_killed_half_way_computes_only_what_is_missing(tmp_path: Path) -> None:
    work = ("--proxy", "zeros", "swap", "--archs", "30", "--workers", "2")
    assert main(arguments(tmp_path / "whole", *work)) == 0
    command = [sys.executable, "-m", "harness.run", *arguments(tmp_path, *work)]
    process = subprocess.Popen(
        command, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL, start_new_session=True
    )
    deadline = time.monotonic() + 120
    while stored_rows(tmp_path / "s.sqlite") < 30 * 5 + 3:  # what is computed together comes first
        assert process.poll() is None, "the run ended before it could be killed"
        assert time.monotonic() < deadline
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    while _group_alive(process.pid):  # the workers notice that their parent is gone, and end
        assert time.monotonic() < deadline
        time.sleep(0.05)
    saved = stored_rows(tmp_path / "s.sqlite")
    assert 30 * 5 < saved < 30 * 6
    assert main(arguments(tmp_path, *work)) == 0
    again = json.loads((tmp_path / "out" / "run.json").read_text())["scored_now"]["tasks"]
    assert again == 30 * 6 - saved
    assert stored_rows(tmp_path / "s.sqlite") == 30 * 6
    pd.testing.assert_frame_equal(timeless(tmp_path), timeless(tmp_path / "whole"))


def _group_alive(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def test_populations_and_several_targets_needs_nas_tables(tables: Path, tmp_path: Path) -> None:
    targets = ("cifar100_test_200ep", "cifar10_valid_200ep")
    more = (
        "--proxy",
        "synflow",
        "--archs",
        "12",
        "--population",
        "connected",
        "--tables",
        str(tables),
        "--target",
        *targets,
    )
    assert main(arguments(tmp_path, *more)) == 0
    frame = pd.read_csv(tmp_path / "out" / "correlations.csv")
    assert list(frame["target"].unique()) == list(targets)
    assert set(frame["population"]) == {"connected"}
    assert frame["n"].max() == 12
    assert (
        frame.loc[frame["target"] == targets[1], "n"].max() < 12
    )  # unknown for cells with a dead edge
    assert json.loads((tmp_path / "out" / "run.json").read_text())["dataset"] == "cifar100"


def test_make_runs_command_reads_no_images_and_says_so_first(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "harness.run",
        *arguments(tmp_path, "--proxy", "zeros", "--archs", "3", "--workers", "1"),
    ]
    shown = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()[
        0
    ]
    said = "Input: no images; zeros, params, flops, live_params and live_convs read none."
    assert shown == f"python -m harness.run: {said}"
    assert (tmp_path / "out" / "report.md").read_text().splitlines()[
        2
    ] == f"- {said.replace('_', chr(92) + '_')}"


def test_each_row_names_what_was_fed_and_stored_scores_under_noise_stay_valid(
    images_npz: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    proxy = "naswot[batch=8]"
    for name, shown, more in (
        ("noise", "Gaussian noise, labels at random", ("--images", "noise")),
        (
            "natural",
            "images drawn by seed with natural statistics (1/f spectrum), labels at random",
            (),
        ),
        ("images.npz", "images and labels of images.npz", ("--images", str(images_npz))),
    ):
        assert (
            main(
                arguments(
                    tmp_path, "--proxy", "zeros", proxy, "--archs", "3", "--workers", "1", *more
                )
            )
            == 0
        )
        said = (
            f"Input: {shown}; read by {proxy}, not by zeros, params, flops, live_params and "
            "live_convs."
        )
        assert capsys.readouterr().out.splitlines()[0] == f"python -m harness.run: {said}"
        report = (tmp_path / "out" / "report.html").read_text()
        assert report.index(f"<li>{said}</li>") < report.index("Kendall")
        rows = pd.read_csv(tmp_path / "out" / "correlations.csv", keep_default_na=False).query(
            "population == 'all'"
        )
        fed = rows.set_index("proxy")["input"]
        assert (fed[proxy], set(fed.drop(proxy))) == (name, {""})
    keys = query_store(tmp_path / "s.sqlite", "SELECT DISTINCT inputs FROM scores ORDER BY inputs")
    assert [key for (key,) in keys if not key.startswith("images:")] == ["", "natural:1", "noise"]
    again = arguments(
        tmp_path, "--proxy", "zeros", proxy, "--archs", "3", "--workers", "1", "--images", "noise"
    )
    assert main(again) == 0
    assert json.loads((tmp_path / "out" / "run.json").read_text())["scored_now"]["tasks"] == 0


def test_a_file_called_natural_can_be_given(
    images_npz: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    images_npz.rename(tmp_path / "natural")
    monkeypatch.chdir(tmp_path)
    command = arguments(
        tmp_path,
        "--proxy",
        "naswot[batch=8]",
        "--archs",
        "3",
        "--workers",
        "1",
        "--images",
        "./natural",
    )
    assert main(command) == 0
    rows = pd.read_csv(tmp_path / "out" / "correlations.csv").set_index("proxy")
    assert rows.loc["naswot[batch=8]", "input"] == "./natural"


def test_real_images_reach_the_proxies_that_need_them(images_npz: Path, tmp_path: Path) -> None:
    for more in ((), ("--images", str(images_npz))):
        assert (
            main(
                arguments(tmp_path, "--proxy", "naswot[batch=8]", "synflow", "--archs", "3", *more)
            )
            == 0
        )
        frame = pd.read_csv(tmp_path / "out" / "scores.csv")
        assert (frame["status"] == "ok").all()
    assert (
        json.loads((tmp_path / "out" / "run.json").read_text())["scored_now"]["tasks"] == 3
    )  # naswot anew, the rest kept


def test_labels_that_leave_classes_out_are_said(
    images_npz: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    work = (
        "--proxy",
        "epe_nas[batch=8]",
        "snip[batch=8]",
        "naswot[batch=8]",
        "--archs",
        "2",
        "--workers",
        "1",
    )
    command = arguments(tmp_path, *work, "--images", str(images_npz))
    assert main([*command, "--dataset", "imagenet16-120", "--target", "cifar10_test"]) == 0
    said = (
        "the labels of images.npz cover 10 of the 120 classes (epe_nas[batch=8]: compares "
        "images of these classes alone"
    )
    shown = capsys.readouterr().err
    assert said in shown
    assert "snip[batch=8]: takes the other classes for wrong answers alone)" in shown
    assert said in (tmp_path / "out" / "report.html").read_text()
    assert main(command) == 0
    assert "the labels of" not in capsys.readouterr().err
    assert (
        main(
            [
                *arguments(tmp_path, *work[:1], *work[3:]),
                "--images",
                str(images_npz),
                "--dataset",
                "imagenet16-120",
                "--target",
                "cifar10_test",
            ]
        )
        == 0
    )
    assert "the labels of" not in capsys.readouterr().err, "no proxy reads labels"


def test_results_that_cannot_be_written_are_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "out" / "scores.csv").mkdir(parents=True)
    assert main(arguments(tmp_path, "--proxy", "params", "--archs", "3", "--workers", "1")) == 2
    shown = capsys.readouterr().err.splitlines()[-1]
    assert "scores.csv" in shown
    assert "finished scores are saved" in shown
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["scores.csv"]


def test_a_run_says_what_it_takes_over_and_what_it_leaves_out(
    tables_of_some: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    targets = ("--target", "cifar10_test_200ep", "cifar10_valid_12ep")
    command = arguments(
        tmp_path,
        "--proxy",
        "params",
        "--archs",
        "6",
        "--workers",
        "1",
        "--tables",
        str(tables_of_some),
        *targets,
    )
    assert main(command) == 0
    assert (
        "of 6 architectures have no cifar10_test_200ep, and are left out" in capsys.readouterr().err
    )
    assert main(command) == 0
    shown = capsys.readouterr()
    assert "24 of 24 scores are already stored" in shown.err
    assert "holds an earlier result, which this one replaces" in shown.err
    assert "targets of nb201.csv; input" in shown.out


def test_architectures_are_drawn_from_those_that_have_the_target(
    tables_of_some: Path, tmp_path: Path
) -> None:
    more = ("--proxy", "params", "--archs", "20", "--workers", "1", "--tables", str(tables_of_some))
    assert main(arguments(tmp_path, *more)) == 0
    assert (
        pd.read_csv(tmp_path / "out" / "correlations.csv").query("population == 'all'")["n"] == 20
    ).all()
    assert json.loads((tmp_path / "out" / "run.json").read_text())["archs"][
        "considered"
    ].startswith("10,416 of 15,625")
    assert (
        "The table lists 10,416 of 15,625 architectures"
        in (tmp_path / "out" / "report.md").read_text()
    )


def test_short_trainings_of_the_table_stand_beside_the_proxies(
    tables_of_some: Path, tmp_path: Path
) -> None:
    assert (
        main(
            arguments(
                tmp_path, "--proxy", "params", "--archs", "300", "--tables", str(tables_of_some)
            )
        )
        == 0
    )
    rows = (
        pd.read_csv(tmp_path / "out" / "correlations.csv")
        .query("population == 'all'")
        .set_index("proxy")
    )
    assert rows.loc["val12", "tau"] == pytest.approx(1)
    assert "val12" not in set(pd.read_csv(tmp_path / "out" / "scores.csv")["proxy"])


@pytest.fixture(scope="module")
def tables_of_some(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a table of accuracies that are the index, scaled, and unknown for every third
    architecture.
    """
    import benchmarks_data

    nb201 = benchmarks_data.get("nb201")
    lines = ["index,arch,cifar10_test_200ep,cifar10_valid_12ep"]
    for index in range(nb201.size):
        known = f"{index / 200}" if index % 3 else ""
        lines.append(f"{index},{nb201.architecture(index).string},{known},{index / 300}")
    folder = tmp_path_factory.mktemp("tables")
    (folder / "nb201.csv").write_text("\n".join(lines) + "\n")
    return folder


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


def test_force_scores_again(tmp_path: Path) -> None:
    for more in ((), ("--force",)):
        assert (
            main(arguments(tmp_path, "--proxy", "params", "--archs", "3", "--workers", "1", *more))
            == 0
        )
        assert json.loads((tmp_path / "out" / "run.json").read_text())["scored_now"]["tasks"] == 3


def test_an_interrupted_run_says_how_to_go_on(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "harness.run",
        *arguments(tmp_path, "--proxy", "swap", "--archs", "500", "--workers", "2"),
    ]
    process = subprocess.Popen(
        command,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=hear_interrupts,
    )
    while stored_rows(tmp_path / "s.sqlite") < 20:
        assert process.poll() is None
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGINT)
    _, shown = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "the same command goes on from there" in shown
    assert "Traceback" not in shown
    assert stored_rows(tmp_path / "s.sqlite") >= 20
