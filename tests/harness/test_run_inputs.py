"""What a run feeds to its proxies, and what it says of it."""

import json
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from harness.report import main as report
from harness.run import main
from tests.runs import arguments, query_store


def whole(page: Path) -> str:
    """Return a page's text without the places where a long name may break."""
    return page.read_text().replace("<wbr>", "")


def test_make_runs_command_reads_no_images_and_says_so_first(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "harness.run",
        *arguments(tmp_path, "--proxy", "zeros", "--archs", "3", "--workers", "1"),
    ]
    shown = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()[
        0
    ]
    said = "Input: no images; zeros, params, flops, live_params, live_convs and layers read none."
    assert shown == f"python -m harness.run: {said}"
    lines = (tmp_path / "out" / "report.md").read_text().splitlines()
    first = next(line for line in lines if line.startswith("- Input"))
    assert first == f"- {said.replace('_', chr(92) + '_')}"
    assert lines.index(first) < lines.index("## cifar10\\_test")


def test_each_row_names_what_was_fed_and_stored_scores_under_noise_stay_valid(
    images_npz: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    proxy = "naswot[batch=8]"
    for name, shown, more in (
        ("noise", "Gaussian noise, labels at random", ("--images", "noise")),
        (
            "natural",
            "images drawn by seed with natural statistics (1/f spectrum), labels at random",
            (),
        ),
        ("images.npz", "images and labels of images.npz", ("--images", str(images_npz))),
    ):
        assert (
            main(
                arguments(
                    tmp_path, "--proxy", "zeros", proxy, "--archs", "3", "--workers", "1", *more
                )
            )
            == 0
        )
        said = (
            f"Input: {shown}; read by {proxy}, not by zeros, params, flops, live_params, "
            "live_convs and layers."
        )
        assert capsys.readouterr().out.splitlines()[0] == f"python -m harness.run: {said}"
        report = whole(tmp_path / "out" / "report.html")
        assert report.index(f"<li>{said}</li>") < report.index("<details")
        rows = pd.read_csv(tmp_path / "out" / "correlations.csv", keep_default_na=False).query(
            "population == 'all'"
        )
        fed = rows.set_index("proxy")["input"]
        assert (fed[proxy], set(fed.drop(proxy))) == (name, {""})
    keys = query_store(tmp_path / "s.sqlite", "SELECT DISTINCT inputs FROM scores ORDER BY inputs")
    assert [key for (key,) in keys if not key.startswith("images:")] == ["", "natural:1", "noise"]
    again = arguments(
        tmp_path, "--proxy", "zeros", proxy, "--archs", "3", "--workers", "1", "--images", "noise"
    )
    assert main(again) == 0
    assert json.loads((tmp_path / "out" / "run.json").read_text())["scored_now"]["tasks"] == 0


def test_a_file_called_natural_can_be_given(
    images_npz: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    images_npz.rename(tmp_path / "natural")
    monkeypatch.chdir(tmp_path)
    command = arguments(
        tmp_path,
        "--proxy",
        "naswot[batch=8]",
        "--archs",
        "3",
        "--workers",
        "1",
        "--images",
        "./natural",
    )
    assert main(command) == 0
    rows = pd.read_csv(tmp_path / "out" / "correlations.csv").set_index("proxy")
    assert rows.loc["naswot[batch=8]", "input"] == "./natural"


def test_real_images_reach_the_proxies_that_need_them(images_npz: Path, tmp_path: Path) -> None:
    work = ("--proxy", "naswot[batch=8]", "synflow", "--archs", "3", "--workers", "1")
    for more in ((), ("--images", str(images_npz))):
        assert main(arguments(tmp_path, *work, *more)) == 0
        frame = pd.read_csv(tmp_path / "out" / "scores.csv")
        assert (frame["status"] == "ok").all()
    assert (
        json.loads((tmp_path / "out" / "run.json").read_text())["scored_now"]["tasks"] == 3
    )  # naswot anew, the rest kept


def test_labels_that_leave_classes_out_are_said(
    images_npz: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    work = (
        "--proxy",
        "epe_nas[batch=8]",
        "snip[batch=8]",
        "naswot[batch=8]",
        "--archs",
        "2",
        "--workers",
        "1",
    )
    command = arguments(tmp_path, *work, "--images", str(images_npz))
    assert main([*command, "--dataset", "imagenet16-120", "--target", "cifar10_test"]) == 0
    said = (
        "the labels of images.npz cover 10 of the 120 classes (epe_nas[batch=8]: compares "
        "images of these classes alone"
    )
    shown = capsys.readouterr().err
    assert said in shown
    assert "snip[batch=8]: takes the other classes for wrong answers alone)" in shown
    assert said in whole(tmp_path / "out" / "report.html")
    assert main(command) == 0
    assert "the labels of" not in capsys.readouterr().err
    assert (
        main(
            [
                *arguments(tmp_path, *work[:1], *work[3:]),
                "--images",
                str(images_npz),
                "--dataset",
                "imagenet16-120",
                "--target",
                "cifar10_test",
            ]
        )
        == 0
    )
    assert "the labels of" not in capsys.readouterr().err, "no proxy reads labels"


def test_a_run_in_bfloat16_says_of_every_score_which_precision_it_has(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = ["--archs", "4", "--workers", "1", "--dtype", "bfloat16", "--proxy", "zeros"]
    assert main(arguments(tmp_path, *run)) == 2
    assert not (tmp_path / "s.sqlite").exists()
    said = capsys.readouterr().err
    assert "--dtype bfloat16: none of zeros, params" in said
    assert len(said.splitlines()) == 1
    assert main(arguments(tmp_path, *run, "snip[batch=4]")) == 0
    assert "in bfloat16: snip[batch=4]; in float32 as ever: zeros" in capsys.readouterr().err
    record = json.loads((tmp_path / "out" / "run.json").read_text())
    precisions = {one["name"]: one["dtype"] for one in record["proxies"]}
    assert record["dtype"] == precisions.pop("snip[batch=4]") == "bfloat16"
    assert set(precisions.values()) == {"float32"}
    sentence = "Precision: bfloat16 of snip[batch=4]; float32 of the other scores."
    assert sentence in whole(tmp_path / "out" / "report.html")
    rows = query_store(
        tmp_path / "s.sqlite", "SELECT dtype, count(*) FROM scores GROUP BY dtype ORDER BY dtype"
    )
    assert rows == [("bfloat16", 4), ("float32", 24)]


def test_a_merged_report_keeps_the_precisions_and_takes_no_run_of_another(tmp_path: Path) -> None:
    first, second, other = (tmp_path / name for name in ("a", "b", "c"))
    run = ["--archs", "4", "--workers", "1", "--proxy"]
    low = ["--dtype", "bfloat16"]
    for folder, more in ((first, ["snip[batch=4]", *low]), (second, ["swap[batch=4]", *low])):
        assert main(["--store", str(tmp_path / "s"), "--out", str(folder), *run, *more]) == 0
    assert main(["--store", str(tmp_path / "s"), "--out", str(other), *run, "zeros"]) == 0
    together = tmp_path / "together"
    assert report([str(first), str(second), "--out", str(together)]) == 0
    said = "Precision: bfloat16 of snip[batch=4], swap[batch=4]; float32 of the other scores."
    assert said in whole(together / "report.html")
    assert report([str(first), str(other), "--out", str(tmp_path / "x")]) == 2
