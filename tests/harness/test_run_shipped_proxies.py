"""``--proxy shipped``: the proxies whose scores of all architectures come with the harness."""

import json
from pathlib import Path

import pandas as pd
import pytest

import harness
import proxies
from benchmarks_data.errors import InputError
from harness.run import main
from harness.scoring.checks import every_proxy
from tests.evaluating import weights
from tests.runs import arguments, stored_rows
from tests.shipping import shipped_in

ARCHS = {5: 1.0, 77: 2.0, 1651: 3.0}
#: All are there of these, of meco two of three.
WHOLE = ("synflow", "snip", "jacov", "naswot", *proxies.TRIVIAL_BASELINES)


@pytest.fixture
def shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    scores = dict.fromkeys(WHOLE, ARCHS) | {"meco": {5: 1.0, 77: 2.0}}
    folder = shipped_in(tmp_path / "shipped", scores)
    monkeypatch.setenv("NAS_SCORES", str(folder))
    return folder


def run(folder: Path, *more: str) -> int:
    listed = folder / "archs"
    listed.write_text("\n".join(map(str, ARCHS)))
    archs = () if "--archs" in more else ("--archs", str(listed))
    return main(arguments(folder, *archs, "--workers", "1", *more))


@pytest.mark.usefixtures("shipped")
def test_a_new_proxy_is_set_beside_them_and_computed_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path, "--proxy", "l2_norm", "shipped") == 0
    said = capsys.readouterr()
    aggregates = {"vote", "mean_rank", "log_rank"}
    scored = set(pd.read_csv(tmp_path / "out" / "scores.csv")["proxy"])
    assert scored == {"l2_norm", *WHOLE, *aggregates}
    assert stored_rows(tmp_path / "s.sqlite") == len(ARCHS), "of l2_norm alone"
    left_out = sorted(set(every_proxy()) - scored)
    assert "meco" in left_out
    sentence = (
        f"'shipped' leaves {len(left_out)} proxies out, as not all of these scores come with the "
        f"harness ('all' computes them): {', '.join(left_out)}"
    )
    assert sentence in said.err
    assert json.loads((tmp_path / "out" / "run.json").read_text())["left_out"] == left_out
    shown = (tmp_path / "out" / "report.md").read_text()
    assert "scores of these architectures come with the harness: " in shown
    assert "3 architectures of nb201, l2_norm has Kendall's tau" in said.out


@pytest.mark.usefixtures("shipped")
def test_they_may_be_all_that_is_named(tmp_path: Path) -> None:
    assert run(tmp_path, "--proxy", "shipped", "--against", "snip") == 0
    assert not stored_rows(tmp_path / "s.sqlite")


@pytest.mark.usefixtures("shipped")
@pytest.mark.parametrize(
    ("more", "complete"),
    [
        (("--images", "noise"), {"synflow"}),
        (("--seeds", "2"), set()),
        (("--batches", "2"), {"synflow"}),
        (("--archs", "4"), set()),
    ],
)
def test_what_is_not_there_is_left_out_and_said(
    more: tuple[str, ...],
    complete: set[str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(tmp_path, "--proxy", "shipped", *more) == 0
    scored = set(pd.read_csv(tmp_path / "out" / "scores.csv")["proxy"])
    assert scored == {*complete, *proxies.TRIVIAL_BASELINES}
    assert "jacov" in capsys.readouterr().err.partition("proxies out, as not all")[2]


@pytest.mark.usefixtures("shipped")
def test_a_proxy_that_is_named_too_is_not_left_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path, "--proxy", "meco", "shipped") == 0
    left_out = capsys.readouterr().err.partition("proxies out, as not all")[2].partition("\n")[0]
    assert "jacov" not in left_out
    assert "meco" not in left_out.replace("meco_opt", "")


@pytest.mark.usefixtures("shipped")
@pytest.mark.parametrize("more", [["--no-shipped"], ["--force"], ["--dtype", "float64"]])
@pytest.mark.parametrize("benchmarks", [["nb201"], ["nb201", "nbmacro"]])
def test_what_would_compute_them_is_refused(
    benchmarks: list[str], more: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["--proxy", "shipped", "--archs", "3", "--benchmark", *benchmarks, *more]
    assert main(arguments(tmp_path, *words)) == 2
    assert f"are not computed again: leave out {' '.join(more)}" in capsys.readouterr().err


def test_a_damaged_file_is_named_and_so_is_what_it_lacks(
    shipped: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (shipped / "nb201" / "32_pixels.csv.gz").write_bytes(b"")
    assert run(tmp_path, "--proxy", "shipped", "--benchmark", "nb201") == 0
    said = capsys.readouterr().err
    assert "is not used (its checksum is not that of index.json)\n" in said
    left_out = said.partition("proxies out, as not all")[2].partition("\n")[0]
    assert "naswot" in left_out
    assert "synflow" not in left_out


@pytest.mark.usefixtures("shipped")
def test_a_call_in_python_takes_them_too() -> None:
    evaluation = harness.evaluate([weights, "shipped"], archs=list(ARCHS))
    assert {"weights", "snip"} < set(evaluation.scores["proxy"])
    assert evaluation.results.subject == "weights"
    with pytest.raises(
        InputError, match=r"proxies shipped stands for scores .*: leave out shipped=False, or"
    ):
        harness.evaluate("shipped", archs=list(ARCHS), shipped=False)


def test_a_misspelt_word_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path, "--proxy", "shiped") == 2
    assert "unknown proxy 'shiped': did you mean 'shipped'?" in capsys.readouterr().err


def test_a_folder_of_scores_that_is_not_there_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("NAS_SCORES", str(tmp_path / "absent"))
    assert run(tmp_path, "--proxy", "params") == 0
    assert (
        f"{tmp_path / 'absent'} holds no scores: there is no such folder" in capsys.readouterr().err
    )
