"""Searches that go on from their logs, and are replayed."""

import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from harness.search import main
from harness.search_methods import measurements
from tests.harness.searching import search


@pytest.fixture(scope="module")
def one_search(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("search") / "out"
    assert search(folder) == 0
    return folder


@pytest.fixture
def searched(one_search: Path, tmp_path: Path) -> Path:
    """A copy of a search's folder, which a test may damage."""
    return Path(shutil.copytree(one_search, tmp_path / "searched"))


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
    path: tuple[str | int, ...], value: object, searched: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    record = json.loads((searched / "search.json").read_text())
    place = record
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    (searched / "search.json").write_text(json.dumps(record))
    assert main(["--replay", str(searched)]) == 2
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
def test_a_line_that_is_no_measurement_is_measured_again(value: str, searched: Path) -> None:
    (log,) = (searched / "steps").iterdir()
    head, line = log.read_text().splitlines()
    whole = json.loads(line)
    given = json.loads(value)
    if isinstance(given, dict) and given.get("values"):
        given["values"] *= 6
    log.write_text(f"{head}\n{json.dumps({**whole, 'value': given})}\n")
    before = pd.read_csv(searched / "sensitivities.csv")
    (searched / "cell_mine.png").write_text("a person's own")
    assert search(searched) == 0
    pd.testing.assert_frame_equal(before, pd.read_csv(searched / "sensitivities.csv"))
    assert len(log.read_text().splitlines()) == 3
    assert (searched / "cell_mine.png").exists()


def test_a_replay_takes_no_other_option(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--replay", str(tmp_path), "--seeds", "3"]) == 2
    assert "with its settings: leave --seeds out" in capsys.readouterr().err
