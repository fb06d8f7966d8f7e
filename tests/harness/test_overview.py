import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from harness.overview import main
from harness.reporting.across import parts_of, taus_by_run
from harness.reporting.side_by_side import read_results
from harness.run import main as run
from tests.runs import arguments


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("overview")
    command = arguments(
        folder, "--proxy", "zeros", "--archs", "6", "--workers", "1", "--target", "cifar10_test"
    )
    for dataset in ("cifar10", "cifar100"):
        assert run([*command, "--dataset", dataset, "--out", str(folder / dataset)]) == 0
    return [folder / "cifar10", folder / "cifar100"]


def test_runs_stand_beside_published_figures(
    runs: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "published.csv").write_text(
        "dataset,proxy,tau,source\ncifar10,zeros,0.4321,us\ncifar10,other,0.1,us\n"
    )
    found = (
        pd.read_csv(runs[0] / "correlations.csv").query("population == 'all'").set_index("proxy")
    )
    assert main([*map(str, runs[:1]), "--published", str(tmp_path / "published.csv")]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "| proxy | cifar10_test | cifar10_test, published | missing |"
    rows = {
        line.split(" | ")[0].strip("| `"): line.split(" | ")
        for line in lines[2:]
        if line.startswith("|")
    }
    assert set(rows) == set(found.index)
    assert rows["zeros"][1].startswith(f"{found.loc['zeros', 'tau']:.3f} (")
    assert rows["zeros"][2:] == ["0.43", "0 |"]
    assert rows["params"][2] == ""
    taus = [float(row[1].split()[0]) for row in rows.values()]
    assert taus == sorted(taus, reverse=True)
    assert (
        "6 architectures drawn with sample seed 0 from population all, 1 seed(s), nothing fed"
        in lines[-2]
    )
    assert lines[-1] == "- published: us"


def test_two_runs_are_told_apart(runs: list[Path], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*map(str, runs)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("| proxy | cifar10: cifar10_test |")
    assert "cifar100: cifar10_test" in lines[0]
    assert [
        name
        for name in ("cifar10's networks", "cifar100's networks")
        if any(name in line for line in lines)
    ] == [
        "cifar10's networks",
        "cifar100's networks",
    ]


def test_runs_of_one_dataset_are_told_apart_by_their_folders(
    runs: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(runs[0], tmp_path / "again")
    assert main([str(runs[0]), str(tmp_path / "again")]) == 0
    heading = capsys.readouterr().out.splitlines()[0]
    assert f"{runs[0]}: cifar10_test" in heading
    assert f"{tmp_path / 'again'}: cifar10_test" in heading


def test_what_is_no_run_is_one_line_and_exit_2(
    runs: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(tmp_path)]) == 2
    (tmp_path / "run.json").write_text(json.dumps([]))
    assert main([str(tmp_path)]) == 2
    (tmp_path / "run.json").write_text((runs[0] / "run.json").read_text())
    assert main([str(tmp_path)]) == 2
    (tmp_path / "correlations.csv").write_text("target,population,proxy,missing,tau,tau_low" + "\n")
    assert main([str(tmp_path)]) == 2
    assert main([str(runs[0]), "--published", str(tmp_path / "correlations.csv")]) == 2
    shown = capsys.readouterr().err.splitlines()
    assert len(shown) == 5
    for damage in ('"archs": 5', '"images": [1]', '"settings": 1'):
        (tmp_path / "run.json").write_text("{" + damage + "}")
        assert main([str(tmp_path)]) == 2
    (tmp_path / "published.csv").write_text("dataset,proxy,tau,source\ncifar10,zeros,n/k,us\n")
    assert main([str(runs[0]), "--published", str(tmp_path / "published.csv")]) == 2
    assert "column 'tau' holds something else than numbers" in capsys.readouterr().err
    assert "lacks the columns n, tau_high" in shown[3]
    (tmp_path / "run.json").write_text((runs[0] / "run.json").read_text())
    lines = (runs[0] / "correlations.csv").read_text().splitlines()
    (tmp_path / "correlations.csv").write_text("\n".join([*lines, lines[1]]))
    assert main([str(tmp_path)]) == 2
    assert "stands in several rows" in capsys.readouterr().err


def test_a_figure_and_tables_of_several_runs(
    runs: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*map(str, runs)]) == 0
    plain = capsys.readouterr().out
    out = tmp_path / "out"
    assert main([*map(str, runs), "--out", str(out), "--width", "column"]) == 0
    assert capsys.readouterr().out == plain
    figures = [
        f"{name}.{suffix}"
        for name in ("heat_map", "left", "overview")
        for suffix in ("pdf", "png", "svg")
    ]
    others = [f"overview.{suffix}" for suffix in ("csv", "html", "md", "tex")]
    assert sorted(path.name for path in out.iterdir()) == sorted([*figures, *others])
    assert "Given size and depth" in (out / "overview.html").read_text()
    written = pd.read_csv(out / "overview.csv")
    assert written.loc[written["proxy"] == "zeros", "gain_sizes"].notna().all()
    for folder in runs:
        expected = pd.read_csv(folder / "correlations.csv").query("population == 'all'")
        theirs = written[written["folder"] == str(folder)]
        assert dict(zip(theirs["proxy"], theirs["tau"], strict=True)) == pytest.approx(
            dict(zip(expected["proxy"], expected["tau"], strict=True)), nan_ok=True
        )
    heading = next(
        line for line in (out / "overview.tex").read_text().splitlines() if "proxy &" in line
    )
    assert heading == (
        r"proxy & \shortstack[r]{CIFAR-10 test \\ accuracy, cifar10's \\ networks} & "
        r"\shortstack[r]{CIFAR-10 test \\ accuracy, cifar100's \\ networks} \\"
    )
    assert main([*map(str, runs), "--out", str(out)]) == 0
    assert not (out / "overview.pdf").exists()


def test_the_figure_has_the_taus_and_says_what_is_undefined(runs: list[Path]) -> None:
    found = read_results(runs[0])
    rows = found.correlations.assign(tau=found.correlations["tau"].where(lambda tau: tau.index > 0))
    parts = parts_of([replace(found, correlations=rows)], None)
    axes = taus_by_run(parts, list(rows["proxy"]), 3.25).axes[0]
    drawn = [line.get_xdata()[0] for line in axes.lines if line.get_marker() == "o"]
    assert np.array_equal(drawn, parts[0].rows["tau"], equal_nan=True)
    undefined = int(rows["tau"].isna().sum())
    assert undefined
    assert [text.get_text() for text in axes.texts] == ["undefined"] * undefined


def test_a_width_is_that_of_a_figure(
    runs: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(runs[0]), "--width", "column"]) == 2
    assert "name its folder with --out" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main([str(runs[0]), "--out", str(tmp_path), "--width", "wide"])
    assert "must be column, text or inches" in capsys.readouterr().err


def test_taus_of_a_benchmark_with_parts_are_the_weighted_ones(
    runs: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run_folder = tmp_path / "run"
    shutil.copytree(runs[0], run_folder)
    header = "target,part,share,proxy,n,tau,tau_low,tau_high,less_params"
    for share, cell, heading in (
        ("0.9", "0.125 (0.050 to 0.250)", "| cifar10_test, weighted |"),
        ("0.3", "", "| cifar10_test |"),
    ):
        row = f"cifar10_test,weighted,{share},zeros,6,0.125,0.05,0.25,"
        (run_folder / "parts.csv").write_text(f"{header}\n{row}\n")
        assert main([str(run_folder), "--out", str(tmp_path / "out")]) == 0
        shown = capsys.readouterr().out
        assert heading in shown.splitlines()[0]
        assert cell in next(line for line in shown.splitlines() if "`zeros`" in line)
        assert ("weighted to the shares" in shown) == (share == "0.9")
