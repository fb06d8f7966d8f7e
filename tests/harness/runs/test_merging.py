"""Runs that are merged."""

import json
import re
import shutil
from pathlib import Path

import pandas as pd
import pytest

from harness.report import main
from harness.run import main as run
from tests.runs import arguments


def test_runs_are_merged(runs: Path, tmp_path: Path) -> None:
    assert main([str(runs / "zeros"), str(runs / "synflow"), "--out", str(tmp_path)]) == 0
    found = pd.read_csv(tmp_path / "correlations.csv")
    rows = found[found["population"] == "all"].set_index("proxy")
    assert rows["n"].to_dict() == {
        "zeros": 12,
        "synflow": 20,
        "params": 20,
        "live_params": 20,
        "flops": 20,
        "live_convs": 20,
        "layers": 20,
    }
    assert rows["missing"].to_dict() == {
        "zeros": 8,
        "synflow": 0,
        "params": 0,
        "live_params": 0,
        "flops": 0,
        "live_convs": 0,
        "layers": 0,
    }
    assert "on the 12 architectures where both are known" in (tmp_path / "report.md").read_text()
    pairs = pd.read_csv(tmp_path / "comparisons.csv").set_index(["proxy", "other"])
    assert pairs.loc[("zeros", "synflow"), "n"] == 12
    scores = pd.read_csv(tmp_path / "scores.csv")
    assert not scores.duplicated(["proxy", "index", "seed"]).any()
    assert json.loads((tmp_path / "run.json").read_text())["archs"]["count"] == 20
    assert main([str(tmp_path), "--target", "cifar10_test"]) == 0  # a merged run is a run


def test_runs_that_do_not_belong_together_are_refused(
    runs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def copy(name: str, **changes: object) -> Path:
        shutil.copytree(runs / "zeros", tmp_path / name)
        record = json.loads((tmp_path / name / "run.json").read_text())
        (tmp_path / name / "run.json").write_text(json.dumps(record | changes))
        return tmp_path / name

    other = copy("other")
    text = (other / "scores.csv").read_text().splitlines()
    (other / "scores.csv").write_text(
        "\n".join([*text[:1], *(line.replace(",zeros,0,", ",zeros,0,1") for line in text[1:])])
    )
    unknown = copy("unknown")
    (unknown / "scores.csv").write_text(
        (unknown / "scores.csv").read_text().replace(",zeros,", ",zeroes,")
    )
    elsewhere = copy("elsewhere")
    (elsewhere / "scores.csv").write_text(
        (elsewhere / "scores.csv").read_text().replace("|nor_conv_3x3~0|", "|<b>~0|")
    )
    infinite, foreign, ranks, fewer = (
        copy(name) for name in ("infinite", "foreign", "ranks", "fewer")
    )
    rows = (runs / "zeros" / "scores.csv").read_text().splitlines()
    (infinite / "scores.csv").write_text(
        "\n".join([*rows[:-1], re.sub(r",[^,]+,([^,]+,ok,0)$", r",inf,\1", rows[-1])])
    )
    (foreign / "scores.csv").write_text(
        "\n".join([*rows[:-1], rows[-1].replace("nb201", "nb202", 1)])
    )
    combined = [row.replace(",zeros,", ",mean_rank,") for row in rows if ",zeros," in row]
    (ranks / "scores.csv").write_text("\n".join([rows[0], *combined]))
    (fewer / "scores.csv").write_text("\n".join([rows[0], *combined[1:]]))
    first = str(runs / "zeros")
    for arguments_, complaint in (
        (
            [first, str(copy("float64", dtype="float64")), "--out", str(tmp_path / "x")],
            "differ in dtype",
        ),
        ([first, str(other), "--out", str(tmp_path / "x")], "disagree about zeros"),
        ([first, str(runs / "synflow")], "name it with --out"),
        ([str(unknown)], "did you mean 'zeros'"),
        ([str(elsewhere)], "is not index"),
        ([str(tmp_path)], "has no run.json of a run"),
        ([str(tmp_path / "absent")], "which is no folder"),
        ([first, first, "--out", str(tmp_path / "x")], "named twice"),
        ([first, str(runs / "synflow"), "--out", first], "named twice"),
        ([str(copy("strange", proxies=[{}]))], "has no run.json of a run"),
        ([str(copy("stranger", targets=[1]))], "has no run.json of a run"),
        ([first, "--target", "cifar10_tset"], "did you mean 'cifar10_test'"),
        ([str(copy("no_targets", targets=[]))], "has no run.json of a run"),
        ([str(copy("no_command", command=[]))], "has no run.json of a run"),
        (
            [str(ranks), str(fewer), "--out", str(tmp_path / "x")],
            "mean_rank combines scores, and there is none of",
        ),
        ([str(infinite)], "a score of infinity"),
        ([str(foreign)], "not all scores are of nb201"),
    ):
        assert main(arguments_) == 2
        shown = capsys.readouterr().err
        assert complaint in shown
        assert shown.count("\n") == 1
    elsewhere_trained = copy("elsewhere_trained", table={"name": "mine.csv"}, targets=["mine"])
    assert main([str(elsewhere_trained)]) == 2
    assert "the runs used mine.csv: name its folder with --tables" in capsys.readouterr().err


def test_merged_runs_have_aggregates_among_all_architectures(tmp_path: Path) -> None:
    def made(name: str, indices: list[int]) -> pd.DataFrame:
        listed = tmp_path / f"{name}.txt"
        listed.write_text("\n".join(map(str, indices)))
        command = arguments(
            tmp_path, "--proxy", "vote[of=params+synflow+zeros]", "--archs", str(listed),
            "--seeds", "2", "--workers", "1",
        )  # fmt: skip
        assert run([*command, "--out", str(tmp_path / name)]) == 0
        return pd.read_csv(tmp_path / name / "scores.csv").drop(columns="seconds")

    first, second = [5, 900, 4000, 7777], [15, 2000, 9000, 15624]
    parts = [made("one", first), made("two", second)]
    whole = made("both", first + second)
    out = tmp_path / "merged"
    assert main([str(tmp_path / "one"), str(tmp_path / "two"), "--out", str(out)]) == 0
    merged = pd.read_csv(out / "scores.csv").drop(columns="seconds")
    key = ["proxy", "seed", "index"]
    pd.testing.assert_frame_equal(
        merged.sort_values(key, ignore_index=True), whole.sort_values(key, ignore_index=True)
    )
    votes = pd.concat(parts).query("proxy.str.startswith('vote')")
    assert sorted(votes["score"]) != sorted(whole.query("proxy.str.startswith('vote')")["score"])


def test_runs_with_different_inputs_are_told_apart(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def made(name: str, proxy: str, images: str) -> str:
        command = arguments(
            tmp_path, "--proxy", proxy, "--archs", "3", "--workers", "1", "--images", images
        )
        assert run([*command, "--out", str(tmp_path / name)]) == 0
        return str(tmp_path / name)

    natural, noise = (made(name, "naswot[batch=4]", name) for name in ("natural", "noise"))
    sizes = made("sizes", "synflow", "noise")
    # What older versions wrote of a run with noise.
    assert json.loads((tmp_path / "noise" / "run.json").read_text())["images"] == "Gaussian noise"
    out = str(tmp_path / "merged")
    capsys.readouterr()
    assert main([natural, noise, "--out", out]) == 2
    assert "differ in images" in capsys.readouterr().err
    assert main([sizes, natural, "--out", out]) == 0, "synflow reads no images"
    rows = pd.read_csv(tmp_path / "merged" / "correlations.csv", keep_default_na=False).set_index(
        "proxy"
    )
    assert rows.loc["naswot[batch=4]", "input"] == "natural"
    assert rows.loc["synflow", "input"] == ""
    assert "read by naswot" in (tmp_path / "merged" / "report.md").read_text()
