"""The search command: what it leaves behind, how it resumes, is replayed, and is set beside the
table.
"""

import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import benchmarks_data
from benchmarks_data import spaces
from harness.search import main, parser
from harness.search_methods import measurements
from harness.search_methods import searches as searching
from harness.search_methods.freedarts import make_settings
from harness.search_methods.plots import sensitivity_map
from proxies.passes.objectives import Numerics

SMALL = [
    "--channels",
    "4",
    "--cells",
    "1",
    "--batch",
    "4",
    "--workers",
    "1",
    "--preset",
    "linearised",
]

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


def search(folder: Path, *more: str) -> int:
    return main([*SMALL, "--out", str(folder), *more])


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


def test_a_search_goes_on_where_it_was_stopped_and_is_replayed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    command = ["--objective", "snip", "--schedule", "lowest"]
    measure, measured = measurements.Measurements._measure, 0

    def counted(self: measurements.Measurements, kept: object) -> dict[str, object]:
        nonlocal measured
        if measured == stop:
            raise KeyboardInterrupt
        measured += 1
        return measure(self, kept)  # type: ignore[arg-type]

    monkeypatch.setattr(measurements.Measurements, "_measure", counted)
    stop = 10
    assert search(tmp_path / "a", *command) == 130
    assert (
        "finished measurements are saved, the same command goes on from there"
        in capsys.readouterr().err
    )
    (log,) = (tmp_path / "a" / "steps").glob("snip-seed0-*.jsonl")
    torn = '[1]\n{"key": "0", "value": {}}\n{"key": 3, "value": 4}\n{"key": "torn'
    log.write_text(log.read_text() + torn)
    stop, measured = 100, 0
    assert search(tmp_path / "a", *command) == 0
    assert measured == 14
    assert search(tmp_path / "b", *command) == 0
    one, other = (
        pd.read_csv(tmp_path / folder / "search.csv").drop(columns="seconds") for folder in "ab"
    )
    pd.testing.assert_frame_equal(one, other)

    stop = measured
    capsys.readouterr()
    assert main(["--replay", str(tmp_path / "a")]) == 0
    shown = capsys.readouterr().out
    assert shown.count("step ") == 24
    assert one["arch"][0] in shown
    assert shown.count(" takes ") == 6
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
    normal = ["--alpha", "normal", "--batchnorm", "train"]
    more = (
        ["--alpha", "normal"],
        normal,
        [*normal, "--signs", "signed"],
        [*normal, "--gate-scale", "0.1"],
        ["--preset", "authors"],
    )
    for number, options in enumerate(more, 2):
        assert search(tmp_path, *options) == 0
        after = pd.read_csv(tmp_path / "sensitivities.csv")["sensitivity"]
        assert not np.allclose(before, after)
        before = after
        assert len(list((tmp_path / "steps").iterdir())) == number
        assert main(["--replay", str(tmp_path)]) == 0


def test_logs_of_what_could_be_chosen_before_keep_their_names() -> None:
    """The names that version 0.1 gave.

    They hold a checksum of all that sensitivities depended on.
    """
    names = {
        ("synflow", "ones", "bypass"): "synflow-seed0-%s",
        ("snip", "normal", "train"): "snip-seed0-%s",
    }
    for (objective, alpha, batchnorm), name in names.items():
        args = parser().parse_args(
            [
                "--preset",
                "linearised",
                "--objective",
                objective,
                "--alpha",
                alpha,
                "--images",
                "noise",
            ]
        )
        (setting,) = make_settings(args)
        old = {
            "space": "nb201", "dataset": "cifar10", "objective": objective, "seed": 0,
            "alpha": alpha, "batchnorm": batchnorm,
            "images": "" if objective == "synflow" else "noise",
            "dtype": "float32" if objective == "synflow" else "float64",
            "channels": None, "cells": None, "revision": 2,
        } | ({} if objective == "synflow" else {"batch": 64})  # fmt: skip
        assert setting.key() == old
        path = searching.SearchPlan(("one-shot",), True, None, Path()).log(setting)
        assert path.name.startswith(name.partition("%")[0])


def test_the_authors_preset_is_the_default_and_single_options_change_it() -> None:
    def numerics(*options: str) -> Numerics:
        return make_settings(parser().parse_args(list(options)))[0].numerics

    assert numerics() == Numerics("normal", 1e-3, "absolute", "absolute", "train")
    assert numerics("--space", "darts") == Numerics("normal", 1e-3, "signed", "absolute", "train")
    assert numerics("--space", "darts", "--objective", "grasp") == Numerics(
        "normal", 1e-3, "signed", "absolute", "train"
    )
    assert numerics("--objective", "snip") == Numerics("normal", 1e-3, "signed", "drawn", "train")
    assert numerics("--alpha", "ones", "--batchnorm", "bypass") == Numerics(
        "ones", 1.0, "absolute", "absolute", "bypass"
    )
    assert numerics("--preset", "linearised") == Numerics(
        "ones", 1.0, "absolute", "absolute", "bypass"
    )
    assert numerics("--preset", "linearised", "--alpha", "normal").gate_scale == 1e-3
    assert numerics("--gate-scale", "0.1").gate_scale == 0.1


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


def test_a_replay_of_no_record_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--replay", str(tmp_path / "absent")]) == 2
    assert "is no record of searches" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("schedules",), ["one-shot", "lowest"]),
        (("schedules",), [["one-shot"]]),
        (("searches", 0, "seed"), 7),
        (("searches", 0), []),
        (("settings", 0, "objective"), ["synflow"]),
        (("settings", 0, "seed"), 1),
        (("settings", 0, "space"), {}),
        (("settings", 0, "more"), 1),
        (("settings",), {}),
        (("none",), "out"),
        (("none",), "maybe"),
        (("steps",), -3),
        (("settings", 0, "objective"), "a\u0000b"),
        (("settings", 0, "objective"), "../x"),
        (("settings", 0, "images"), {}),
        (("schedules",), ["one-shot", "one-shot"]),
    ],
)
def test_a_damaged_record_is_no_record(
    path: tuple[str | int, ...], value: object, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert search(tmp_path) == 0
    record = json.loads((tmp_path / "search.json").read_text())
    place = record
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    (tmp_path / "search.json").write_text(json.dumps(record))
    capsys.readouterr()
    assert main(["--replay", str(tmp_path)]) == 2
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize(
    "value",
    [
        "{}",
        "[]",
        "3",
        '{"values": [], "log_scale": 0.0, "fault": "", "seconds": 1.0}',
        '{"values": [[0.0, -1.0, 1.0, 1.0, 1.0]], "log_scale": 0.0, "fault": "", "seconds": 1.0}',
        '{"values": [[0.0, 1.0, 1.0, 1.0, 1.0]], "log_scale": 0.0, '
        '"fault": "\\ud800", "seconds": 1.0}',
        '{"values": [[0.0, 1.0, 1.0, 1.0, 1.0]], "log_scale": 0.0, "fault": "", '
        f'"seconds": {10**400}}}',
    ],
)
def test_a_line_that_is_no_measurement_is_measured_again(value: str, tmp_path: Path) -> None:
    assert search(tmp_path) == 0
    (log,) = (tmp_path / "steps").iterdir()
    head, line = log.read_text().splitlines()
    whole = json.loads(line)
    given = json.loads(value)
    if isinstance(given, dict) and given.get("values"):
        given["values"] *= 6
    log.write_text(f"{head}\n{json.dumps({**whole, 'value': given})}\n")
    before = pd.read_csv(tmp_path / "sensitivities.csv")
    (tmp_path / "cell_mine.png").write_text("a person's own")
    assert search(tmp_path) == 0
    pd.testing.assert_frame_equal(before, pd.read_csv(tmp_path / "sensitivities.csv"))
    assert len(log.read_text().splitlines()) == 3
    assert (tmp_path / "cell_mine.png").exists()


@pytest.mark.parametrize("value", [5e-324, 1.7e308, 1.0])
def test_a_map_of_equal_or_extreme_sensitivities_is_drawn(value: float, tmp_path: Path) -> None:
    choices = spaces.get("nb201").choices
    figure = sensitivity_map(choices, [[value] * 5] * 6, ["skip_connect"] * 6, "title")
    axes = figure.axes[0]
    texts = [text.get_text() for text in axes.texts]
    assert texts == [f"{value:.2g}"] * 30, "every candidate has its number"
    colours = axes.images[0].to_rgba(axes.images[0].get_array())
    assert np.isfinite(colours).all()
    assert (colours == colours[0, 0]).all(), "equal values have one colour"
    assert len(axes.patches) == 6, "a frame for each chosen operation"
    figure.savefig(tmp_path / "map.png")
    assert (tmp_path / "map.png").stat().st_size > 0


def test_a_folder_that_holds_another_command_s_result_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for record, command in (("run.json", "harness.run"), ("theory.json", "harness.theory")):
        (tmp_path / record).write_text("{}")
        assert search(tmp_path) == 2
        assert f"holds a result of {command}" in capsys.readouterr().err
        (tmp_path / record).unlink()


def test_too_few_images_are_refused(
    images_npz: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert (
        search(tmp_path, "--objective", "snip", "--images", str(images_npz), "--batch", "41") == 2
    )
    assert "holds 40 images, and a batch takes 41" in capsys.readouterr().err


def test_a_replay_takes_no_other_option(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--replay", str(tmp_path), "--seeds", "3"]) == 2
    assert "with its settings: leave --seeds out" in capsys.readouterr().err
