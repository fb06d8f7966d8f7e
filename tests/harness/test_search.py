"""The search command: what it leaves behind, how it resumes, is replayed, and is set beside the table."""

import itertools
import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import benchmarks_data
from benchmarks_data.table import Table
from harness import found, searching
from harness.found import compared, first_choices
from harness.run import main as run
from harness.search import main
from tests.runs import arguments

SMALL = ["--channels", "4", "--cells", "1", "--batch", "4", "--workers", "1"]


def search(folder: Path, *more: str) -> int:
    return main([*SMALL, "--out", str(folder), *more])


def test_a_search_leaves_tables_figures_and_reports(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    schedules = ["one-shot", "confident", "lowest", "lowest-relative"]
    assert search(tmp_path, "--objective", "synflow", "snip", "--schedule", *schedules, "--seeds", "2") == 0
    shown = capsys.readouterr()
    assert "a random cell" in shown.out
    assert "synflow, lowest-relative" in shown.out
    assert shown.err.count("searched") == 4
    rows = pd.read_csv(tmp_path / "search.csv")
    assert len(rows) == 16
    assert (rows["status"] == "ok").all()
    nb201 = benchmarks_data.get("nb201")
    table = nb201.table().values["cifar10_test"]
    for row in rows.to_dict("records"):
        assert nb201.index(row["arch"]) == row["index"]
        assert row["cifar10_test"] == table[row["index"]]
        assert row["cifar10_test_percentile"] == pytest.approx(100 * (table <= row["cifar10_test"]).mean())
    largest = rows[rows["index"] == 1462]
    assert len(largest) == 8, "synflow in every schedule"
    assert set(largest["params"]) == {1_531_546}
    sensitivities = pd.read_csv(tmp_path / "sensitivities.csv")
    assert len(sensitivities) == 2 * 2 * 30
    assert (sensitivities[sensitivities["operation"] == "none"]["sensitivity"] == 0).all()
    record = json.loads((tmp_path / "search.json").read_text())
    assert [len(one["removed"]) for one in record["searches"][:4]] == [1, 6, 24, 24]
    names = {path.name for path in tmp_path.iterdir()}
    assert {"sensitivities_synflow.png", "sensitivities_snip.svg", "cell_synflow_one-shot.png", "report.html", "report.md"} <= names
    html = (tmp_path / "report.html").read_text()
    assert "synflow, one-shot: one architecture in 2 searches" in html
    assert 'id="points"' not in html
    assert "<canvas" not in html


def test_a_search_goes_on_where_it_was_stopped_and_is_replayed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    command = ["--objective", "snip", "--schedule", "lowest"]
    measure, measured = searching.Measurements._measure, 0

    def counted(self: searching.Measurements, kept: object) -> dict[str, object]:
        nonlocal measured
        if measured == stop:
            raise KeyboardInterrupt
        measured += 1
        return measure(self, kept)  # type: ignore[arg-type]

    monkeypatch.setattr(searching.Measurements, "_measure", counted)
    stop = 10
    assert search(tmp_path / "a", *command) == 130
    assert "finished measurements are saved, the same command goes on from there" in capsys.readouterr().err
    (log,) = (tmp_path / "a" / "steps").glob("snip-seed0-*.jsonl")
    log.write_text(log.read_text() + '{"key": "torn')
    stop, measured = 100, 0
    assert search(tmp_path / "a", *command) == 0
    assert measured == 14
    assert search(tmp_path / "b", *command) == 0
    one, other = (pd.read_csv(tmp_path / folder / "search.csv").drop(columns="seconds") for folder in "ab")
    pd.testing.assert_frame_equal(one, other)

    stop = measured
    capsys.readouterr()
    assert main(["--replay", str(tmp_path / "a")]) == 0
    shown = capsys.readouterr().out
    assert shown.count("step ") == 24
    assert one["arch"][0] in shown
    record = json.loads((tmp_path / "a" / "search.json").read_text())
    record["searches"][0]["arch"] = "another"
    (tmp_path / "a" / "search.json").write_text(json.dumps(record))
    assert main(["--replay", str(tmp_path / "a")]) == 1
    monkeypatch.undo()
    log.write_text("\n".join(log.read_text().splitlines()[:5]) + "\n")
    assert main(["--replay", str(tmp_path / "a")]) == 2
    assert "lacks a measurement of this search" in capsys.readouterr().err


def test_another_setting_does_not_go_on_from_a_log(tmp_path: Path) -> None:
    assert search(tmp_path) == 0
    before = pd.read_csv(tmp_path / "sensitivities.csv")["sensitivity"]
    assert search(tmp_path, "--alpha", "normal") == 0
    assert not np.allclose(before, pd.read_csv(tmp_path / "sensitivities.csv")["sensitivity"])


def test_vanished_gradients_are_said_and_find_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The reference numerics end in the cell without operations; here they end in a message, and exit 1."""
    numerics = ["--objective", "synflow", "--batchnorm", "train", "--dtype", "float32", "--alpha", "ones"]
    assert main([*numerics, "--workers", "1", "--out", str(tmp_path)]) == 1
    assert "synflow, one-shot, seed 0: the gradients vanished: every sensitivity is 0" in capsys.readouterr().out
    (row,) = pd.read_csv(tmp_path / "search.csv").to_dict("records")
    assert math.isnan(row["index"])
    assert row["status"].startswith("the gradients vanished")
    assert "nothing found, since the gradients vanished" in (tmp_path / "report.md").read_text()


def test_a_darts_search_finds_a_genotype(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cell = {"normal": [["skip_connect", 0]] * 8, "reduce": [["max_pool_3x3", 1]] * 8}
    (tmp_path / "theirs.json").write_text(json.dumps({"cells": {"mine": cell}}))
    command = ["--space", "darts", "--channels", "4", "--cells", "3", "--schedule", "one-shot", "confident", "--workers", "1"]
    assert main([*command, "--published", str(tmp_path / "theirs.json"), "--out", str(tmp_path / "out")]) == 0
    rows = pd.read_csv(tmp_path / "out" / "search.csv")
    assert rows["arch"].str.startswith("Genotype(normal=[('sep_conv_5x5'").all()
    beside = pd.read_csv(tmp_path / "out" / "compared.csv")
    assert list(beside["method"]) == ["synflow, one-shot", "synflow, confident", "mine"]
    assert beside["params"].iloc[0] > beside["params"].iloc[2]
    assert (tmp_path / "out" / "cell_synflow_one-shot.png").exists()
    assert main(["--replay", str(tmp_path / "out")]) == 0
    assert capsys.readouterr().out.count("step ") == 1 + 28 + 12


@pytest.mark.parametrize(
    ("more", "complaint"),
    [
        (["--space", "dart"], "did you mean 'darts'"),
        (["--dataset", "cifar11"], "did you mean 'cifar10'"),
        (["--objective", "fisher"], "invalid choice: 'fisher'"),
        (["--space", "darts", "--tables", "."], "the space darts has no table of trained results: leave --tables out"),
        (["--space", "proxyless", "--cells", "3"], "have no cells to count"),
        (["--published", "x.json"], "--published takes genotypes of the space darts"),
        (["--space", "darts", "--published", "absent.json"], "cannot read absent.json"),
        (["--images", "absent.npz"], "cannot read images absent.npz"),
        (["--replay", "absent"], "is no record of searches"),
        (["--scores", "absent"], "cannot read absent"),
        (["--space", "darts", "--cells", "2"], "has no normal cell in darts: not --cells 2"),
        (["--target", "cifar10_tset"], "did you mean 'cifar10_test'"),
        (["--steps", "0"], "positive whole number"),
    ],
)
def test_bad_input_is_one_line_and_exit_2(
    more: list[str], complaint: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        status = main(["--workers", "1", "--out", str(tmp_path / "out"), *more])
    except SystemExit as stop:  # raised by argparse
        status = int(str(stop.code))
    lines = capsys.readouterr().err.splitlines()
    assert status == 2
    assert complaint in lines[-1]
    assert all(line.startswith("searched") for line in lines[:-1])


def test_too_few_images_are_refused(images_npz: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert search(tmp_path, "--objective", "snip", "--images", str(images_npz), "--batch", "41") == 2
    assert "holds 40 images, and a batch takes 41" in capsys.readouterr().err


# What stands beside searches


def test_the_best_of_random_cells_is_exact() -> None:
    values = pd.DataFrame({"a_test": [3.0, 9.0, 4.0, 7.0, 1.0], "a_valid": [5.0, 1.0, 3.0, 2.0, 4.0]})
    draws = list(itertools.combinations(range(5), 3))
    expected = [values["a_test"][max(draw, key=values["a_valid"].__getitem__)] for draw in draws]
    answer = found._best_of(values, "a_test", "a_valid", 3)
    assert answer["a_test"] == pytest.approx(np.mean(expected))
    assert answer["a_test_sd"] == pytest.approx(np.std(expected))
    assert found._best_of(values, "a_test", "a_valid", 9)["a_test"] == 3.0


def test_random_search_validates_after_as_many_epochs_or_the_longest() -> None:
    frame = pd.DataFrame({name: np.arange(20.0) for name in ("cifar10_test_200ep", "cifar10_valid_12ep", "cifar10_valid_200ep")})
    datasets = benchmarks_data.get("nb201").datasets
    assert found._validation_column(Table("", "", frame), "cifar10_test_200ep", datasets) == "cifar10_valid_200ep"
    shorter = frame.drop(columns="cifar10_valid_200ep")
    assert found._validation_column(Table("", "", shorter), "cifar10_test_200ep", datasets) == "cifar10_valid_12ep"
    assert found._validation_column(Table("", "", frame[["cifar10_test_200ep"]]), "cifar10_test_200ep", datasets) is None
    rows = compared(pd.DataFrame({"objective": [], "schedule": []}), Table("", "", frame), ["cifar10_test_200ep"], datasets)
    assert list(rows["method"]) == [
        "a random cell", "best of 10 by validation", "best of 100 by validation", "best of the table",
    ]  # fmt: skip


def test_the_first_choice_of_each_proxy_of_a_run(tmp_path: Path) -> None:
    assert run(arguments(tmp_path, "--proxy", "l2_norm", "--archs", "5", "--seeds", "2", "--workers", "1")) == 0
    table = benchmarks_data.get("nb201").table()
    scores = pd.read_csv(tmp_path / "out" / "scores.csv")
    expected = [
        table.values["cifar10_test"][rows.loc[rows["score"].idxmax(), "index"]]
        for _, rows in scores[scores["proxy"] == "l2_norm"].groupby("seed")
    ]
    rows = {row["method"]: row for row in first_choices(tmp_path / "out", "nb201", table, ["cifar10_test"])}
    assert rows["highest l2_norm of 5"]["cifar10_test"] == pytest.approx(np.mean(expected))
    assert rows["highest params of 5"]["n"] == 1
    assert search(tmp_path / "search", "--scores", str(tmp_path / "out")) == 0
    assert "highest l2_norm of 5" in set(pd.read_csv(tmp_path / "search" / "compared.csv")["method"])
