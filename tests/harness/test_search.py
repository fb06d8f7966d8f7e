"""The search command: what it leaves behind, how it resumes, is replayed, and is set beside the
table.
"""

import json
import math
from pathlib import Path

import pandas as pd
import pytest

import benchmarks_data
from harness.search import main
from tests.harness.searching import search

#: The cells of github.com/anonymous-submission1991/FreeDARTS, DARTS_CNN/genotypes.py,
#: SYNFLOW_oneshot_20cells_seed1.
FREEDARTS_PLUS = {
    "normal": [
        ["avg_pool_3x3", 1], ["dil_conv_3x3", 0], ["sep_conv_3x3", 2], ["sep_conv_5x5", 1],
        ["skip_connect", 0], ["sep_conv_3x3", 1], ["sep_conv_5x5", 0], ["avg_pool_3x3", 3],
    ],
    "reduce": [
        ["avg_pool_3x3", 1], ["dil_conv_5x5", 0], ["skip_connect", 0], ["sep_conv_3x3", 1],
        ["avg_pool_3x3", 0], ["max_pool_3x3", 2], ["skip_connect", 0], ["sep_conv_5x5", 4],
    ],
}  # fmt: skip


@pytest.mark.figures
def test_a_search_leaves_tables_figures_and_reports(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    schedules = ["one-shot", "confident", "lowest", "lowest-relative"]
    assert (
        search(tmp_path, "--objective", "synflow", "snip", "--schedule", *schedules, "--seeds", "2")
        == 0
    )
    shown = capsys.readouterr()
    assert "a random cell" in shown.out
    said = (
        "Input: images drawn by seed with natural statistics (1/f spectrum), labels at "
        "random; read by snip, not by synflow."
    )
    assert shown.out.splitlines()[0] == f"python -m harness.search: {said}"
    assert (tmp_path / "report.md").read_text().splitlines()[2] == f"- {said}"
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
        assert row["cifar10_test_percentile"] == pytest.approx(
            100 * (table <= row["cifar10_test"]).mean()
        )
    beside = pd.read_csv(tmp_path / "compared.csv").set_index("method")
    for (objective, schedule), group in rows.groupby(["objective", "schedule"]):
        row = beside.loc[f"{objective}, {schedule}"]
        for column in ("cifar10_test", "params", "seconds"):
            assert row[column] == pytest.approx(group[column].mean())
        assert row["cifar10_test_sd"] == pytest.approx(group["cifar10_test"].std())
    largest = rows[rows["index"] == 1462]
    assert len(largest) == 8, "synflow in every schedule"
    assert set(largest["params"]) == {1_531_546}
    sensitivities = pd.read_csv(tmp_path / "sensitivities.csv")
    assert len(sensitivities) == 2 * 2 * 30
    assert (sensitivities[sensitivities["operation"] == "none"]["sensitivity"] == 0).all()
    record = json.loads((tmp_path / "search.json").read_text())
    assert [len(one["removed"]) for one in record["searches"][:4]] == [1, 6, 24, 24]
    names = {path.name for path in tmp_path.iterdir()}
    assert {
        "sensitivities_synflow.png",
        "sensitivities_snip.svg",
        "cell_synflow_one-shot.png",
        "report.html",
        "report.md",
    } <= names
    html = (tmp_path / "report.html").read_text()
    assert "synflow, one-shot: one architecture in 2 searches" in html
    assert 'id="points"' not in html
    assert "<canvas" not in html


def test_a_setting_that_returns_rounding_errors_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = [
        "--space",
        "darts",
        "--channels",
        "4",
        "--cells",
        "3",
        "--workers",
        "1",
        "--out",
        str(tmp_path),
    ]
    assert main(command) == 0
    assert "every sensitivity is 0 but for rounding errors" in capsys.readouterr().err
    assert "every sensitivity is 0 but for rounding errors" in (tmp_path / "report.md").read_text()


def test_vanished_gradients_are_said_and_find_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The reference numerics end in the cell without operations.

    Here they end in a message, and exit 1.
    """
    numerics = [
        "--objective",
        "synflow",
        "--batchnorm",
        "train",
        "--dtype",
        "float32",
        "--alpha",
        "ones",
    ]
    assert main([*numerics, "--workers", "1", "--out", str(tmp_path)]) == 1
    assert (
        "synflow, one-shot, seed 0: the gradients vanished: every sensitivity is 0"
        in capsys.readouterr().out
    )
    (row,) = pd.read_csv(tmp_path / "search.csv").to_dict("records")
    assert math.isnan(row["index"])
    assert row["status"].startswith("the gradients vanished")
    assert "nothing found, since the gradients vanished" in (tmp_path / "report.md").read_text()


@pytest.mark.figures
def test_a_darts_search_finds_a_genotype(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cell = {"normal": [["skip_connect", 0]] * 8, "reduce": [["max_pool_3x3", 1]] * 8}
    (tmp_path / "theirs.json").write_text(
        json.dumps({"cells": {"mine": cell, "plus": FREEDARTS_PLUS}})
    )
    command = [
        "--space",
        "darts",
        "--channels",
        "4",
        "--cells",
        "3",
        "--schedule",
        "one-shot",
        "confident",
        "--workers",
        "1",
    ]
    command += ["--preset", "linearised"]
    assert (
        main(
            [*command, "--published", str(tmp_path / "theirs.json"), "--out", str(tmp_path / "out")]
        )
        == 0
    )
    rows = pd.read_csv(tmp_path / "out" / "search.csv")
    assert rows["arch"].str.startswith("Genotype(normal=[('sep_conv_5x5'").all()
    beside = pd.read_csv(tmp_path / "out" / "compared.csv")
    assert list(beside["method"]) == ["synflow, one-shot", "synflow, confident", "mine", "plus"]
    assert beside["published_error"].isna().tolist() == [True, True, True, False]
    assert beside["published_error"].iloc[3] == 2.45
    assert "published error" in (tmp_path / "out" / "report.md").read_text()
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
        (
            ["--space", "darts", "--tables", "."],
            "the space darts has no table of trained results: leave --tables out",
        ),
        (["--space", "proxyless", "--cells", "3"], "have no cells to count"),
        (["--published", "x.json"], "--published takes genotypes of the space darts"),
        (["--space", "darts", "--published", "absent.json"], "cannot read absent.json"),
        (["--images", "absent.npz"], "cannot read images absent.npz"),
        (["--replay", "absent"], "leave --workers out"),
        (["--scores", "absent"], "cannot read absent"),
        (["--space", "darts", "--cells", "2"], "has no normal cell in darts: not --cells 2"),
        (["--target", "cifar10_tset"], "did you mean 'cifar10_test'"),
        (["--steps", "0"], "positive whole number"),
        (["--steps", "3"], "--steps: one-shot measures once"),
        (["--gate-scale", "-1"], "expected a positive number, not '-1'"),
        (["--weights", "drawn"], "--weights drawn: synflow takes absolute weights by definition"),
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
    assert all(line.startswith("searched") or "rounding errors" in line for line in lines[:-1])


def test_a_number_of_cells_is_checked_before_anything_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--space", "mobile", "--cells", "3", "--out", str(tmp_path / "out")]) == 2
    shown = capsys.readouterr()
    assert "mobile have no cells to count" in shown.err
    assert (shown.out, (tmp_path / "out").exists()) == ("", False)


def test_a_target_that_is_no_accuracy_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    frame = benchmarks_data.get("nb201").table().values
    strings = [benchmarks_data.get("nb201").architecture(index).string for index in frame.index]
    frame.assign(arch=strings, cifar10_test_200ep=frame["cifar10_test"])[
        ["arch", "cifar10_test_200ep"]
    ].to_csv(tmp_path / "nb201.csv", index_label="index")
    (tmp_path / "nb201_hardware.csv").write_text("index,latency\n2,1.5\n0,3\n")
    assert search(tmp_path / "out", "--tables", str(tmp_path), "--target", "latency") == 2
    assert "--target latency is no accuracy" in capsys.readouterr().err


def test_a_folder_that_holds_another_command_s_result_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for record, command in (("run.json", "harness.run"), ("theory.json", "harness.theory")):
        (tmp_path / record).write_text("{}")
        assert search(tmp_path) == 2
        assert f"holds a result of {command}" in capsys.readouterr().err
        (tmp_path / record).unlink()


def test_labels_that_leave_classes_out_are_said(
    images_npz: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    few = ("--images", str(images_npz), "--dataset", "cifar100")
    told = "the labels of images.npz cover 10 of the 100 classes (snip: takes the other classes for"
    for objective, said in (("snip", True), ("synflow", False)):
        assert search(tmp_path / objective, "--objective", objective, *few) == 0
        assert (told in capsys.readouterr().err) == said


def test_too_few_images_are_refused(
    images_npz: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert (
        search(tmp_path, "--objective", "snip", "--images", str(images_npz), "--batch", "41") == 2
    )
    assert "holds 40 images, and a batch takes 41" in capsys.readouterr().err
