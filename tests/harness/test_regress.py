import csv
import math
from pathlib import Path

import pytest

import proxies
from benchmarks_data.errors import InputError
from harness import regress
from harness.command import WorkerDied
from harness.regress import main, measure, read, write
from harness.scoring import Job


@pytest.fixture(scope="module")
def baseline(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("regress") / "nb201.csv"
    requests = [proxies.request(name) for name in ("zeros", "synflow", "params", "flops")]
    write(measure(Job("nb201", "cifar10"), "cifar10_test", requests, [0, 1, 77, 1651, 3000], 1, 1), path)
    return path


def test_update_pins_every_proxy_with_every_choice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cheap = [proxies.request(name) for name in ("params", "live_convs")]
    every = [request.name for request in regress.every_request()]
    assert {"zeros", "zeros[aggregate=min]", "zeros[aggregate=sum]", "zeros[objective=snip]", "synflow", "vote"} <= set(every)
    assert set(proxies.registered()) <= set(every)
    monkeypatch.setattr(regress, "every_request", lambda: cheap)
    path = tmp_path / "new" / "b.csv"
    assert main(["--baseline", str(path), "--update", "--archs", "3", "--dtype", "float64", "--workers", "1"]) == 0
    written = read(path)
    assert (written.dtype, len(written.indices), set(written.taus)) == ("float64", 3, {"params", "live_convs"})
    assert main(["--baseline", str(path), "--workers", "1"]) == 0
    assert main(["--baseline", str(tmp_path), "--update"]) == 2


def changed(baseline: Path, folder: Path, old: str, new: str) -> Path:
    text = baseline.read_text()
    assert old in text
    path = folder / "nb201.csv"
    path.write_text(text.replace(old, new, 1))
    return path


def row(baseline: Path, proxy: str, quantity: str) -> str:
    return next(line for line in baseline.read_text().splitlines() if f",{proxy},{quantity}," in line)


def scores_of(name: str, *values: float) -> regress.Baseline:
    scores = {(name, index, 0): value for index, value in enumerate(values)}
    return regress.Baseline("nb201", "cifar10", "cifar10_test", "float32", scores, {name: 0.5})


@pytest.mark.parametrize(
    ("before", "after", "holds"),
    [
        ((1e-4, 2e-4, 3e-4), (1e-4 * (1 + 9e-6), 2e-4, 3e-4), True),
        ((1e-4, 2e-4, 3e-4), (1e-4 * (1 + 3e-5), 2e-4, 3e-4), False),  # a proxy of small scores is held as tightly as others
        ((1e6, 2e6, 3e6), (1e6, 2e6, 3e6 * (1 + 2e-5)), False),
        ((1e-12, 1.0, -1.0), (2e-12, 1.0, -1.0), True),  # what is left of a cancellation is rounding
        ((0.0, 0.0, 0.0), (0.0, 0.0, 1e-300), False),
        ((-math.inf, 1.0, math.nan), (-math.inf, 1.0, math.nan), True),
        ((-math.inf, 1.0, 2.0), (-1e300, 1.0, 2.0), False),
    ],
)
def test_the_tolerance_is_relative_to_the_scores_of_the_proxy(
    before: tuple[float, ...], after: tuple[float, ...], holds: bool
) -> None:
    assert (regress.compare(scores_of("zeros", *before), scores_of("zeros", *after)) == []) == holds


def test_an_update_keeps_what_holds(tmp_path: Path) -> None:
    path = tmp_path / "b.csv"
    write(scores_of("zeros", 1.0, 2.0), path)
    near, far = scores_of("zeros", 1.0 + 1e-7, 2.0), scores_of("zeros", 1.1, 2.0)
    assert regress.keep_what_holds(path, near, 1e-5).scores == scores_of("zeros", 1.0, 2.0).scores
    assert regress.keep_what_holds(path, far, 1e-5) == far
    assert regress.keep_what_holds(tmp_path / "absent.csv", near, 1e-5) == near
    path.write_text(path.read_text() + path.read_text().split("\n", 1)[1].replace("zeros", "vanished"))
    assert regress.keep_what_holds(path, near, 1e-5).scores == scores_of("zeros", 1.0, 2.0).scores
    path.write_text("damaged")
    with pytest.raises(InputError):
        regress.keep_what_holds(path, near, 1e-5)
    with pytest.raises(SystemExit, match="2"):
        main(["--tolerance", "nan"])


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
        ("benchmark,dataset", "benchmark,datasets", "line 1"),
        (",tau,,,", ",tau,,,O", "not a row of a baseline"),
        (",score,", ",scores,", "not a row of a baseline"),
        ("cifar10,cifar10_test,float32,zeros,tau", "cifar10,cifar11_test,float32,zeros,tau", "has one target"),
        (",score,0,0,", ",score,0,-1,", "not a row of a baseline"),
    ],
)
def test_a_damaged_baseline_is_one_line_and_exit_2(
    baseline: Path, tmp_path: Path, old: str, new: str, complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--baseline", str(changed(baseline, tmp_path, old, new))]) == 2
    shown = capsys.readouterr().err
    assert complaint in shown
    assert shown.count("\n") == 1


def test_a_dead_worker_is_no_drift(baseline: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def die(*_: object) -> None:
        raise WorkerDied("a worker process died")

    monkeypatch.setattr(regress, "measure", die)
    assert main(["--baseline", str(baseline)]) == 2
    assert "saved" not in capsys.readouterr().err


def test_a_name_that_is_not_canonical_is_refused(baseline: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "nb201.csv"
    path.write_text(baseline.read_text().replace(",zeros,", ",zeros[aggregate=mean],"))
    assert main(["--baseline", str(path)]) == 2
    assert "is written 'zeros'" in capsys.readouterr().err


def test_scores_of_every_proxy_equal_the_golden_ones() -> None:
    golden = Path(__file__).parents[1] / "golden.csv"
    assert set(read(golden).taus) == {request.name for request in regress.every_request()}
    assert main(["--baseline", str(golden), "--tolerance", "1e-6"]) == 0


def test_a_missing_baseline_is_one_line_and_exit_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--baseline", str(tmp_path / "absent.csv")]) == 2
    assert "--update" in capsys.readouterr().err


def test_the_committed_baseline_names_every_registered_proxy() -> None:
    committed = read(Path(__file__).parents[2] / regress.BASELINE)
    assert set(committed.taus) == {request.name for request in regress.every_request()}
    with (Path(__file__).parents[2] / regress.BASELINE).open() as file:
        assert sum(1 for _ in csv.reader(file)) == 1 + len(committed.taus) + len(committed.scores)
