"""The sweep of settings: its grid, its rows against the searches, and what its paragraph says."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from harness.search_methods import sweep_report
from harness.search_methods.method import Search
from harness.search_methods.sweep_plots import _errors
from harness.search_methods.sweep_report import search_rows, sentences, setting_rows
from harness.search_methods.sweep_settings import make_settings
from harness.sweep import main, parser
from proxies.passes.objectives import preset

SMALL = ["--channels", "4", "--cells", "1", "--batch", "4", "--workers", "1"]


def test_every_combination_is_searched_once_with_each_seed() -> None:
    args = parser().parse_args(
        ["--objective", "synflow", "snip", "--seeds", "3", "2", "--scales", "1e-3", "1", "1e-3"]
    )
    settings = make_settings(args)
    assert len(set(settings)) == len(settings) == (3 + 2) * 2 * (2 * 2 + 1)
    assert {one.numerics.weights for one in settings if one.objective == "snip"} == {"drawn"}
    for objective in ("synflow", "snip"):
        assert preset("authors", objective, "nb201") in {
            one.numerics for one in settings if one.objective == objective
        }


@pytest.mark.figures
def test_a_sweep_goes_on_where_it_was_stopped_and_its_table_is_that_of_its_searches(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweep_report, "RANDOM", 20)
    command = [*SMALL, "--objective", "synflow", "--scales", "1e-3", "--out", str(tmp_path)]
    assert main([*command, "--seeds", "2"]) == 0
    assert main([*command, "--seeds", "4"]) == 0
    shown = capsys.readouterr().out
    fed = "Input: no images; synflow reads none."
    assert shown.splitlines()[0] == f"python -m harness.sweep: {fed}"
    assert (tmp_path / "report.md").read_text().splitlines()[2] == f"- {fed}"
    assert (
        "synflow, preset authors (absolute normal gates of 0.001, normalisation by the batch, in "
        "float64)" in shown
    )
    assert "synflow, preset linearised (gates of 1, normalisation bypassed, in float32)" in shown
    rows, settings = pd.read_csv(tmp_path / "sweep.csv"), pd.read_csv(tmp_path / "settings.csv")
    assert len(rows) == 4 * 2 * 3
    assert len(settings) == 6
    assert len(list((tmp_path / "steps").iterdir())) == len(rows)
    assert {(row["batchnorm"], row["dtype"]) for row in settings.to_dict("records")} == {
        ("train", "float64"),
        ("bypass", "float32"),
    }
    assert settings["note"].isna().all()
    for row in settings.to_dict("records"):
        same = [
            rows[name] == row[name]
            for name in ("objective", "alpha", "gate_scale", "batchnorm", "signs")
        ]
        group = rows[np.logical_and.reduce(same)]
        assert row["n"] + row["failed"] == 4
        done = group[group["status"] == "ok"]
        assert row["architectures"] == done["arch"].nunique()
        assert row["params"] == pytest.approx(done["params"].mean())
        values = done["cifar10_test"]
        if values.std() > 0:
            expected = stats.t.interval(0.95, len(values) - 1, values.mean(), stats.sem(values))
            assert (row["cifar10_test_low"], row["cifar10_test_high"]) == pytest.approx(expected)
        else:
            assert np.isnan(row["cifar10_test_low"])
        shares = [value for name, value in row.items() if name.startswith("share_")]
        assert sum(shares) == pytest.approx(1)
    assert json.loads((tmp_path / "sweep.json").read_text())["seeds"] == [4]
    assert {"sweep.png", "sweep.svg", "report.html", "report.md"} <= {
        path.name for path in tmp_path.iterdir()
    }


def test_a_setting_that_finds_nothing_is_counted_and_not_compared() -> None:
    args = parser().parse_args(
        ["--objective", "synflow", "--seeds", "2", "--scales", "1e-3", "--signs", "absolute"]
    )
    settings = make_settings(args)
    failed = Search(
        "synflow",
        "one-shot",
        0,
        (),
        (),
        (),
        0.0,
        fault="the gradients vanished: every sensitivity is 0",
    )
    rows = search_rows(dict.fromkeys(settings, failed), None, [], [1, 2])
    table = setting_rows(rows, [])
    assert set(table["n"]) == {0}
    assert set(table["failed"]) == {2}
    assert sentences(table, "nb201", []) == []


def test_intervals_end_where_a_share_can() -> None:
    """The t interval of 0, 0, 100 is -110 to 177; that of sizes has no upper end."""
    setting = {
        "objective": "snip",
        "alpha": "ones",
        "gate_scale": 1.0,
        "batchnorm": "train",
        "signs": "absolute",
    }
    rows = pd.DataFrame(
        {
            **setting,
            "status": "ok",
            "arch": str(value),
            "params": value,
            "percentile": value,
            "accuracy": value,
        }
        for value in (0.0, 0.0, 100.0)
    ).assign(share_none=0.0, dtype="float64", note="")
    (row,) = setting_rows(rows, ["accuracy"]).to_dict("records")
    free = stats.t.interval(0.95, 2, 100 / 3, stats.sem([0.0, 0.0, 100.0]))
    assert free[0] < 0
    assert free[1] > 100
    for name in ("percentile", "accuracy"):
        assert (row[f"{name}_low"], row[f"{name}_high"]) == (0.0, 100.0)
    assert (row["params_low"], row["params_high"]) == (0.0, pytest.approx(free[1]))
    reach = [float(end.iloc[0]) for end in _errors(pd.DataFrame([row]), "percentile")]
    assert reach == pytest.approx([100 / 3, 200 / 3]), "bars end where the interval does"


def test_settings_of_rounding_errors_are_marked_and_not_compared(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweep_report, "RANDOM", 3)
    command = [
        "--space",
        "darts",
        "--channels",
        "4",
        "--cells",
        "3",
        "--workers",
        "1",
        "--objective",
        "synflow",
        "--scales",
        "1e-3",
    ]
    assert main([*command, "--signs", "signed", "--seeds", "1", "--out", str(tmp_path)]) == 0
    shown = capsys.readouterr()
    reason = "every sensitivity is 0 but for rounding errors"
    assert reason in shown.err
    assert "preset authors" not in shown.out
    assert "synflow, preset linearised" in shown.out
    assert "Over the 2 settings of synflow" in shown.out, "those without normalisation"
    report = (tmp_path / "report.md").read_text()
    assert "- Note: synflow on darts with batchnorm=train" in report
    assert report.count("| rounding errors choose |") == 2
    notes = pd.read_csv(tmp_path / "settings.csv").set_index("batchnorm")["note"]
    assert (notes["train"] == "rounding errors choose").all()
    assert notes["bypass"].isna().all()


@pytest.mark.parametrize("record", ["search.json", "run.json", "theory.json"])
def test_another_command_s_result_is_left_alone(
    record: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / record).write_text("{}")
    assert main([*SMALL, "--objective", "synflow", "--seeds", "1", "--out", str(tmp_path)]) == 2
    assert f"{tmp_path} holds a result of harness." in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == [record]


@pytest.mark.parametrize(
    ("more", "complaint"),
    [
        (["--scales", "0"], "expected a positive number, not '0'"),
        (["--scales", "nan"], "expected a positive number, not 'nan'"),
        (["--out", ""], "expected a file or a folder, not ''"),
        (["--tables", ""], "expected a file or a folder, not ''"),
        (["--seeds", "1", "2"], "--seeds takes one number, or one for each of 3 objectives, not 2"),
        (["--space", "darts", "--cells", "3", "--tables", "."], "the space darts has no table"),
        (["--dataset", "cifar11"], "did you mean 'cifar10'"),
    ],
)
def test_bad_input_is_one_line_and_exit_2(
    more: list[str], complaint: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        status = main([*SMALL, "--out", str(tmp_path / "out"), *more])
    except SystemExit as stop:  # raised by argparse
        status = int(str(stop.code))
    assert status == 2
    assert complaint in capsys.readouterr().err.splitlines()[-1]
