import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

import proxies
from harness.computing.contract import WorkerDied
from harness.regress import main
from harness.regression import baseline as baselines
from harness.regression.baseline import Baseline, measure, read, write
from harness.scoring.job import Job
from tests.harness.baselines import changed, row, with_value


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
    of_transformers = {"dss", "head_confidence", "w_pca"}
    assert set(proxies.registered()) - set(every) == of_transformers
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
    assert main(["--baseline", str(baseline), "--workers", "1"]) == 0
    assert "holds" in capsys.readouterr().out


@pytest.mark.parametrize("proxy", ["zeros", "params"])
def test_a_moved_score_is_named_with_both_values(
    baseline: Path, proxy: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    line = row(baseline, proxy, "score")
    value = line.rsplit(",", 2)[1]
    path = changed(baseline, tmp_path, line, with_value(line, repr(float(value) * 1.001)))
    assert main(["--baseline", str(path), "--workers", "1"]) == 1
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
    assert main(["--baseline", str(path), "--workers", "1"]) == 1
    assert (
        "drift: synflow: tau with cifar10_test moved from -0.2500 (-0.300 to -0.200) to"
        in capsys.readouterr().out
    )


def test_a_score_that_was_missing_and_now_exists_is_drift(
    baseline: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    line = row(baseline, "flops", "score")
    path = changed(baseline, tmp_path, line, with_value(line, ""))
    assert main(["--baseline", str(path), "--workers", "1"]) == 1
    assert "flops: 1 of 5 scores moved" in capsys.readouterr().out


def test_a_dead_worker_is_no_drift(
    baseline: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def die(*_: object) -> None:
        raise WorkerDied("a worker process died")

    monkeypatch.setattr(baselines, "measure", die)
    assert main(["--baseline", str(baseline), "--workers", "1"]) == 2
    assert "saved" not in capsys.readouterr().err


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
    assert main(["--baseline", str(path), "--workers", "1", *summaries]) == 1
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


@pytest.mark.slow
def test_snip_without_its_absolute_value_is_named(tmp_path: Path) -> None:
    path = tmp_path / "nb201.csv"
    requests = [proxies.request(name) for name in ("snip[batch=8]", "params")]
    write(
        measure(
            Job("nb201", "cifar10", dtype="float64"), "cifar10_test", requests, [0, 1, 77], [0], 1
        ),
        path,
    )
    assert main(["--baseline", str(path), "--workers", "1"]) == 0
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

    assert ".abs()" in source.read_text()
    text = source.read_text()
    source.write_text(text.replace(".abs()", ""))
    found = regression()
    assert found.returncode == 1
    assert "drift: snip[batch=8]: 3 of 3 scores moved" in found.stdout
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
    registry = tmp_path / "proxies" / "registry.py"
    registry.write_text(f"{registry.read_text()}\ndef broken(:\n")
    found = regression()
    assert found.returncode == 2, "1 would say that scores have drifted"
    assert "SyntaxError" in found.stderr


def test_what_goes_wrong_in_the_code_is_no_drift(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(_: Path) -> Baseline:
        raise ZeroDivisionError

    monkeypatch.setattr(baselines, "read", fail)
    assert main([]) == 2
    assert "ZeroDivisionError" in capsys.readouterr().err
