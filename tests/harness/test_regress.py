import csv
from pathlib import Path

import pytest

from harness.regress import main


@pytest.fixture(scope="module")
def baseline(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("regress") / "nb201.csv"
    assert main(["--baseline", str(path), "--update", "--archs", "12"]) == 0
    return path


def changed(baseline: Path, folder: Path, old: str, new: str) -> Path:
    text = baseline.read_text()
    assert old in text
    path = folder / "nb201.csv"
    path.write_text(text.replace(old, new, 1))
    return path


def row(baseline: Path, proxy: str, quantity: str) -> str:
    return next(line for line in baseline.read_text().splitlines() if f",{proxy},{quantity}," in line)


def test_an_unchanged_project_holds(baseline: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NAS_TABLES", "/does/not/matter")
    assert main(["--baseline", str(baseline)]) == 0
    assert "holds" in capsys.readouterr().out


@pytest.mark.parametrize("proxy", ["zeros", "params"])
def test_a_moved_score_is_named_with_both_values(
    baseline: Path, proxy: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    line = row(baseline, proxy, "score")
    value = line.rsplit(",", 1)[1]
    path = changed(baseline, tmp_path, line, line.replace(value, repr(float(value) * 1.001)))
    assert main(["--baseline", str(path)]) == 1
    shown = capsys.readouterr().out
    assert f"drift: {proxy}: 1 scores moved" in shown
    assert f"to {float(value)!r}" in shown
    assert shown.count("drift:") == 1


def test_a_moved_tau_is_named_with_both_values(baseline: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    line = row(baseline, "synflow", "tau")
    path = changed(baseline, tmp_path, line, line.rsplit(",", 1)[0] + ",-0.25")
    assert main(["--baseline", str(path)]) == 1
    assert "drift: synflow: tau with cifar10_test moved from -0.2500 to" in capsys.readouterr().out


def test_a_score_that_was_missing_and_now_exists_is_drift(
    baseline: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    line = row(baseline, "flops", "score")
    path = changed(baseline, tmp_path, line, line.rsplit(",", 1)[0] + ",")
    assert main(["--baseline", str(path)]) == 1
    assert "flops: 1 scores moved" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("benchmark,target", "benchmark,targets", "line 1"),
        (",tau,,,0.", ",tau,,,O.", "not a row of a baseline"),
        (",score,", ",scores,", "not a row of a baseline"),
        ("cifar10_test,zeros,tau", "cifar11_test,zeros,tau", "has one target"),
    ],
)
def test_a_damaged_baseline_is_one_line_and_exit_2(
    baseline: Path, tmp_path: Path, old: str, new: str, complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--baseline", str(changed(baseline, tmp_path, old, new))]) == 2
    shown = capsys.readouterr().err
    assert complaint in shown
    assert shown.count("\n") == 1


def test_a_missing_baseline_is_one_line_and_exit_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--baseline", str(tmp_path / "absent.csv")]) == 2
    assert "--update" in capsys.readouterr().err


def test_the_committed_baseline_names_every_registered_proxy() -> None:
    import proxies
    from harness.regress import BASELINE, read

    committed = read(Path(__file__).parents[2] / BASELINE)
    assert set(proxies.registered()) <= set(committed.taus)
    with (Path(__file__).parents[2] / BASELINE).open() as file:
        assert sum(1 for _ in csv.reader(file)) == 1 + len(committed.taus) + len(committed.scores)
