"""``--proxy shipped``: the proxies whose scores of all architectures come with the harness."""

from pathlib import Path

import pandas as pd
import pytest

import harness
import proxies
from benchmarks_data.errors import InputError
from harness.run import main
from tests.evaluating import weights
from tests.runs import arguments, stored_rows
from tests.shipping import shipped_in

ARCHS = {5: 1.0, 77: 2.0, 1651: 3.0}
#: All are there of these, of meco two of three.
WHOLE = ("synflow", "snip", "jacov", *proxies.TRIVIAL_BASELINES)


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
    sentence = "left out, as scores of a part of these 3 architectures alone come with the harness"
    assert f"{sentence}: meco\n" in said.err
    assert "3 architectures of nb201, l2_norm has Kendall's tau" in said.out


@pytest.mark.usefixtures("shipped")
def test_they_may_be_all_that_is_named(tmp_path: Path) -> None:
    assert run(tmp_path, "--proxy", "shipped", "--against", "snip") == 0
    assert not stored_rows(tmp_path / "s.sqlite")


@pytest.mark.usefixtures("shipped")
def test_what_reads_other_inputs_is_left_out(tmp_path: Path) -> None:
    assert run(tmp_path, "--proxy", "shipped", "--images", "noise") == 0
    scored = set(pd.read_csv(tmp_path / "out" / "scores.csv")["proxy"])
    assert scored == {"synflow", *proxies.TRIVIAL_BASELINES}


@pytest.mark.usefixtures("shipped")
@pytest.mark.parametrize(
    ("more", "complaint"),
    [
        (("--no-shipped",), "--proxy shipped and --no-shipped exclude each other"),
        (("--archs", "4"), "no proxy has scores of all 4 architectures among those that come"),
    ],
)
def test_where_there_are_none_it_is_said(
    more: tuple[str, ...], complaint: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path, "--proxy", "shipped", *more) == 2
    assert complaint in capsys.readouterr().err


def test_a_damaged_file_is_named(
    shipped: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (shipped / "nb201" / "cifar10.csv.gz").write_bytes(b"")
    (shipped / "nb201" / "32_pixels.csv.gz").unlink()
    assert run(tmp_path, "--proxy", "shipped") == 2
    assert "its checksum is not that of index.json" in capsys.readouterr().err


@pytest.mark.usefixtures("shipped")
def test_a_call_in_python_takes_them_too() -> None:
    evaluation = harness.evaluate([weights, "shipped"], archs=list(ARCHS))
    assert {"weights", "snip"} < set(evaluation.scores["proxy"])
    assert evaluation.results.subject == "weights"
    with pytest.raises(InputError, match="exclude each other"):
        harness.evaluate("shipped", archs=list(ARCHS), shipped=False)
