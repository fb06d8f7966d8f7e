import csv
import math
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

import proxies
from harness import regress
from harness.analysis.statistics import Tau
from harness.computing.contract import WorkerDied
from harness.regress import main
from harness.regression import baseline as baselines
from harness.regression import verdicts
from harness.regression.baseline import Baseline, measure, read, write
from harness.reporting.fed import fed
from harness.scoring.inputs import name_of
from harness.scoring.job import Job
from harness.scoring.natural import CURRENT


@pytest.fixture(scope="module")
def baseline(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("regress") / "nb201.csv"
    requests = [proxies.request(name) for name in ("zeros", "synflow", "params", "flops")]
    write(
        measure(Job("nb201", "cifar10"), "cifar10_test", requests, [0, 1, 77, 1651, 3000], [0], 1),
        path,
    )
    return path


def test_update_pins_every_proxy_with_every_choice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cheap = [proxies.request(name) for name in ("params", "live_convs")]
    every = [request.name for request in baselines.every_request()]
    assert {
        "zeros",
        "zeros[aggregate=min]",
        "zeros[aggregate=sum]",
        "zeros[objective=snip]",
        "synflow",
        "vote",
    } <= set(every)
    assert set(proxies.registered()) <= set(every)
    monkeypatch.setattr(baselines, "every_request", lambda: cheap)
    path = tmp_path / "new" / "b.csv"
    assert (
        main(
            [
                "--baseline",
                str(path),
                "--update",
                "--archs",
                "3",
                "--dtype",
                "float64",
                "--workers",
                "1",
            ]
        )
        == 0
    )
    written = read(path)
    assert (written.dtype, len(written.indices), set(written.taus)) == (
        "float64",
        3,
        {"params", "live_convs"},
    )
    assert main(["--baseline", str(path), "--workers", "1"]) == 0
    assert main(["--baseline", str(tmp_path), "--update"]) == 2


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


def changed(baseline: Path, folder: Path, old: str, new: str) -> Path:
    text = baseline.read_text()
    assert old in text
    path = folder / "nb201.csv"
    path.write_text(text.replace(old, new, 1))
    return path


def row(baseline: Path, proxy: str, quantity: str) -> str:
    return next(
        line for line in baseline.read_text().splitlines() if f",{proxy},{quantity}," in line
    )


def with_value(line: str, value: object) -> str:
    """Return a row with another value: the last but one, before the input."""
    start, _, end = line.rsplit(",", 2)
    return f"{start},{value},{end}"


TAU = Tau(0.5, 0.2, 0.7)


def scores_of(name: str, *values: float, tau: Tau = TAU, seed: int = 0) -> Baseline:
    scores = {(name, index, seed): value for index, value in enumerate(values)}
    return Baseline("nb201", "cifar10", "cifar10_test", "float32", scores, {name: tau})


def holds(before: Baseline, after: Baseline) -> bool:
    return not any(verdict.drifts for verdict in verdicts.compare(before, after, (), 1e-5))


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ((1e-4, 2e-4, 3e-4), (1e-4 * (1 + 9e-6), 2e-4, 3e-4), True),
        (
            (1e-4, 2e-4, 3e-4),
            (1e-4 * (1 + 3e-5), 2e-4, 3e-4),
            False,
        ),  # a proxy of small scores is held as tightly as others
        ((1e6, 2e6, 3e6), (1e6, 2e6, 3e6 * (1 + 2e-5)), False),
        (
            (1e-12, 1.0, -1.0),
            (2e-12, 1.0, -1.0),
            True,
        ),  # what is left of a cancellation is rounding
        ((0.0, 0.0, 0.0), (0.0, 0.0, 1e-300), False),
        ((-math.inf, 1.0, math.nan), (-math.inf, 1.0, math.nan), True),
        ((-math.inf, 1.0, 2.0), (-1e300, 1.0, 2.0), False),
    ],
)
def test_the_tolerance_is_relative_to_the_scores_of_the_proxy(
    before: tuple[float, ...], after: tuple[float, ...], expected: bool
) -> None:
    assert holds(scores_of("zeros", *before), scores_of("zeros", *after)) == expected


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (Tau(0.5, 0.2, 0.7), Tau(0.69, 0.5, 0.8), True),
        (Tau(0.5, 0.2, 0.7), Tau(0.71, 0.5, 0.8), False),
        (Tau(0.5, 0.2, 0.7), Tau(0.19, 0.0, 0.3), False),
        (Tau(1.0, math.nan, math.nan), Tau(0.995, 0.9, 1.0), True),
        (Tau(1.0, math.nan, math.nan), Tau(0.98, 0.9, 1.0), False),
        (verdicts.UNDEFINED, verdicts.UNDEFINED, True),
        (verdicts.UNDEFINED, Tau(0.5, 0.2, 0.7), False),
    ],
)
def test_a_tau_drifts_when_it_leaves_its_interval(before: Tau, after: Tau, expected: bool) -> None:
    assert (
        holds(scores_of("zeros", 1.0, tau=before), scores_of("zeros", 1.0, tau=after)) == expected
    )


def test_under_another_seed_only_deterministic_scores_are_compared() -> None:
    def holds_under_another(before: Baseline, after: Baseline) -> bool:
        return not any(
            verdict.drifts
            for verdict in verdicts.compare(before, after, (), 1e-5, same_seeds=False)
        )

    assert holds_under_another(scores_of("zeros", 1.0), scores_of("zeros", 2.0, seed=1))
    assert not holds(scores_of("zeros", 1.0), scores_of("zeros", 2.0, seed=1)), (
        "a pinned score that is gone has drifted"
    )
    assert not holds_under_another(scores_of("params", 1.0), scores_of("params", 2.0))
    assert holds_under_another(
        scores_of("zeros", 1.0), scores_of("zeros", 2.0, seed=1, tau=Tau(0.1, -0.1, 0.3))
    )
    assert not holds_under_another(
        scores_of("zeros", 1.0), scores_of("zeros", 2.0, seed=1, tau=Tau(0.0, -0.1, 0.1))
    )
    assert holds_under_another(
        scores_of("zeros", 1.0), scores_of("zeros", 2.0, seed=1, tau=Tau(-1.0, math.nan, math.nan))
    )


def test_an_update_keeps_what_holds_and_says_what_changes() -> None:
    before = scores_of("zeros", 1.0, 2.0)
    near, far = scores_of("zeros", 1.0 + 1e-7, 2.0), scores_of("zeros", 1.1, 2.0)
    assert verdicts.keep_what_holds(before, near, 1e-5) == before
    assert verdicts.keep_what_holds(before, far, 1e-5) == far
    assert verdicts.changes(before, near, 1e-5) == ["changed: nothing"]
    assert verdicts.changes(before, far, 1e-5)[0].startswith("changed: zeros: 1 of 2 scores moved")
    assert verdicts.changes(before, scores_of("synflow", 1.0, 2.0), 1e-5) == [
        "removed: zeros",
        "added: synflow",
    ]
    assert verdicts.changes(before, scores_of("zeros", 1.0, 2.0, 3.0), 1e-5)[0].startswith(
        "changed: everything"
    )


def test_an_update_does_not_overwrite_another_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "b.csv"
    path.write_text("precious")
    assert main(["--baseline", str(path), "--update", "--archs", "2"]) == 2
    assert "delete it first" in capsys.readouterr().err
    assert path.read_text() == "precious"
    assert main(["--update", "--seed", "1"]) == 2
    assert main(["--archs", "3"]) == 2
    assert main(["--baseline", str(path), "--markdown", str(tmp_path)]) == 2
    assert main(["--baseline", str(path), "--junit", str(path)]) == 2
    assert path.read_text() == "precious"
    with pytest.raises(SystemExit, match="2"):
        main(["--tolerance", "nan"])


def test_an_unchanged_project_holds(
    baseline: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NAS_TABLES", "/does/not/matter")
    assert main(["--baseline", str(baseline)]) == 0
    assert "holds" in capsys.readouterr().out


@pytest.mark.parametrize("proxy", ["zeros", "params"])
def test_a_moved_score_is_named_with_both_values(
    baseline: Path, proxy: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    line = row(baseline, proxy, "score")
    value = line.rsplit(",", 2)[1]
    path = changed(baseline, tmp_path, line, with_value(line, repr(float(value) * 1.001)))
    assert main(["--baseline", str(path)]) == 1
    shown = capsys.readouterr().out
    assert f"drift: {proxy}: 1 of 5 scores moved" in shown
    assert f"to {float(value)!r}" in shown
    assert shown.count("drift:") == 1


def test_a_moved_tau_is_named_with_both_values(
    baseline: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    line = row(baseline, "synflow", "tau")
    moved = tmp_path / "moved.csv"
    lines = [one for one in baseline.read_text().splitlines() if ",synflow,tau_" not in one]
    ends = [
        with_value(line.replace(",tau,", f",{end},"), value)
        for end, value in (("tau_low", -0.3), ("tau_high", -0.2))
    ]
    moved.write_text("\n".join([*lines, *ends]) + "\n")
    path = changed(moved, tmp_path, line, with_value(line, -0.25))
    assert main(["--baseline", str(path)]) == 1
    assert (
        "drift: synflow: tau with cifar10_test moved from -0.2500 (-0.300 to -0.200) to"
        in capsys.readouterr().out
    )


def test_a_score_that_was_missing_and_now_exists_is_drift(
    baseline: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    line = row(baseline, "flops", "score")
    path = changed(baseline, tmp_path, line, with_value(line, ""))
    assert main(["--baseline", str(path)]) == 1
    assert "flops: 1 of 5 scores moved" in capsys.readouterr().out


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


def test_a_dead_worker_is_no_drift(
    baseline: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def die(*_: object) -> None:
        raise WorkerDied("a worker process died")

    monkeypatch.setattr(baselines, "measure", die)
    assert main(["--baseline", str(baseline)]) == 2
    assert "saved" not in capsys.readouterr().err


def test_a_name_that_is_not_canonical_is_refused(
    baseline: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "nb201.csv"
    path.write_text(baseline.read_text().replace(",zeros,", ",zeros[aggregate=mean],"))
    assert main(["--baseline", str(path)]) == 2
    assert "is written 'zeros'" in capsys.readouterr().err


def test_scores_of_every_proxy_equal_the_golden_ones() -> None:
    golden = Path(__file__).parents[1] / "golden.csv"
    assert set(read(golden).taus) == {request.name for request in baselines.every_request()}
    assert main(["--baseline", str(golden), "--tolerance", "1e-6"]) == 0


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
    committed = read(Path(__file__).parents[2] / regress.BASELINE)
    assert set(committed.taus) == {request.name for request in baselines.every_request()}
    with (Path(__file__).parents[2] / regress.BASELINE).open() as file:
        assert sum(1 for _ in csv.reader(file)) == 1 + 3 * len(committed.taus) + len(
            committed.scores
        )


def test_vanished_and_new_proxies_are_named_in_every_summary(
    baseline: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "nb201.csv"
    path.write_text(baseline.read_text().replace(",flops,", ",<flops|>,"))
    summaries = [
        "--markdown",
        str(tmp_path / "new" / "s.md"),
        "--junit",
        str(tmp_path / "new" / "s.xml"),
    ]
    assert main(["--baseline", str(path), *summaries]) == 1
    shown = capsys.readouterr().out
    assert "drift: <flops|>: vanished" in shown
    assert "new, not compared until --update: " in shown
    text = (tmp_path / "new" / "s.md").read_text()
    assert "1 of 4 proxies have drifted" in text
    assert "| &lt;flops\\|&gt; | vanished |" in text
    assert "| synflow | holds |" in text
    suite = ElementTree.parse(tmp_path / "new" / "s.xml").getroot()[0]
    cases = {case.get("name"): case for case in suite}
    assert cases["<flops|>"].find("failure") is not None
    assert cases["naswot"].find("skipped") is not None
    assert len(cases["zeros"]) == 0
    assert (suite.get("failures"), int(suite.get("tests"))) == ("1", len(cases))


def test_another_seed_holds(baseline: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--baseline", str(baseline), "--seed", "3"]) == 0
    assert "holds: 4 proxies" in capsys.readouterr().out


def test_snip_without_its_absolute_value_is_named(tmp_path: Path) -> None:
    path = tmp_path / "nb201.csv"
    requests = [proxies.request(name) for name in ("snip", "params")]
    write(
        measure(
            Job("nb201", "cifar10", dtype="float64"), "cifar10_test", requests, [0, 1, 77], [0], 1
        ),
        path,
    )
    project = Path(__file__).parents[2]
    for package in ("harness", "proxies", "benchmarks_data"):
        shutil.copytree(project / package, tmp_path / package)
    source = tmp_path / "proxies" / "snip.py"

    def regression(*more: str) -> subprocess.CompletedProcess[str]:
        command = [
            sys.executable,
            "-m",
            "harness.regress",
            "--baseline",
            str(path),
            "--workers",
            "1",
            *more,
        ]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    assert regression().returncode == 0
    assert ".abs()" in source.read_text()
    text = source.read_text()
    source.write_text(text.replace(".abs()", ""))
    found = regression()
    assert found.returncode == 1
    assert "drift: snip: 3 of 3 scores moved" in found.stdout
    assert "drift: params" not in found.stdout
    source.write_text(
        f"{text}\n    raise RuntimeError('no gradient')\n".replace("    return ", "    _ = ")
    )
    found = regression("--junit", str(tmp_path / "junit.xml"))
    assert found.returncode == 1
    for shown in (found.stdout, (tmp_path / "junit.xml").read_text()):
        assert "to missing (error: RuntimeError: no gradient)" in shown
    source.write_text(f"{text}\ndef broken(:\n")
    found = regression()
    assert found.returncode == 2
    assert "proxies.snip cannot be loaded: SyntaxError: " in found.stderr
    assert found.stderr.count("\n") == 1


def test_what_is_no_file_is_no_baseline(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--baseline", "/dev/zero"]) == 2
    assert "cannot read the baseline /dev/zero (not a regular file)" in capsys.readouterr().err


def test_what_goes_wrong_in_the_code_is_no_drift(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(_: Path) -> Baseline:
        raise ZeroDivisionError

    monkeypatch.setattr(baselines, "read", fail)
    assert main([]) == 2
    assert "ZeroDivisionError" in capsys.readouterr().err
