"""Baselines as files: what they hold, and damaged ones."""

import csv
from pathlib import Path

import pytest

import proxies
from benchmarks_data.errors import InputError
from harness import regress
from harness.regress import main
from harness.regression import baseline as baselines
from harness.regression.baseline import METRICS, measure, read, write
from harness.reporting.fed import fed
from harness.scoring.inputs import name_of
from harness.scoring.job import Job
from harness.scoring.natural import CURRENT
from tests.harness.baselines import changed


def test_a_baseline_names_its_input_and_older_ones_were_fed_noise(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    requests, path = (
        [proxies.request("naswot[batch=4]"), proxies.request("params")],
        tmp_path / "b.csv",
    )
    for images, key in ((None, "noise"), (CURRENT, "natural:1")):
        write(
            measure(Job("nb201", "cifar10", images), "cifar10_test", requests, [0, 1, 77], [0], 1),
            path,
        )
        assert {line.rpartition(",")[2] for line in path.read_text().splitlines()[1:]} == {key}
        assert read(path).images == images
        assert main(["--baseline", str(path), "--workers", "1"]) == 0
        assert capsys.readouterr().out.startswith(
            f"python -m harness.regress: {fed(name_of(images), ['data-driven'], [])[:30]}"
        )
    other = changed(path, tmp_path, "natural:1", "natural:0")
    other.write_text(other.read_text().replace("natural:1", "natural:0"))
    assert main(["--baseline", str(other)]) == 2
    assert (
        "made with input 'natural:0', and this version draws natural:1 and noise"
        in capsys.readouterr().err
    )
    write(
        measure(Job("nb201", "cifar10", None), "cifar10_test", requests, [0, 1, 77], [0], 1), path
    )
    old = tmp_path / "old.csv"
    old.write_text(
        "".join(f"{line.rpartition(',')[0]}\n" for line in path.read_text().splitlines())
    )
    assert read(old) == read(path)
    assert main(["--baseline", str(old), "--workers", "1"]) == 0


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("benchmark,dataset", "benchmark,datasets", "line 1"),
        (",tau,,,", ",tau,,,O", "not a row of a baseline"),
        (",score,", ",scores,", "not a row of a baseline"),
        (
            "cifar10,cifar10_test,float32,zeros,tau",
            "cifar10,cifar11_test,float32,zeros,tau",
            "has one target",
        ),
        (",tau_low,,,", ",tau_high,,,", "stands there twice"),
        (",tau_low,,,", ",score,0,1,", "a tau with its interval"),
        (",score,0,0,", ",score,0,-1,", "not a row of a baseline"),
        (",score,0,0,", ",score,1,0,", "stands there twice"),
        (",score,77,0,", ",score,78,0,", "scores of the same architectures"),
        (",tau,,,", ",tau,,,0,1,", "not 10 values"),
        (",zeros,tau,", ",ze\x01ros,tau,", "proxy 'ze"),
    ],
)
def test_a_damaged_baseline_is_one_line_and_exit_2(
    baseline: Path,
    tmp_path: Path,
    old: str,
    new: str,
    complaint: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["--baseline", str(changed(baseline, tmp_path, old, new))]) == 2
    shown = capsys.readouterr().err
    assert complaint in shown
    assert shown.count("\n") == 1


def test_a_name_that_is_not_canonical_is_refused(
    baseline: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "nb201.csv"
    path.write_text(baseline.read_text().replace(",zeros,", ",zeros[aggregate=mean],"))
    assert main(["--baseline", str(path)]) == 2
    assert "is written 'zeros'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("kept", "complaint"),
    [("none", "line 1: a baseline's columns are"), ("taus", "a baseline has one target")],
)
def test_a_baseline_without_scores_is_one_line_and_exit_2(
    baseline: Path, tmp_path: Path, kept: str, complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = [
        line for line in baseline.read_text().splitlines(keepends=True) if ",score," not in line
    ]
    (tmp_path / "less.csv").write_text("".join(lines) if kept == "taus" else "")
    assert main(["--baseline", str(tmp_path / "less.csv")]) == 2
    assert complaint in capsys.readouterr().err


def test_a_missing_baseline_is_one_line_and_exit_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--baseline", str(tmp_path / "absent.csv")]) == 2
    assert "--update" in capsys.readouterr().err


def test_the_committed_baseline_names_every_registered_proxy() -> None:
    committed = read(Path(__file__).parents[3] / regress.BASELINE)
    assert set(committed.taus) == {request.name for request in baselines.every_request()}
    with (Path(__file__).parents[3] / regress.BASELINE).open() as file:
        by_proxy = 3 + len(METRICS)  # tau, the ends of its interval, metrics
        assert sum(1 for _ in csv.reader(file)) == 1 + by_proxy * len(committed.taus) + len(
            committed.scores
        )


def test_what_is_no_file_is_no_baseline(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--baseline", "/dev/zero"]) == 2
    assert "cannot read the baseline /dev/zero (not a regular file)" in capsys.readouterr().err


def test_metrics_of_the_top_are_written_and_read_and_older_files_have_none(tmp_path: Path) -> None:
    requests, path = [proxies.request("params"), proxies.request("flops")], tmp_path / "b.csv"
    measured = measure(Job("nb201", "cifar10"), "cifar10_test", requests, [0, 1, 77], [0], 1)
    assert set(measured.metrics) == {
        (name, metric) for name in ("params", "flops") for metric in ("ndcg", "regret_mean")
    }
    write(measured, path)
    assert read(path).metrics == measured.metrics
    kept = [
        line
        for line in path.read_text().splitlines(keepends=True)
        if ",ndcg," not in line and ",regret_mean," not in line
    ]
    path.write_text("".join(kept))
    assert read(path).metrics == {}
    assert read(path).scores == measured.scores
    path.write_text("".join(kept) + kept[1].replace("flops,tau,", "other,ndcg,"))
    with pytest.raises(InputError, match="scores of the same architectures"):
        read(path)
